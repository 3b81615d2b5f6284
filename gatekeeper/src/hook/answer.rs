//! What a hook leaves behind: bytes on two streams and a status.

use super::fields::{Field, object};

/// What a hook leaves behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// For standard output; empty, or one line.
    pub stdout: String,
    /// For standard error; empty, or one line.
    pub stderr: String,
    /// The exit status.
    pub status: u8,
}

impl Answer {
    /// Nothing: the agent goes on as it would without a hook.
    pub(crate) fn silent() -> Self {
        Self {
            stdout: String::new(),
            stderr: String::new(),
            status: 0,
        }
    }

    /// A JSON object on standard output.
    pub(crate) fn said(fields: &[(&str, Field<'_>)]) -> Self {
        Self {
            stdout: object(fields) + "\n",
            ..Self::silent()
        }
    }

    /// The status that blocks, with the reason on standard error.
    pub(crate) fn blocked(why: &str) -> Self {
        Self {
            stdout: String::new(),
            stderr: format!("{why}\n"),
            status: 2,
        }
    }
}
