//! What is remembered of a settings file, to undo an installation exactly.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a settings file was before, and what was made of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Record {
    path: PathBuf,
    /// What it held before; `None` is no file.
    pub(super) before: Option<String>,
    /// The digest of what it holds since.
    after: String,
    /// Directories that were made for it, the innermost first.
    pub(super) made: Vec<PathBuf>,
}

impl Record {
    pub(super) fn new(path: &Path, before: Option<String>, after: &str, made: Vec<PathBuf>) -> Self {
        Self {
            path: path.to_owned(),
            before,
            after: digest(after.as_bytes()),
            made,
        }
    }

    /// The name of the file that holds it.
    pub(super) fn name(path: &Path) -> String {
        format!("{}.json", digest(path.as_os_str().as_encoded_bytes()))
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn text(&self) -> String {
        // A path that is not UTF-8 has no record: the hook is then taken out of what the file is.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether the file is as it was left.
    pub(super) fn holds(&self, now: Option<&str>) -> bool {
        now.is_some_and(|now| digest(now.as_bytes()) == self.after)
    }
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
