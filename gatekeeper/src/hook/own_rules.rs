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
    /// (`$NAME/`), the file that it says (`$NAME`), or anywhere (`/`); the last part may be `*` and an ending.
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
        said.any(restricts) || self.restrict_in_files(ground)
    }

    fn restrict_in_files(&self, ground: &SettingsGround<'_>) -> bool {
        self.files.iter().any(|place| {
            if let Some(below) = place.strip_prefix("./") {
                // A link on the way has two ways up.
                let real = ground.projects.iter().map(|project| project.canonicalize());
                let real: Vec<PathBuf> = real.filter_map(Result::ok).collect();
                let each = ground.projects.iter().chain(&real);
                let mut above = each.flat_map(|project| project.ancestors());
                return ground.projects.is_empty()
                    || above.any(|directory| self.restricts_at(&directory.join(below)));
            }
            if let Some(place) = place.strip_prefix('$') {
                let (name, below) = place.split_once('/').unwrap_or((place, ""));
                let said = (ground.variable)(name).filter(|said| !said.is_empty());
                return said.map(PathBuf::from).is_some_and(|said| {
                    // From where the agent was started, which is not known.
                    let path = if below.is_empty() { said } else { said.join(below) };
                    !path.is_absolute() || self.restricts_at(&path)
                });
            }
            let path = match place.strip_prefix("~/") {
                Some(below) => ground.home.join(below),
                None => PathBuf::from(place),
            };
            self.restricts_at(&path)
        })
    }

    fn restricts_at(&self, path: &Path) -> bool {
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
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn restrictions_are_found_where_an_agent_keeps_them() {
        let rules = OwnRules {
            files: &["~/.a/settings.json", "./.a/settings.json", "~/.a/rules/*.rules"],
            texts: &[],
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
            for project in [project.clone(), project.join("a/b")] {
                let ground = SettingsGround {
                    home: &root.path().join("home"),
                    projects: &[project],
                    variable: |_| None,
                };
                assert_eq!(rules.restrict(&ground), wanted, "{name}: {text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_counts_as_a_restriction() {
        let rules = OwnRules {
            files: &["~/x"],
            texts: &[],
            restricts: |_| false,
        };
        let home = tempfile::tempdir().unwrap();
        let ground = SettingsGround {
            home: home.path(),
            projects: &[],
            variable: |_| None,
        };
        assert!(!rules.restrict(&ground));
        fs::create_dir(home.path().join("x")).unwrap();
        assert!(rules.restrict(&ground));
    }

    #[test]
    fn a_project_that_is_not_known_may_restrict() {
        let rules = OwnRules {
            files: &["./x"],
            texts: &[],
            restricts: |_| false,
        };
        let ground = SettingsGround {
            home: Path::new("/nowhere"),
            projects: &[],
            variable: |_| None,
        };
        assert!(rules.restrict(&ground));
    }

    #[test]
    fn rules_in_the_environment_count() {
        let rules = OwnRules {
            files: &[],
            texts: &["A", "B"],
            restricts: |text| in_json(text, &["deny"]),
        };
        let of = |variable| {
            rules.restrict(&SettingsGround {
                home: Path::new("/nowhere"),
                projects: &[],
                variable,
            })
        };
        assert!(!of(|_| None));
        assert!(!of(|name| (name == "A").then(|| r#"{"bash":"allow"}"#.into())));
        assert!(of(
            |name| (name == "B").then(|| r#"{"bash":{"rm *":"deny"}}"#.into())
        ));
        assert!(of(|name| (name == "B").then(|| "{".into())));
        assert!(of(
            |name| (name == "A").then(|| OsStr::from_bytes(&[0xff]).to_owned())
        ));
    }

    #[test]
    fn commands_that_vs_code_asks_about_are_found() {
        for (text, wanted) in [
            ("", false),
            ("{ // mine\n\"editor.tabSize\": 4, \"x\": false, }", false),
            (r#"{"chat.tools.terminal.autoApprove":{"ls":true}}"#, false),
            (
                r#"{"chat.tools.terminal.autoApprove":{"ls":true,"rm":false}}"#,
                true,
            ),
            (
                r#"{"chat.tools.terminal.\u0061utoApprove":{"/^rm/":{"approve":false}}}"#,
                true,
            ),
            (r#"{"chat.tools.terminal.denyList":{"rm":true}}"#, true),
            (r#"{"chat.tools.terminal.denyList":{}}"#, false),
            ("{", true),
            ("[1]", true),
        ] {
            assert_eq!(in_terminal_settings(text), wanted, "{text}");
        }
    }

    #[test]
    fn words_of_settings_are_found_however_they_are_written() {
        for (text, wanted) in [
            ("", false),
            (r#"{"a":"allow"}"#, false),
            (r#"{"a":{"rm *":"deny"}}"#, true),
            (r#"{"a":"\u0064eny"}"#, true),
            ("{\"a\":\"allow\" /* \"deny\" */}", false),
            ("{// x\n\"deny\":[],}", true),
            ("{", true),
        ] {
            assert_eq!(in_json(text, &["deny"]), wanted, "{text}");
        }
    }
}
