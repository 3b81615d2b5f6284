//! The words of the wire: what a client may ask, what it is told, what it is asked.
//!
//! A message is one line of JSON with `id`, `method` and `params`, or `id` and `result` or `error`: JSON-RPC 2.0 without
//! the member `jsonrpc`. Names and shapes are those of openai/codex's app-server where it has the same thing, so that its
//! clients can be used again. A key that is not known is an error: it may be a restriction, misspelt. Times are
//! milliseconds, moments milliseconds since 1970, paths absolute.

mod approval;
mod change;
mod envelope;
mod error;
mod item;
mod notification;
mod permission;
mod request;
mod response;
#[cfg(feature = "schema")]
mod schema;
mod strict;

pub use approval::{
    AcceptSettings, CommandApproval, CommandApprovalAnswer, CommandDecision, FileChangeApproval,
    FileChangeApprovalAnswer, FileChangeDecision, NetworkAction, NetworkAmendment, NetworkApprovalContext,
    PermissionsApproval, PermissionsApprovalAnswer, ServerRequest,
};
pub use change::{FileChange, FileChangeKind};
pub use envelope::{Envelope, Kind, Members, Remains, RequestId};
pub use error::{ErrorCode, ErrorObject};
pub use item::{Item, ItemStatus, OutputStream, Violation};
pub use notification::Notification;
pub use permission::{FileSystemPermissions, NetworkPermissions, PermissionScope, Permissions};
pub use request::{
    ApprovalPolicy, ClientInfo, ClientRequest, CommandExecParams, CommandTerminateParams, InitializeParams,
    NetworkProtocol, NetworkRequestParams, PatchApplyParams, PermissionsRequestParams, PolicyReloadParams,
    ThreadForkParams, ThreadListParams, ThreadResumeParams, ThreadStartParams, TurnCompleteParams,
    TurnDiffParams, TurnInterruptParams, TurnStartParams,
};
pub use response::{
    CheckResult, CommandExecResult, Empty, InitializeResult, NetworkRequestResult, PatchApplyResult,
    PermissionsRequestResult, PolicyReloadResult, Thread, ThreadListResult, ThreadResult, Turn,
    TurnDiffResult, TurnResult, TurnStatus,
};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use strict::read;
