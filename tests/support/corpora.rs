//! Collections of real commands, which live outside the repository.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::repository;

/// A folder with collections.
#[derive(Clone, Debug)]
pub struct Corpora {
    folder: PathBuf,
}

impl Corpora {
    /// The folder that `EXECPOLICY_CORPORA` names, else the one that stands beside the repository.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn find() -> Result<Self, String> {
        let named = std::env::var_os("EXECPOLICY_CORPORA").map(PathBuf::from);
        let folder = match (named, repository::root().canonicalize()) {
            (Some(folder), _) => folder,
            (None, Ok(root)) => root.join("../shared/corpora"),
            (None, Err(error)) => return Err(error.to_string()),
        };
        if folder.is_dir() {
            Ok(Self { folder })
        } else {
            Err("EXECPOLICY_CORPORA names no folder of collections".to_owned())
        }
    }

    /// The project's own sample of ordinary commands and attacks.
    pub fn sample() -> Self {
        Self {
            folder: repository::root().join("tests/sample"),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rows of a collection of JSON lines, packed or not, by its name alone; `None` where there is none.
    ///
    /// # Errors
    /// As [`Corpora::rows`].
    pub fn collection(&self, name: &str) -> io::Result<Option<Vec<Value>>> {
        let files = ["jsonl", "jsonl.gz"].map(|ending| format!("{name}.{ending}"));
        let found = files.iter().find(|file| self.folder.join(file).is_file());
        found.map(|file| self.rows(file)).transpose()
    }

    /// The rows of a collection of JSON lines; a name that ends in `.gz` is unpacked.
    ///
    /// # Errors
    /// A file that is missing, cannot be unpacked, or holds a line that is not JSON.
    pub fn rows(&self, name: &str) -> io::Result<Vec<Value>> {
        let path = self.folder.join(name);
        let text = if path.extension().is_some_and(|extension| extension == "gz") {
            unpacked(&path)?
        } else {
            std::fs::read_to_string(&path)?
        };
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| serde_json::from_str(line).map_err(io::Error::from))
            .collect()
    }
}

/// The text in a gzip file. `gzip` does it: every Debian has it, and one test does not justify a crate.
fn unpacked(path: &Path) -> io::Result<String> {
    let output = Command::new("gzip")
        .arg("-dc")
        .arg("--")
        .arg(path)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "gzip could not unpack {}",
            path.display()
        )));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
