//! The work trees whose policy an event is judged by: the one that the command starts in, and all that the agent names.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use gatekeeper::hook::{Agent, Event, Subject};
use gatekeeper::{Context, Dialect, Places, Surroundings, SurroundingsError};

use crate::environment;

/// Work trees that an agent may name. With more, the event is refused: each is judged by.
const MOST: usize = 32;

/// A work tree that is judged by.
pub(super) struct Worktree {
    /// The place that the event names, in this work tree. What it does not say is not known, and is not taken from this
    /// process.
    pub(super) context: Context,
    /// Where its policy is.
    pub(super) places: Places,
    /// Whether the command starts in another one, so that only what restricts counts.
    pub(super) is_further: bool,
}

/// All of them. The first is the repository around the directory that the command starts in; where there is none, the
/// named root around it. An agent that names a narrower root, or another, takes nothing off what that one says.
pub(super) fn of(agent: Agent, event: &Event, home: &Path, confined: bool) -> Result<Vec<Worktree>, String> {
    if event.workspaces.len() > MOST {
        return Err(format!("the event names more than {MOST} work trees"));
    }
    let surroundings = surroundings(agent, event, home, confined)?;
    let around = |directory: &str| {
        let there = Surroundings {
            cwd: Some(directory.to_owned()),
            ..surroundings.clone()
        };
        let found = there.context().map_err(|error| error.to_string())?;
        Ok::<_, String>(found.workspace.map(String::from))
    };
    let own = surroundings.cwd.as_deref().map(around).transpose()?.flatten();
    let is_repository = |root: &String| Path::new(root).join(".git").symlink_metadata().is_ok();
    // Somebody has opened their home directory, which is no work tree.
    let named = |root: &String| match in_root(&surroundings, root) {
        Err(SurroundingsError::TooWide { .. }) => Ok(None),
        found => found
            .map(|context| context.workspace.map(String::from))
            .map_err(|error| error.to_string()),
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
            Some(root) => in_root(&surroundings, &root),
            None => surroundings.context(),
        };
        let context = context.map_err(|error| error.to_string())?;
        let places = surroundings.places(context.workspace.as_deref());
        Ok(Worktree {
            context,
            places: places.map_err(|error| error.to_string())?,
            is_further: place > 0,
        })
    });
    worktrees.collect()
}

/// The directories that an event writes in, where it says nothing else of the place.
fn written_in(event: &Event) -> Result<BTreeSet<&str>, String> {
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
        return Err(format!("the event writes in more than {MOST} directories"));
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

/// What the event and this process say of the place, without a work tree.
fn surroundings(agent: Agent, event: &Event, home: &Path, confined: bool) -> Result<Surroundings, String> {
    let text = |path: PathBuf| {
        path.to_str()
            .map(ToOwned::to_owned)
            .ok_or(format!("`{}` is not UTF-8", path.display()))
    };
    let dialect = if confined {
        Dialect::Bash
    } else {
        agent.dialect(event, environment::variable)
    };
    // A confined command has a `/tmp` of its own, whatever its caller has.
    let temporary = environment::temporary().filter(|_| !confined);
    // It is judged again where it really starts, and a yes is to be for the same place.
    let real = event.cwd.as_ref().filter(|_| confined).map(fs::canonicalize);
    let real = real.and_then(Result::ok).map(text).transpose()?;
    Ok(Surroundings {
        cwd: real.or_else(|| event.cwd.clone()),
        home: Some(text(home.to_owned())?),
        temporary: temporary.map(text).transpose()?,
        settings: environment::settings().map(text).transpose()?,
        data: environment::data().map(text).transpose()?,
        state: environment::state().map(text).transpose()?,
        agents: environment::agents(),
        environment: environment::names(),
        path: environment::path(),
        dialect,
        ..Surroundings::default()
    })
}
