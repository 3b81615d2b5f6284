//! Which projects' policies a person has vouched for, to the byte.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::kept_directory::KeptDirectory;
use crate::layers::Project;

/// The file that says it, a line for each project.
const FILE: &str = "trust.jsonl";
/// What is held while it is changed.
const LOCK: &str = "trust.lock";
/// Bytes of that file.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Whether what a project's policy loosens counts.
#[derive(Debug)]
pub enum Trust {
    /// The project has no policy.
    Nothing,
    /// Nobody has vouched for it.
    Never,
    /// Somebody has vouched for it as it was before.
    Withdrawn {
        /// The names of the files that have changed, come or gone since, sorted.
        changed: Vec<String>,
    },
    /// Somebody has vouched for it as it is.
    Given,
    /// Nobody can tell.
    Unknown(TrustError),
}

/// Why the store of trust cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// There is no directory for the user's data, or none is known.
    #[error("no directory for the user's data is known")]
    Nowhere,
    /// The store lies in the project that it is asked about, where its commands could write it.
    #[error("the store of trust `{}` lies in the project itself", path.display())]
    Inside {
        /// The store's directory.
        path: PathBuf,
    },
    /// The path of a project is not UTF-8.
    #[error("the path `{}` is not UTF-8", path.display())]
    NotText {
        /// The project's path.
        path: PathBuf,
    },
    /// A file of the project cannot be read, so that nobody knows what would be vouched for.
    #[error("not all files of the project can be read")]
    NotWhole,
    /// The file does not say what it should.
    #[error("the store of trust `{}` is damaged at line {line}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The store cannot be read or written.
    #[error("the store of trust `{}` cannot be used: {error}", path.display())]
    Unusable {
        /// The store's directory.
        path: PathBuf,
        /// What is in the way.
        error: io::Error,
    },
}

/// Where trust is kept: in the user's data, outside every project. It is read without a lock and replaced as a whole.
#[derive(Clone, Debug)]
pub struct TrustStore {
    directory: PathBuf,
}

/// One project that is trusted.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// The path of its root, without links.
    workspace: String,
    /// The digest of each of its policy files, by name.
    files: BTreeMap<String, String>,
}

impl TrustStore {
    /// The store in this directory, which need not exist: the user's data directory and `execpolicy`.
    pub fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Whether a project's policy is trusted as it is.
    pub fn of(&self, project: &Project) -> Trust {
        match self.look_up(project) {
            Ok(trust) => trust,
            Err(error) => Trust::Unknown(error),
        }
    }

    /// Vouches for a project's policy as it was read, in the place of what was vouched for before.
    ///
    /// # Errors
    /// [`TrustError`]; nothing has changed then.
    pub fn trust(&self, project: &Project) -> Result<(), TrustError> {
        let workspace = self.key(project)?;
        if !project.is_whole() {
            return Err(TrustError::NotWhole);
        }
        let files = digests(project);
        self.change(|lines| {
            lines.retain(|line| line.workspace != workspace);
            lines.push(Line {
                workspace: workspace.to_owned(),
                files,
            });
            true
        })?;
        Ok(())
    }

    /// Takes back what was said of the project with this root. Tells whether anything was.
    ///
    /// # Errors
    /// [`TrustError`]; nothing has changed then.
    pub fn untrust(&self, workspace: &Path) -> Result<bool, TrustError> {
        // One that is gone cannot be resolved any more; it may still be named as it was.
        let real = workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
        let real = text(&real)?;
        if !self.directory.exists() {
            return Ok(false);
        }
        self.change(|lines| {
            let before = lines.len();
            lines.retain(|line| line.workspace != real);
            lines.len() != before
        })
    }

    fn look_up(&self, project: &Project) -> Result<Trust, TrustError> {
        let Some(kept) = KeptDirectory::open(&self.directory).map_err(|error| self.unusable(error))? else {
            return Ok(Trust::Never);
        };
        let lines = self.lines(&kept)?;
        if lines.is_empty() {
            return Ok(Trust::Never);
        }
        let workspace = self.key(project)?;
        let Some(line) = lines.into_iter().find(|line| line.workspace == workspace) else {
            return Ok(Trust::Never);
        };
        let now = digests(project);
        let names = line.files.keys().chain(now.keys());
        let mut changed: Vec<String> = names
            .filter(|name| line.files.get(*name) != now.get(*name))
            .cloned()
            .collect();
        changed.sort_unstable();
        changed.dedup();
        if changed.is_empty() && project.is_whole() {
            Ok(Trust::Given)
        } else {
            Ok(Trust::Withdrawn { changed })
        }
    }

    /// What a project is called in the store, where that lies outside it.
    fn key<'p>(&self, project: &'p Project) -> Result<&'p str, TrustError> {
        let root = project.root();
        let parts = self.directory.ancestors();
        let real = parts.clone().find_map(|part| part.canonicalize().ok());
        if self.directory.starts_with(root) || real.is_some_and(|real| real.starts_with(root)) {
            let path = self.directory.clone();
            return Err(TrustError::Inside { path });
        }
        text(root)
    }

    fn lines(&self, kept: &KeptDirectory) -> Result<Vec<Line>, TrustError> {
        let bytes = kept
            .read(FILE, MAX_BYTES)
            .map_err(|error| self.unusable(error))?
            .unwrap_or_default();
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        let written = lines.filter(|(_, line)| !line.is_empty());
        written
            .map(|(index, line)| {
                serde_json::from_slice(line).map_err(|_| TrustError::Damaged {
                    path: self.directory.join(FILE),
                    line: index.saturating_add(1),
                })
            })
            .collect()
    }

    /// Changes the store under its lock, if there is something to change.
    fn change(&self, change: impl FnOnce(&mut Vec<Line>) -> bool) -> Result<bool, TrustError> {
        let unusable = |error| self.unusable(error);
        let kept = KeptDirectory::create(&self.directory).map_err(unusable)?;
        let lock = kept.lock(LOCK).map_err(unusable)?;
        let mut lines = self.lines(&kept)?;
        if !change(&mut lines) {
            return Ok(false);
        }
        let mut text = Vec::new();
        for line in &lines {
            let written = serde_json::to_vec(line).map_err(|error| unusable(error.into()))?;
            text.extend(written);
            text.push(b'\n');
        }
        kept.replace(FILE, &text, &lock).map_err(unusable)?;
        Ok(true)
    }

    fn unusable(&self, error: io::Error) -> TrustError {
        TrustError::Unusable {
            path: self.directory.clone(),
            error,
        }
    }
}

fn digests(project: &Project) -> BTreeMap<String, String> {
    let files = project.files().iter();
    files
        .map(|(name, digest)| (name.clone(), digest.to_string()))
        .collect()
}

fn text(path: &Path) -> Result<&str, TrustError> {
    path.to_str().ok_or_else(|| TrustError::NotText {
        path: path.to_owned(),
    })
}
