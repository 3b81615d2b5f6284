//! The restrictions that an agent's own settings hold, which a rewritten command would slip past.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::settings;

/// Bytes of a settings file that are looked at. A longer one counts as restricting.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Files of one directory that are looked at. With more, the directory counts as restricting.
const MOST: usize = 256;

/// Where an agent looks for its settings.
#[derive(Clone, Copy, Debug)]
pub struct SettingsGround<'a> {
    /// The home directory.
    pub home: &'a Path,
    /// Directories in a project: all above them count as well. Without any it is not known what restricts.
    pub projects: &'a [PathBuf],
    /// The environment that the agent shares.
    pub variable: fn(&str) -> Option<OsString>,
}

/// Where an agent keeps rules of its own about commands, and how they are told.
#[derive(Debug)]
pub(crate) struct OwnRules {
    /// Below `~`, below a directory of the project or above it (`.`), below the directory that a variable says
    /// (`$NAME/`), the file that it says (`$NAME`), or anywhere (`/`); the last part may be `*` and an ending, and another
    /// one `*`.
    pub(crate) files: &'static [&'static str],
    /// Variables whose value is the text of such a file.
    pub(crate) texts: &'static [&'static str],
    /// Whether such a text may restrict a shell command.
    pub(crate) restricts: fn(&str) -> bool,
}

impl OwnRules {
    /// Nothing is known to be kept in files.
    pub(crate) const NONE: Self = Self {
        files: &[],
        texts: &[],
        restricts: |_| true,
    };

    /// Whether there are restrictions, or there may be: a file that cannot be read counts as one that restricts.
    pub(crate) fn restrict(&self, ground: &SettingsGround<'_>) -> bool {
        let mut said = self.texts.iter().filter_map(|name| (ground.variable)(name));
        let restricts = |text: OsString| text.to_str().is_none_or(|text| (self.restricts)(text));
        said.any(restricts) || self.restricting(ground).is_some()
    }

    /// The first file that restricts, or may.
    pub(crate) fn restricting(&self, ground: &SettingsGround<'_>) -> Option<PathBuf> {
        self.files.iter().find_map(|place| {
            let restricts = |path: &PathBuf| self.restricts_at(path);
            if let Some(below) = place.strip_prefix("./") {
                if ground.projects.is_empty() {
                    return Some(PathBuf::from(place));
                }
                // A link on the way has two ways up.
                let real = ground.projects.iter().map(|project| project.canonicalize());
                let real: Vec<PathBuf> = real.filter_map(Result::ok).collect();
                let each = ground.projects.iter().chain(&real);
                let above = each.flat_map(|project| project.ancestors());
                return above
                    .flat_map(|directory| [Some(directory.to_owned()), main_checkout(directory)])
                    .flatten()
                    .map(|directory| directory.join(below))
                    .find(restricts);
            }
            if let Some(place) = place.strip_prefix('$') {
                let (name, below) = place.split_once('/').unwrap_or((place, ""));
                let said = (ground.variable)(name).filter(|said| !said.is_empty());
                let said = said.map(PathBuf::from)?;
                // From where the agent was started, which is not known.
                let path = if below.is_empty() { said } else { said.join(below) };
                return Some(path).filter(|path| !path.is_absolute() || restricts(path));
            }
            let path = match place.strip_prefix("~/") {
                Some(below) => ground.home.join(below),
                None => PathBuf::from(place),
            };
            Some(path).filter(restricts)
        })
    }

    fn restricts_at(&self, path: &Path) -> bool {
        let parts: Vec<_> = path.iter().collect();
        let any = parts.iter().position(|part| *part == "*");
        if let Some((before, behind)) = any.and_then(|any| Some((parts.get(..any)?, parts.get(any + 1..)?))) {
            let behind: PathBuf = behind.iter().collect();
            return match std::fs::read_dir(before.iter().collect::<PathBuf>()) {
                Err(error) => !is_absent(&error),
                Ok(entries) => {
                    let found: Vec<_> = entries.take(MOST).collect();
                    let mut each = found
                        .iter()
                        .map(|entry| entry.as_ref().map(std::fs::DirEntry::path));
                    found.len() == MOST
                        || each
                            .any(|entry| entry.map_or(true, |entry| self.restricts_at(&entry.join(&behind))))
                }
            };
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(ending) = name.and_then(|name| name.strip_prefix('*')) else {
            return self.restricts_in(path);
        };
        let entries = match path.parent().map(std::fs::read_dir) {
            Some(Ok(entries)) => entries,
            Some(Err(error)) => return !is_absent(&error),
            None => return false,
        };
        let found: Vec<_> = entries.take(MOST).collect();
        found.len() == MOST
            || found.into_iter().any(|entry| match entry {
                Err(_) => true,
                Ok(entry) => {
                    let is_meant = entry.file_name().as_encoded_bytes().ends_with(ending.as_bytes());
                    is_meant && self.restricts_in(&entry.path())
                }
            })
    }

    fn restricts_in(&self, path: &Path) -> bool {
        // Before it is opened: opening a pipe waits for whoever writes to it.
        match path.metadata() {
            Err(error) => !is_absent(&error),
            Ok(found) if !found.is_file() || found.len() > LONGEST => true,
            Ok(_) => {
                let mut text = String::new();
                let read = File::open(path).map(|file| file.take(LONGEST).read_to_string(&mut text));
                !matches!(read, Ok(Ok(_))) || (self.restricts)(&text)
            }
        }
    }
}

/// The checkout that a linked work tree of git belongs to: agents keep what they do not share in that one alone.
fn main_checkout(directory: &Path) -> Option<PathBuf> {
    let link = directory.join(".git");
    if !link.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(link)
        .ok()?
        .take(LONGEST)
        .read_to_string(&mut text)
        .ok()?;
    let own = directory.join(text.strip_prefix("gitdir:")?.trim());
    let common = own
        .ancestors()
        .find(|above| above.file_name().is_some_and(|name| name == ".git"))?;
    common.parent().map(Path::to_owned)
}

/// Whether settings of Claude Code deny or ask about commands of its shell.
pub(crate) fn in_claude_settings(text: &str) -> bool {
    let Ok(settings) = serde_json::from_str::<Value>(text) else {
        return !text.trim().is_empty();
    };
    ["/permissions/deny", "/permissions/ask"].iter().any(|list| {
        let entries = settings.pointer(list).and_then(Value::as_array);
        let mut entries = entries.into_iter().flatten();
        entries.any(|entry| {
            entry
                .as_str()
                // What is said of files holds for the commands that it knows to read or write them.
                .is_none_or(|rule| {
                    ["Bash", "Read", "Edit", "Write", "*"]
                        .iter()
                        .any(|tool| rule.starts_with(tool))
                })
        })
    })
}

/// Whether settings of VS Code name commands that its terminal tool asks about: an entry of one of these keys that is
/// `false`, or may be.
pub(crate) fn in_terminal_settings(text: &str) -> bool {
    let keys = [
        "chat.tools.terminal.autoApprove",
        "chat.tools.terminal.denyList",
        "github.copilot.chat.agent.terminal.denyList",
    ];
    match settings::values_of(text, &keys) {
        None => true,
        Some(values) => values.iter().any(|(key, value)| {
            let is_list = key.ends_with("denyList") && value.trim() != "{}";
            is_list || holds(value, &["false", "null"])
        }),
    }
}

/// Whether settings in JSON, with comments or without, hold one of these words as a text or a key, however it is written.
/// What cannot be read may hold it.
pub(crate) fn in_json(text: &str, words: &[&str]) -> bool {
    settings::texts_of(text).is_none_or(|texts| texts.iter().any(|text| words.contains(&text.as_str())))
}

/// Whether it says that there is no such file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether a text holds one of these words.
pub(crate) fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests;
