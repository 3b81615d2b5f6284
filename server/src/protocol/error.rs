//! Why a request is not answered.

use serde::{Deserialize, Serialize};

/// Why a request is not answered. Nothing was done then, unless the message says otherwise.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorObject {
    /// Which kind; see [`ErrorCode`].
    pub code: i64,
    /// For people, with what to do.
    pub message: String,
    /// More, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

/// The kinds. The first five are JSON-RPC 2.0's own (its section 5.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ErrorCode {
    /// The line is not JSON, not UTF-8, or too long.
    Parse = -32_700,
    /// It is JSON, and no message.
    InvalidRequest = -32_600,
    /// There is no such method.
    MethodNotFound = -32_601,
    /// The params do not fit the method.
    InvalidParams = -32_602,
    /// The server failed on it.
    Internal = -32_603,
    /// `initialize` comes first, and once.
    NotInitialized = -32_002,
    /// There is no such thread, turn or item.
    NotFound = -32_010,
    /// The thread belongs to another connection.
    NotYours = -32_011,
    /// The turn is over, or was interrupted.
    TurnOver = -32_012,
    /// A limit was reached; try again later.
    Busy = -32_013,
    /// The file system or the kernel said no.
    Failed = -32_014,
    /// The server is stopping.
    Stopping = -32_015,
}

impl ErrorCode {
    /// All of them, in the order in which they stand.
    pub const ALL: [Self; 12] = [
        Self::Parse,
        Self::InvalidRequest,
        Self::MethodNotFound,
        Self::InvalidParams,
        Self::Internal,
        Self::NotInitialized,
        Self::NotFound,
        Self::NotYours,
        Self::TurnOver,
        Self::Busy,
        Self::Failed,
        Self::Stopping,
    ];
}

impl ErrorObject {
    /// One of this kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code: code as i64,
            message: message.into(),
            data: None,
        }
    }
}
