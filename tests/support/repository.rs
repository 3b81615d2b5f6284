//! The repository as the tests see it: its files, read once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A text file of the repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Its path from the root, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// The lines, counted from one.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The first directory of the path: the crate it belongs to.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Whether the path is `start`, or lies below it, or only goes on with an extension.
    pub fn is_at(&self, start: &str) -> bool {
        self.path
            .strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// One file, by its path from the root.
///
/// # Errors
/// As [`fs::read_to_string`], with the path in the message.
pub fn file(path: &str) -> io::Result<File> {
    let text = fs::read_to_string(root().join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
    Ok(File {
        path: path.to_owned(),
        text,
    })
}

/// All files with this extension below a directory (`""` is the root), sorted by path; build output is left out.
///
/// # Errors
/// A directory or a file that cannot be read.
pub fn files(below: &str, extension: &str) -> io::Result<Vec<File>> {
    let mut found = Vec::new();
    walk(&root().join(below), extension, &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Collects the files below one directory.
fn walk(directory: &Path, extension: &str, found: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if name != "target" && name != ".git" && name != "corpus" && name != "artifacts" {
                walk(&path, extension, found)?;
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            let from_root = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            found.push(file(&from_root)?);
        }
    }
    Ok(())
}
