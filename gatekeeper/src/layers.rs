//! The layers of policy: where they are, what stands there, and whose word counts in full.

mod directory;
mod project;
mod survey;
#[cfg(test)]
mod tests;
mod way;

use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity};
use execpolicy::{BrokenFile, Layer, PolicyFile};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::digest::Digest;
use crate::trust::{Trust, TrustError, TrustStore};
use crate::{codes, policy_file};
use directory::Contents;
use way::{End, Ownership, Way, WayError};

pub use project::Project;
pub use survey::{FileSurvey, Loosening};

/// Where the layers of policy are. What is `None` is left out; by default that is all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Places {
    /// The system's layer.
    pub system: Option<SystemPlace>,
    /// The directory of the user's layer: that of the user's settings, and `execpolicy`.
    pub user: Option<PathBuf>,
    /// The root of the work tree, whose layer is in `.execpolicy`.
    pub workspace: Option<PathBuf>,
    /// The directory of the store of trust: that of the user's data, and `execpolicy`.
    pub store: Option<PathBuf>,
}

/// Where the system's layer is, and whose it has to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SystemPlace {
    /// The directory that holds `etc/execpolicy`; it is checked like those below it.
    pub root: PathBuf,
    /// The user who owns it, and who alone may write there.
    pub owner: u32,
}

/// The layers as they stood when they were looked for.
#[derive(Debug)]
pub struct Layers {
    found: Vec<FoundLayer>,
    files: Vec<PolicyFile>,
    broken: Vec<BrokenFile>,
    project: Option<Project>,
    trust: Trust,
}

/// A layer that was looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FoundLayer {
    /// Whose word it is.
    pub layer: Layer,
    /// Its directory; `None` for files that were given by name.
    pub directory: Option<PathBuf>,
    /// Whether there is one.
    pub exists: bool,
}

/// The directory of a project's layer, below its root.
const PROJECT: &str = ".execpolicy";

impl SystemPlace {
    /// `/etc/execpolicy`, which belongs to root.
    pub fn of_host() -> Self {
        Self {
            root: PathBuf::from("/"),
            owner: 0,
        }
    }

    /// The directory of the layer.
    pub fn directory(&self) -> PathBuf {
        self.root.join("etc/execpolicy")
    }
}

impl Layers {
    /// Looks for the layers in these places, and reads the files that are given by name.
    ///
    /// In each directory the files `*.codexpolicy` and `*.rules` are read, sorted by name, and nothing below it.
    /// Whatever cannot be read, or may have been changed by others than its owner, is a broken file: it fails closed.
    /// A layer that is not there costs one system call.
    pub fn find(places: &Places, given: &[PathBuf]) -> Self {
        let mut layers = Self {
            found: Vec::new(),
            files: Vec::new(),
            broken: Vec::new(),
            project: None,
            trust: Trust::Nothing,
        };
        if let Some(system) = &places.system {
            let directory = system.directory();
            let way = || Way::from(&system.root, Ownership::Wholly(system.owner));
            let found = read(&directory, way, Path::new("etc/execpolicy"));
            layers.add(&Layer::new("system"), directory, found);
        }
        if let Some(directory) = &places.user {
            let way = || Way::from(Path::new("/"), Ownership::End(geteuid().as_raw()));
            let found = read(directory, way, directory);
            layers.add(&Layer::new("user"), directory.clone(), found);
        }
        if let Some(workspace) = &places.workspace {
            layers.add_project(workspace, places.store.as_deref());
        }
        layers.add_given(given);
        layers
    }

    /// Every layer that was looked for, in order.
    pub fn found(&self) -> &[FoundLayer] {
        &self.found
    }

    /// The files that were read, each with its layer.
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// What could not be read. A file whose text does not load is not among them: nothing has been loaded yet.
    pub fn broken(&self) -> &[BrokenFile] {
        &self.broken
    }

    /// The policy of the project, if it has one.
    pub fn project(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// Whether what the project's policy loosens counts.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What a person is told of trust, where so many things that the project says have no effect.
    pub(crate) fn notice(&self, without_effect: usize) -> Option<Diagnostic> {
        let project = self.project.as_ref()?;
        let directory = project.root().join(PROJECT);
        let shown = directory.to_string_lossy();
        let (severity, message) = match &self.trust {
            Trust::Nothing | Trust::Given => return None,
            Trust::Never if without_effect == 0 => return None,
            Trust::Never => (Severity::Note, format!("the policy in `{shown}` is not trusted")),
            Trust::Withdrawn { changed } => (
                Severity::Warning,
                format!(
                    "the policy in `{shown}` is not trusted any more: {} changed since",
                    listed(changed)
                ),
            ),
            Trust::Unknown(error) => (
                Severity::Warning,
                format!("whether the policy in `{shown}` is trusted cannot be known: {error}"),
            ),
        };
        let effect = match without_effect {
            0 => "none of it would loosen anything; what it restricts counts".to_owned(),
            1 => "one thing in it that would loosen has no effect; what it restricts counts".to_owned(),
            more => format!("{more} things in it that would loosen have no effect; what it restricts counts"),
        };
        let finding = Diagnostic::new(codes::UNTRUSTED, severity, message)
            .note(effect)
            .help("`execpolicy status` shows what it says, `execpolicy trust` has it count as it is now");
        Some(finding)
    }

    fn add(&mut self, layer: &Layer, directory: PathBuf, contents: Option<Contents>) {
        self.found.push(FoundLayer {
            layer: layer.clone(),
            directory: Some(directory),
            exists: contents.is_some(),
        });
        let contents = contents.unwrap_or_default();
        self.files
            .extend(contents.files.into_iter().map(|file| PolicyFile {
                source: file.source,
                layer: layer.clone(),
            }));
        let broken = contents.unread.into_iter().map(|(file, finding)| BrokenFile {
            layer: layer.clone(),
            file: file.into(),
            findings: vec![finding],
        });
        self.broken.extend(broken);
    }

    fn add_project(&mut self, workspace: &Path, store: Option<&Path>) {
        let directory = workspace.join(PROJECT);
        let layer = Layer::new("project");
        // Where nothing is there, where the workspace really is does not matter.
        let real = if is_missing(&directory) {
            None
        } else {
            Some(workspace.canonicalize())
        };
        let (root, contents) = match real {
            None => return self.add(&layer, directory, None),
            Some(Ok(root)) => {
                let contents = walk(
                    || Way::from(&root, Ownership::Inside),
                    Path::new(PROJECT),
                    &directory,
                );
                (root, contents)
            }
            Some(Err(error)) => {
                let why = format!("it cannot be read: {error}");
                (workspace.to_owned(), Some(Contents::unread(&directory, &why)))
            }
        };
        let Some(contents) = contents else {
            return self.add(&layer, directory, None);
        };
        let files = contents.files.iter();
        let files = files.map(|file| (file.name.clone(), Digest::of_text(file.source.text())));
        let project = Project::new(root, files.collect(), contents.unread.is_empty());
        self.trust = match store {
            _ if project.files().is_empty() && project.is_whole() => Trust::Nothing,
            Some(store) => TrustStore::at(store.to_owned()).of(&project),
            None => Trust::Unknown(TrustError::Nowhere),
        };
        let layer = match self.trust {
            Trust::Given | Trust::Nothing => layer,
            Trust::Never | Trust::Withdrawn { .. } | Trust::Unknown(_) => layer.untrusted(),
        };
        self.project = Some(project);
        self.add(&layer, directory, Some(contents));
    }

    fn add_given(&mut self, given: &[PathBuf]) {
        if given.is_empty() {
            return;
        }
        let layer = Layer::new(policy_file::GIVEN);
        self.found.push(FoundLayer {
            layer: layer.clone(),
            directory: None,
            exists: true,
        });
        for path in given {
            match policy_file::read(path) {
                Ok(source) => self.files.push(PolicyFile {
                    source,
                    layer: layer.clone(),
                }),
                Err(finding) => self.broken.push(BrokenFile {
                    layer: layer.clone(),
                    file: path.to_string_lossy().into(),
                    findings: vec![finding],
                }),
            }
        }
    }
}

/// What stands in a directory, which lies on this way; `None` where there is none.
fn read(directory: &Path, way: impl FnOnce() -> Result<Way, WayError>, path: &Path) -> Option<Contents> {
    if is_missing(directory) {
        return None;
    }
    walk(way, path, directory)
}

fn walk(way: impl FnOnce() -> Result<Way, WayError>, path: &Path, directory: &Path) -> Option<Contents> {
    match way().and_then(|way| way.to(path)) {
        Ok(End::Directory(way)) => Some(directory::read(&way, directory)),
        Ok(End::File(_)) => Some(Contents::unread(directory, "it is not a directory")),
        // Taken away a moment ago.
        Err(WayError::Missing) => None,
        Err(error) => Some(Contents::unread(directory, &error.to_string())),
    }
}

/// Whether nothing is there, not even a link. What cannot be told is not missing.
fn is_missing(directory: &Path) -> bool {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let found = openat(CWD, directory, flags, Mode::empty());
    matches!(found, Err(Errno::NOENT | Errno::NOTDIR))
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "its files have".to_owned(),
        [name] => format!("`{name}` has"),
        [name, rest @ ..] => format!("`{name}` and {} more have", rest.len()),
    }
}
