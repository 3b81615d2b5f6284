//! The work trees whose policy an event is judged by: the one that the command starts in, and all that the agent names.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use super::{Event, Subject};
use crate::{Context, Places, Surroundings, SurroundingsError};

/// Work trees that an agent may name. With more, the event is refused: each is judged by.
const MOST: usize = 32;

/// A work tree that is judged by.
#[derive(Clone, Debug)]
pub struct Worktree {
    /// The place that the event names, in this work tree. What it does not say is not known, and is not taken from this
    /// process.
    pub context: Context,
    /// Where its policy is.
    pub places: Places,
    /// Whether the command starts in another one, so that only what restricts counts.
    pub is_further: bool,
}

/// Why an event cannot be judged by work trees.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WorktreeError {
    /// More than are judged by.
    #[error("the event names more than {MOST} work trees")]
    TooMany,
    /// It writes in more directories than are looked at.
    #[error("the event writes in more than {MOST} directories")]
    TooManyWritten,
    /// A place that cannot be.
    #[error(transparent)]
    Surroundings(#[from] SurroundingsError),
}

impl Worktree {
    /// All of them, where the surroundings say what is known but for the work tree. The first is the repository around
    /// the directory that the command starts in; where there is none, the named root around it. An agent that names a
    /// narrower root, or another, takes nothing off what that one says.
    ///
    /// # Errors
    /// [`WorktreeError`] for an event that names too many roots, or one that is no absolute path.
    pub fn of(event: &Event, surroundings: &Surroundings) -> Result<Vec<Self>, WorktreeError> {
        if event.workspaces.len() > MOST {
            return Err(WorktreeError::TooMany);
        }
        let around = |directory: &str| around(surroundings, directory);
        let own = surroundings.cwd.as_deref().map(around).transpose()?.flatten();
        let is_repository = |root: &String| Path::new(root).join(".git").symlink_metadata().is_ok();
        // Somebody has opened their home directory, which is no work tree.
        let named = |root: &String| match in_root(surroundings, root) {
            Err(SurroundingsError::TooWide { .. }) => Ok(None),
            found => found.map(|context| context.workspace.map(String::from)),
        };
        let mut roots = Vec::new();
        for root in &event.workspaces {
            roots.extend(named(root)?);
            roots.extend(around(root)?);
        }
        for directory in written_in(event)? {
            roots.extend(around(directory)?);
        }
        let own = match own {
            Some(own) if is_repository(&own) => Some(own),
            own => {
                let holds = |root: &&String| {
                    own.as_ref()
                        .is_some_and(|own| Path::new(own).starts_with(root.as_str()))
                };
                // The longest path above a directory is the nearest.
                let nearest = roots.iter().filter(holds).max_by_key(|root| root.len());
                nearest.cloned().or(own)
            }
        };
        let mut all: Vec<Option<String>> = Vec::new();
        if own.is_some() || roots.is_empty() {
            all.push(own);
        }
        for root in roots {
            // Without a policy of its own another work tree has nothing to say.
            let counts = all.is_empty() || has_policy(&root);
            let root = Some(root);
            if counts && !all.contains(&root) {
                all.push(root);
            }
        }
        let worktrees = all.into_iter().enumerate().map(|(place, root)| {
            let context = match root {
                Some(root) => in_root(surroundings, &root)?,
                None => surroundings.context()?,
            };
            Ok(Self::at(context, surroundings, place > 0)?)
        });
        worktrees.collect()
    }

    /// The work tree around this process's own directory, for an event that says nothing of the place: where that has
    /// a policy, what it restricts counts. What it allows does not, for the command may start anywhere.
    ///
    /// # Errors
    /// [`WorktreeError::Surroundings`] for a directory that is no absolute path.
    pub fn of_process(
        event: &Event,
        directory: &str,
        surroundings: &Surroundings,
    ) -> Result<Option<Self>, WorktreeError> {
        if event.cwd.is_some() || !event.workspaces.is_empty() {
            return Ok(None);
        }
        let root = around(surroundings, directory)?;
        let Some(root) = root.filter(|root| has_policy(root)) else {
            return Ok(None);
        };
        let context = in_root(surroundings, &root)?;
        Ok(Some(Self::at(context, surroundings, true)?))
    }

    fn at(
        context: Context,
        surroundings: &Surroundings,
        is_further: bool,
    ) -> Result<Self, SurroundingsError> {
        Ok(Self {
            places: surroundings.places(context.workspace.as_deref())?,
            context,
            is_further,
        })
    }
}

/// The root of the work tree around a directory.
fn around(surroundings: &Surroundings, directory: &str) -> Result<Option<String>, SurroundingsError> {
    let there = Surroundings {
        cwd: Some(directory.to_owned()),
        ..surroundings.clone()
    };
    Ok(there.context()?.workspace.map(String::from))
}

/// The directories that an event writes in, where it says nothing else of the place.
fn written_in(event: &Event) -> Result<BTreeSet<&str>, WorktreeError> {
    let Subject::Writes(paths) = &event.subject else {
        return Ok(BTreeSet::new());
    };
    if event.cwd.is_some() || !event.workspaces.is_empty() {
        return Ok(BTreeSet::new());
    }
    let absolute = paths.iter().map(Path::new).filter(|path| path.is_absolute());
    let directories = absolute.filter_map(|path| path.parent()?.to_str());
    let directories: BTreeSet<&str> = directories.collect();
    if directories.len() > MOST {
        return Err(WorktreeError::TooManyWritten);
    }
    Ok(directories)
}

/// Whether there is a policy in a work tree, or there may be.
fn has_policy(root: &str) -> bool {
    let found = Path::new(root).join(".execpolicy").symlink_metadata();
    found.map_or_else(|error| error.kind() != ErrorKind::NotFound, |_| true)
}

fn in_root(surroundings: &Surroundings, root: &str) -> Result<Context, SurroundingsError> {
    let there = Surroundings {
        workspace: Some(root.to_owned()),
        ..surroundings.clone()
    };
    there.context()
}
