//! What a thread does: a command, or changed files.

use std::path::Path;

use gatekeeper::hook::{Event, Subject};
use serde_json::{Map, Value};

use crate::command::Command;
use crate::message::{Fields, is_absolute};

/// What was said of an item.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Item {
    Command {
        command: Command,
        cwd: Option<String>,
    },
    /// The paths of files that are changed, made, removed or moved to.
    Files(Vec<String>),
    /// Two things were said of it, or one that is not understood.
    Unclear,
}

impl Item {
    /// Of an object that says it; `None` where it is something else, or not understood.
    pub(super) fn read(item: &Map<String, Value>) -> Option<Self> {
        if let Some(changes) = item.said("changes") {
            return Self::of_changes(changes.as_array()?);
        }
        let cwd = match item.said("cwd") {
            Some(cwd) => Some(cwd.as_str()?.to_owned()),
            None => None,
        };
        let command = Command::read(item.said("command")?)?;
        Some(Self::Command { command, cwd })
    }

    fn of_changes(changes: &[Value]) -> Option<Self> {
        let mut paths = Vec::new();
        for change in changes {
            let change = change.as_object()?;
            paths.push(change.text("path")?.to_owned());
            moved(change, &mut paths)?;
        }
        Some(Self::Files(paths))
    }

    /// What is said of it together with what was said before. Of files there may be more each time.
    pub(super) fn and(self, now: Self) -> Self {
        match (self, now) {
            (
                Self::Command { command, cwd },
                Self::Command {
                    command: again,
                    cwd: there,
                },
            ) if command == again && (cwd.is_none() || there.is_none() || cwd == there) => Self::Command {
                command,
                cwd: cwd.or(there),
            },
            (Self::Files(mut paths), Self::Files(more)) => {
                paths.extend(more);
                paths.sort_unstable();
                paths.dedup();
                Self::Files(paths)
            }
            (Self::Command { .. } | Self::Files(_) | Self::Unclear, _) => Self::Unclear,
        }
    }

    /// About how much of the memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let sum = |texts: &[String]| texts.iter().map(|text| text.len().saturating_add(32)).sum();
        match self {
            Self::Command { command, cwd } => {
                let command: usize = match command {
                    Command::Text(text) => text.len(),
                    Command::Words(words) => sum(words),
                };
                command.saturating_add(cwd.as_ref().map_or(0, String::len))
            }
            Self::Files(paths) => sum(paths),
            Self::Unclear => 0,
        }
    }
}

/// The paths of changes that are named by them.
pub(super) fn paths_by_name(changes: &Map<String, Value>) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    for (path, change) in changes {
        paths.push(path.clone());
        moved(change.as_object()?, &mut paths)?;
    }
    Some(paths)
}

/// Adds where a change moves its file to: it is said in the change, or in the object of its kind.
fn moved(change: &Map<String, Value>, paths: &mut Vec<String>) -> Option<()> {
    let inner = change.values().filter_map(Value::as_object);
    for fields in std::iter::once(change).chain(inner) {
        for place in ["move_path", "movePath"]
            .iter()
            .filter_map(|key| fields.said(key))
        {
            paths.push(place.as_str()?.to_owned());
        }
    }
    Some(())
}

/// A command in its directory, which has to be told.
pub(super) fn command_event(command: &Command, cwd: String) -> Option<Event> {
    if !is_absolute(&cwd) {
        return None;
    }
    // A text is its words, quoted for a shell and joined.
    Some(Event::asked(command.clone().into(), Some(cwd), Vec::new()))
}

/// Changed files: in the work trees that they are in.
pub(super) fn files_event(paths: &[String]) -> Option<Event> {
    if paths.is_empty() || !paths.iter().all(|path| is_absolute(path)) {
        return None;
    }
    let mut roots: Vec<String> = paths
        .iter()
        .filter_map(|path| Some(Path::new(path).parent()?.to_str()?.to_owned()))
        .collect();
    roots.sort_unstable();
    roots.dedup();
    let first = roots.first()?.clone();
    Some(Event::asked(Subject::Writes(paths.to_vec()), Some(first), roots))
}
