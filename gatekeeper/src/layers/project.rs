//! A project's policy as one thing that is trusted or not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::digest::Digest;

/// The policy files of one project, by what is in them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Project {
    root: PathBuf,
    files: BTreeMap<String, Digest>,
    is_whole: bool,
}

impl Project {
    pub(super) fn new(root: PathBuf, files: BTreeMap<String, Digest>, is_whole: bool) -> Self {
        Self {
            root,
            files,
            is_whole,
        }
    }

    /// The root of the work tree, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The digest of each file that was read, by its name in `.execpolicy`.
    pub fn files(&self) -> &BTreeMap<String, Digest> {
        &self.files
    }

    /// Whether every policy file that is there could be read.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The project as it is once a file of this name holds this text: who changes a file of a trusted project vouches for
    /// this, and not for whatever is there by then.
    #[must_use]
    pub fn with_file(mut self, name: &str, text: &str) -> Self {
        self.files.insert(name.to_owned(), Digest::of_text(text));
        self
    }

    /// The project as it is once a file of this name is gone.
    #[must_use]
    pub fn without_file(mut self, name: &str) -> Self {
        self.files.remove(name);
        self
    }
}
