//! What happens in a turn.

use gatekeeper::CommandAction;
use serde::{Deserialize, Serialize};

use super::FileChange;

/// One thing that a turn did. It is told when it starts and when it is over; in between, `status` is `inProgress`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Item {
    /// A command.
    CommandExecution {
        /// Which item; no other has it, in any thread.
        id: String,
        /// The text that was given, or the words as they would be written for a shell.
        command: String,
        /// Where it starts.
        cwd: String,
        /// What it does, in a few words.
        command_actions: Vec<CommandAction>,
        /// How far it is.
        status: ItemStatus,
        /// The profile that it runs in; left out where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confinement: Option<String>,
        /// The status that a shell would give.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit_code: Option<i32>,
        /// From its start to the end of everything that it started.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
        /// What it wrote, of both streams as it came, as far as it is kept; what is not UTF-8 as replacement characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aggregated_output: Option<String>,
        /// Bytes of its output that were neither streamed nor kept, being past the bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output_dropped: Option<u64>,
        /// What it was kept from.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        violations: Vec<Violation>,
        /// Why it did not run, or how it was ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Changes of files.
    FileChange {
        /// Which item; no other has it, in any thread.
        id: String,
        /// All of them are made, or none.
        changes: Vec<FileChange>,
        /// How far it is.
        status: ItemStatus,
        /// Why they were not made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// How far an item is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ItemStatus {
    /// It is judged, asked about, or runs.
    InProgress,
    /// It was done; a command ended with status 0.
    Completed,
    /// It was tried and failed, or was ended.
    Failed,
    /// Policy or a person said no; nothing was done.
    Declined,
}

/// One of a command's two streams.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum OutputStream {
    /// Its standard output.
    Stdout,
    /// Its standard error.
    Stderr,
}

/// Something that a command was kept from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// On one line that is safe to show.
    pub message: String,
    /// What would let it pass, where policy lets that be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
}

impl Item {
    /// Which one.
    pub fn id(&self) -> &str {
        match self {
            Self::CommandExecution { id, .. } | Self::FileChange { id, .. } => id,
        }
    }
}
