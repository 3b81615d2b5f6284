//! The policy files that the gate itself writes, where a person says yes once and for all.

mod directory;
mod journal;
mod kept_rule;
#[cfg(test)]
mod tests;
mod vouched;

use std::io;
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Source};
use execpolicy::{AmendError, Amended, Context, Edit, Layer, Origin, PolicyFile, add_rule, remove_rule};

use crate::surroundings::state_directory;
use crate::{TrustError, builtin};
use directory::Directory;
use journal::{Entry, Journal};
use vouched::Vouched;

pub use kept_rule::keep;

/// The file, in the user's or the project's layer, that holds what was approved.
const NAME: &str = "approved.codexpolicy";

/// What such a file begins with.
const HEADING: &str =
    "# What was allowed once and for all. `execpolicy rules undo` takes the last change back.\n";

/// Whose layer a rule is added to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RuleScope {
    /// The user's: it holds in every project.
    User,
    /// The project's: it holds in this one, for everybody who trusts it.
    Project,
}

/// A policy file of the user or of the project that rules are added to and taken out of. Every change is whole or not
/// at all, whatever happens meanwhile; it keeps the file's mode, and is noted so that it can be taken back.
#[derive(Clone, Debug)]
pub struct AmendmentFile {
    path: PathBuf,
    layer: Layer,
    /// What the file may not lie outside of, wherever links lead: the project that it belongs to.
    within: Option<PathBuf>,
    /// Where trust in the project is kept.
    store: Option<PathBuf>,
    /// Where changes are noted.
    state: PathBuf,
}

/// What adding a rule came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Addition {
    /// It stands in this file now.
    Added {
        /// The file.
        path: PathBuf,
        /// Whether it counts: a project's does only where the project is trusted.
        counts: bool,
    },
    /// A rule that stands here says it already; nothing was changed.
    AlreadyCovered(Origin),
}

/// A change that was made, or taken back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Amending {
    /// The file.
    pub path: PathBuf,
    /// What was replaced by what in it.
    pub edit: Edit,
}

/// Why a file is left as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AmendmentFileError {
    /// The context does not say where the file is, or where changes are noted.
    #[error("it is not known where the rules of the {layer} are kept")]
    NoPlace {
        /// The layer.
        layer: &'static str,
    },
    /// The rule, the text of the file, or both together.
    #[error(transparent)]
    Amend(#[from] AmendError),
    /// What the system said.
    #[error("`{}` cannot be {doing}: {error}", path.display())]
    System {
        /// What was tried.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It was changed, and the project is not trusted with the change.
    #[error("`{}` was changed, and is not trusted any more: {error}", path.display())]
    Untrusted {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: TrustError,
    },
    /// A link leads out of the project.
    #[error("`{}` does not lie in the project", path.display())]
    Outside {
        /// The file.
        path: PathBuf,
    },
    /// No change of these files is noted.
    #[error("no change is noted that could be taken back")]
    NothingToUndo,
    /// Somebody else has changed it since.
    #[error("`{}` was changed by somebody else since, so the change is not taken back", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl AmendmentFile {
    /// The file that holds what was approved in that layer, whether it exists or not.
    ///
    /// # Errors
    /// [`AmendmentFileError::NoPlace`] where the context does not know one.
    pub fn approved(context: &Context, scope: RuleScope) -> Result<Self, AmendmentFileError> {
        let layer = scope.layer();
        let directory = scope.directory(context);
        let directory = directory.ok_or(AmendmentFileError::NoPlace { layer })?;
        Self::of_layer(directory.join(NAME), context, scope)
    }

    /// A policy file of that layer, by its path.
    ///
    /// # Errors
    /// [`AmendmentFileError::NoPlace`] where the context does not know where changes are noted.
    pub fn of_layer(path: PathBuf, context: &Context, scope: RuleScope) -> Result<Self, AmendmentFileError> {
        let layer = scope.layer();
        let within = match scope {
            RuleScope::User => None,
            RuleScope::Project => Some(project(context).ok_or(AmendmentFileError::NoPlace { layer })?),
        };
        Ok(Self {
            path,
            layer: Layer::new(layer),
            within,
            store: context.store.first().map(|path| PathBuf::from(&**path)),
            state: state(context)?,
        })
    }

    /// Where it is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a rule, written as one `prefix_rule` or `network_rule`, behind all others; makes the file where there is none.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub fn add(&self, rule: &str) -> Result<Addition, AmendmentFileError> {
        let mut covered = None;
        let made = self.change(true, |file, is_new| {
            Ok(match add_rule(file, rule, &builtin::pack)? {
                Amended::Covered(origin) => {
                    covered = Some(origin);
                    None
                }
                Amended::Changed(edit) if is_new => Some(Edit {
                    inserted: [HEADING, &edit.inserted].concat().into(),
                    ..edit
                }),
                Amended::Changed(edit) => Some(edit),
            })
        })?;
        Ok(match covered {
            Some(origin) if made.is_none() => Addition::AlreadyCovered(origin),
            Some(_) | None => Addition::Added {
                path: self.path.clone(),
                counts: self.within.is_none() || self.vouched().is_some(),
            },
        })
    }

    /// Takes out the statement that begins in this line, counted from 1, and makes rules.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub fn remove(&self, line: usize) -> Result<Amending, AmendmentFileError> {
        let made = self.change(false, |file, _| {
            Ok(Some(remove_rule(file, line, &builtin::pack)?))
        })?;
        made.ok_or(AmendmentFileError::NothingToUndo)
    }

    /// Changes the file under the locks of all who change it, and notes the change before it happens: what is noted
    /// and did not happen is told apart by what the file holds.
    fn change(
        &self,
        may_create: bool,
        make: impl FnOnce(&PolicyFile, bool) -> Result<Option<Edit>, AmendmentFileError>,
    ) -> Result<Option<Amending>, AmendmentFileError> {
        let mut journal = Journal::lock(&self.state)?;
        let directory = Directory::lock(&self.path, self.within.as_deref(), may_create)?;
        let before = directory.read()?;
        let text = before.as_ref().map_or("", |held| &held.text);
        let file = PolicyFile {
            source: Source::new(self.path.to_string_lossy(), text),
            layer: self.layer.clone(),
        };
        let Some(edit) = make(&file, before.is_none())? else {
            return Ok(None);
        };
        let Some(after) = edit.apply(text) else {
            return Err(AmendmentFileError::Changed {
                path: self.path.clone(),
            });
        };
        let vouched = self.vouched();
        let written = directory.write(&after, before.as_ref().map(|held| held.mode))?;
        let noted = before.as_ref().map(|held| held.text.as_str());
        journal.append(Entry::of(&self.path, &edit, noted, Some(&after)))?;
        if let Err(error) = written.publish() {
            // What is noted and did not happen would be passed over anyway.
            drop(journal.forget_last());
            return Err(error);
        }
        if let Some(vouched) = vouched {
            vouched.after(&self.path, Some(&after))?;
        }
        Ok(Some(Amending {
            path: self.path.clone(),
            edit,
        }))
    }
}

impl AmendmentFile {
    /// The project that the file belongs to, where it is trusted as it is.
    fn vouched(&self) -> Option<Vouched> {
        Vouched::before(self.within.as_deref()?, self.store.clone()?)
    }
}

/// Takes back the last change that was made to a file of the user's layer or of the project's, by whatever process of
/// this user: the file is what it was, byte for byte, and is gone if it was not there.
///
/// # Errors
/// [`AmendmentFileError::NothingToUndo`], or why nothing was changed.
pub fn undo(context: &Context) -> Result<Amending, AmendmentFileError> {
    let scopes = [RuleScope::User, RuleScope::Project];
    let places = scopes.map(|scope| (scope, scope.directory(context)));
    let mut journal = Journal::lock(&state(context)?)?;
    loop {
        let entries = journal.entries().iter().enumerate().rev();
        let mut ours = entries.filter_map(|(place, entry)| {
            let lies = |directory: &Option<PathBuf>| {
                directory
                    .as_deref()
                    .is_some_and(|directory| entry.path().parent() == Some(directory))
            };
            let (scope, _) = places.iter().find(|(_, directory)| lies(directory))?;
            Some((place, entry.clone(), *scope))
        });
        let (place, entry, scope) = ours.next().ok_or(AmendmentFileError::NothingToUndo)?;
        let file = AmendmentFile::of_layer(entry.path().to_owned(), context, scope)?;
        let changed = || AmendmentFileError::Changed {
            path: file.path.clone(),
        };
        // A directory that is gone holds no file.
        let directory = match Directory::lock(&file.path, file.within.as_deref(), false) {
            Err(AmendmentFileError::System { error, .. }) if error.kind() == io::ErrorKind::NotFound => None,
            locked => Some(locked?),
        };
        let held = directory.as_ref().map(Directory::read).transpose()?.flatten();
        let text = held.as_ref().map(|held| held.text.as_str());
        if !entry.leaves(text) {
            if entry.found(text) {
                // It was noted and did not happen, or somebody has taken it back by hand.
                journal.forget(place)?;
                continue;
            }
            return Err(changed());
        }
        let edit = entry.edit().inverse();
        let before = edit.apply(text.unwrap_or_default()).ok_or_else(changed)?;
        let directory = directory.ok_or_else(changed)?;
        let vouched = file.vouched();
        let is_new = entry.found(None);
        if is_new {
            directory.remove()?;
        } else if entry.found(Some(&before)) {
            directory
                .write(&before, held.as_ref().map(|held| held.mode))?
                .publish()?;
        } else {
            return Err(changed());
        }
        journal.forget(place)?;
        if let Some(vouched) = vouched {
            vouched.after(&file.path, Some(before.as_str()).filter(|_| !is_new))?;
        }
        return Ok(Amending {
            path: file.path,
            edit,
        });
    }
}

impl AmendmentFileError {
    /// What is wrong with the file, where it does not load.
    pub fn findings(&self) -> &[Diagnostic] {
        match self {
            Self::Amend(AmendError::Broken { findings, .. }) => findings,
            Self::Amend(
                AmendError::NotARule { .. } | AmendError::Misread { .. } | AmendError::NoStatement { .. },
            )
            | Self::NoPlace { .. }
            | Self::System { .. }
            | Self::Untrusted { .. }
            | Self::Outside { .. }
            | Self::NothingToUndo
            | Self::Changed { .. } => &[],
        }
    }
}

impl RuleScope {
    /// The name of the layer.
    fn layer(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
        }
    }

    /// Where the files of the layer are.
    pub fn directory(self, context: &Context) -> Option<PathBuf> {
        let project = project(context).map(|root| root.join(".execpolicy"));
        match self {
            // The first is the system's, the user's stands before the project's, and either may be unknown.
            Self::User => {
                let user = context.policy.get(1).map(|path| PathBuf::from(&**path));
                user.filter(|user| Some(user) != project.as_ref())
            }
            Self::Project => project,
        }
    }
}

fn project(context: &Context) -> Option<PathBuf> {
    context.workspace.as_deref().map(PathBuf::from)
}

/// Where changes are noted.
fn state(context: &Context) -> Result<PathBuf, AmendmentFileError> {
    state_directory(context).ok_or(AmendmentFileError::NoPlace { layer: "user" })
}

/// The error of a call of the system, with what was tried.
fn system(doing: &'static str, path: &Path) -> impl FnOnce(rustix::io::Errno) -> AmendmentFileError {
    move |error| AmendmentFileError::System {
        doing,
        path: path.to_owned(),
        error: error.into(),
    }
}
