//! One change of a file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One change of a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    /// The file, absolute or from the thread's directory.
    pub path: PathBuf,
    /// What is done to it.
    pub kind: FileChangeKind,
    /// Of an added or deleted file its whole content, of an updated one a unified diff of it (empty where it is only
    /// moved).
    pub diff: String,
}

/// What is done to a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum FileChangeKind {
    /// It is made; there is none yet.
    Add {},
    /// It is taken away; it has this content.
    Delete {},
    /// Its content is changed.
    Update {
        /// Where it is afterwards, if it is moved; there is nothing yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        move_path: Option<PathBuf>,
    },
}
