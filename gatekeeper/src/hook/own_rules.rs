//! The restrictions that an agent's own settings hold, which a rewritten command would slip past.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Bytes of a settings file that are looked at. A longer one counts as restricting.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Files of one directory that are looked at. With more, the directory counts as restricting.
const MOST: usize = 256;

/// Where an agent keeps rules of its own about commands, and how they are told.
#[derive(Debug)]
pub(crate) struct OwnRules {
    /// Below `~`, below the project (`.`), or anywhere (`/`); the last part may be `*` and an ending.
    pub(crate) files: &'static [&'static str],
    /// Whether the text of such a file may restrict a shell command.
    pub(crate) restricts: fn(&str) -> bool,
}

impl OwnRules {
    /// Nothing is known to be kept in files.
    pub(crate) const NONE: Self = Self {
        files: &[],
        restricts: |_| true,
    };

    /// Whether there are restrictions, or there may be: a file that cannot be read counts as one that restricts.
    pub(crate) fn restrict(&self, home: &Path, project: Option<&Path>) -> bool {
        self.files.iter().any(|place| {
            let path = match (place.strip_prefix("~/"), place.strip_prefix("./")) {
                (Some(below), _) => Some(home.join(below)),
                (None, Some(below)) => project.map(|project| project.join(below)),
                (None, None) => Some(PathBuf::from(place)),
            };
            path.is_some_and(|path| self.restricts_at(&path))
        })
    }

    fn restricts_at(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(ending) = name.and_then(|name| name.strip_prefix('*')) else {
            return self.restricts_in(path);
        };
        let Some(Ok(entries)) = path.parent().map(std::fs::read_dir) else {
            return false;
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
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
            Ok(found) if !found.is_file() || found.len() > LONGEST => true,
            Ok(_) => {
                let mut text = String::new();
                let read = File::open(path).map(|file| file.take(LONGEST).read_to_string(&mut text));
                !matches!(read, Ok(Ok(_))) || (self.restricts)(&text)
            }
        }
    }
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
                .is_none_or(|rule| rule.starts_with("Bash") || rule.starts_with('*'))
        })
    })
}

/// Whether a text holds one of these words.
pub(crate) fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn restrictions_are_found_where_an_agent_keeps_them() {
        let rules = OwnRules {
            files: &["~/.a/settings.json", "./.a/settings.json", "~/.a/rules/*.rules"],
            restricts: in_claude_settings,
        };
        for (name, text, wanted) in [
            ("home/.a/settings.json", "", false),
            ("home/.a/settings.json", "{}", false),
            ("home/.a/settings.json", "{", true),
            ("home/.a/settings.json", r#"{"permissions":{"deny":[]}}"#, false),
            (
                "home/.a/settings.json",
                r#"{"permissions":{"allow":["Bash(ls)"]}}"#,
                false,
            ),
            (
                "home/.a/settings.json",
                r#"{"permissions":{"deny":["Read(.env)"]}}"#,
                false,
            ),
            (
                "home/.a/settings.json",
                r#"{"permissions":{"deny":["Bash(rm:*)"]}}"#,
                true,
            ),
            (
                "home/.a/settings.json",
                r#"{"permissions":{"ask":["Bash"]}}"#,
                true,
            ),
            (
                "work/.a/settings.json",
                r#"{"permissions":{"ask":["Bash"]}}"#,
                true,
            ),
            ("home/.a/rules/x.rules", "{", true),
            ("home/.a/rules/x.other", "{", false),
        ] {
            let root = tempfile::tempdir().unwrap();
            let file = root.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            let project = root.path().join("work");
            let found = rules.restrict(&root.path().join("home"), Some(&project));
            assert_eq!(found, wanted, "{name}: {text}");
        }
    }

    #[test]
    fn what_cannot_be_read_counts_as_a_restriction() {
        let rules = OwnRules {
            files: &["~/x"],
            restricts: |_| false,
        };
        let home = tempfile::tempdir().unwrap();
        assert!(!rules.restrict(home.path(), None));
        fs::create_dir(home.path().join("x")).unwrap();
        assert!(rules.restrict(home.path(), None));
    }
}
