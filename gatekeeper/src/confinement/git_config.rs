//! Which files outside of its own data a repository's config has git execute or read: `core.hooksPath`, `include.path`
//! and `includeIf.*.path` (git-config(1)). Git itself is not asked: it would execute what the config says.

use std::collections::BTreeSet;
use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::str::Chars;

/// Bytes of a config file.
const BYTES: u64 = 256 * 1024;

/// Config files that are read, with those that they include.
const FILES: usize = 32;

/// What a repository's config leads git to.
#[derive(Debug, Default)]
pub(super) struct Led {
    /// The files and directories, absolute, as they are written.
    pub(super) to: BTreeSet<PathBuf>,
    /// What was not understood, in words.
    pub(super) unclear: Vec<String>,
}

impl Led {
    /// Reads these files and what they include, whatever an inclusion depends on.
    ///
    /// `place` is the work tree's root, which hooks are looked for from.
    pub(super) fn by(files: &[PathBuf], place: &Path, home: Option<&Path>) -> Self {
        let mut led = Self::default();
        let mut waiting: Vec<PathBuf> = files.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(file) = waiting.pop() {
            if !seen.insert(file.clone()) {
                continue;
            }
            if seen.len() > FILES {
                let what = format!(
                    "more than {FILES} files of git's config: `{}` is not read",
                    file.display()
                );
                led.unclear.push(what);
                return led;
            }
            let text = match text_of(&file) {
                Ok(Some(text)) => text,
                Ok(None) => continue,
                Err(()) => {
                    led.not_understood(&file);
                    continue;
                }
            };
            let mut reader = Reader::new(&text);
            let mut named = Vec::new();
            if reader.read(&mut named).is_none() {
                led.not_understood(&file);
            }
            for (what, value) in named {
                let base = match what {
                    Named::Hooks => Some(place),
                    Named::Config => file.parent(),
                };
                let Some(path) = base.and_then(|base| absolute(&value, base, home)) else {
                    led.not_understood(&file);
                    continue;
                };
                if what == Named::Config {
                    waiting.push(path.clone());
                }
                led.to.insert(path);
            }
        }
        led
    }

    fn not_understood(&mut self, file: &Path) {
        let what = format!(
            "`{}` is not understood as git's config: what it leads git to may not be protected",
            file.display()
        );
        if self.unclear.last() != Some(&what) {
            self.unclear.push(what);
        }
    }
}

/// A file's text; `None` where there is no such file.
fn text_of(file: &Path) -> Result<Option<String>, ()> {
    match fs::metadata(file) {
        Ok(found) if found.is_file() && found.len() <= BYTES => {
            fs::read_to_string(file).map(Some).map_err(|_| ())
        }
        Ok(_) => Err(()),
        Err(_) => Ok(None),
    }
}

/// Where a value leads; `None` for another user's home, and for what only git knows the place of.
fn absolute(value: &str, base: &Path, home: Option<&Path>) -> Option<PathBuf> {
    if value == "~" {
        return home.map(Path::to_owned);
    }
    if let Some(rest) = value.strip_prefix("~/") {
        return Some(home?.join(rest));
    }
    let is_path = !value.starts_with('~') && !value.starts_with("%(") && !value.contains('\0');
    is_path.then(|| base.join(value))
}

/// What a value names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Named {
    /// A directory of hooks.
    Hooks,
    /// A file with more config.
    Config,
}

/// Reads the syntax of config files.
struct Reader<'t> {
    left: Peekable<Chars<'t>>,
    /// The section that the next keys belong to, in lower case, and whether it has a name of its own.
    section: (String, bool),
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            left: text.chars().peekable(),
            section: (String::new(), false),
        }
    }

    /// Collects what is named; `None` where something is no config, which git does not take either.
    fn read(&mut self, named: &mut Vec<(Named, String)>) -> Option<()> {
        while let Some(next) = self.left.next() {
            match next {
                '#' | ';' => self.skip_line(),
                '[' => self.header()?,
                next if next.is_whitespace() => {}
                next => {
                    let key = self.key(next);
                    let value = self.value()?;
                    let (section, is_named) = (self.section.0.as_str(), self.section.1);
                    let what = match (section, is_named, key.as_str()) {
                        ("core", false, "hookspath") => Named::Hooks,
                        ("include", false, "path") | ("includeif", true, "path") => Named::Config,
                        _ => continue,
                    };
                    named.extend(value.filter(|value| !value.is_empty()).map(|value| (what, value)));
                }
            }
        }
        Some(())
    }

    fn skip_line(&mut self) {
        self.left.by_ref().find(|next| *next == '\n');
    }

    /// `section]`, `section "name"]` or `section.name]`.
    fn header(&mut self) -> Option<()> {
        let mut section = String::new();
        let mut is_named = false;
        let mut is_quoted = false;
        loop {
            match self.left.next()? {
                '\n' => return None,
                ']' if !is_quoted => break,
                '"' => is_quoted = !is_quoted,
                '\\' if is_quoted => drop(self.left.next()?),
                '.' => is_named = true,
                next if next.is_whitespace() => {}
                next if !is_named && !is_quoted => section.push(next.to_ascii_lowercase()),
                _ => {}
            }
            is_named |= is_quoted;
        }
        self.section = (section, is_named);
        Some(())
    }

    fn key(&mut self, first: char) -> String {
        let mut key = String::from(first);
        let is_of_key = |next: &char| next.is_ascii_alphanumeric() || *next == '-';
        while let Some(next) = self.left.next_if(is_of_key) {
            key.push(next);
        }
        key.make_ascii_lowercase();
        key
    }

    /// What stands after a key, up to the end of the line: `Some(None)` where there is no value.
    #[expect(
        clippy::option_option,
        reason = "no value is not the same as one that is no config"
    )]
    fn value(&mut self) -> Option<Option<String>> {
        let is_blank = |next: &char| matches!(next, ' ' | '\t' | '\r');
        while self.left.next_if(is_blank).is_some() {}
        match self.left.next() {
            None | Some('\n') => return Some(None),
            Some('#' | ';') => {
                self.skip_line();
                return Some(None);
            }
            Some('=') => {}
            Some(_) => return None,
        }
        let mut value = String::new();
        // How much of it stays when blanks at the end go.
        let mut kept = 0;
        let mut is_quoted = false;
        loop {
            match self.left.next() {
                None | Some('\n') if is_quoted => return None,
                None | Some('\n') => break,
                Some('#' | ';') if !is_quoted => {
                    self.skip_line();
                    break;
                }
                Some('"') => {
                    is_quoted = !is_quoted;
                    kept = value.len();
                }
                Some('\\') => {
                    // A line may end in CR LF.
                    self.left.next_if_eq(&'\r');
                    match self.left.next()? {
                        '\n' => continue,
                        'n' => value.push('\n'),
                        't' => value.push('\t'),
                        'b' => value.push('\u{8}'),
                        next @ ('"' | '\\') => value.push(next),
                        _ => return None,
                    }
                    kept = value.len();
                }
                Some(next) if !is_quoted && next.is_ascii_whitespace() => {
                    if !value.is_empty() {
                        value.push(next);
                    }
                }
                Some(next) => {
                    value.push(next);
                    kept = value.len();
                }
            }
        }
        value.truncate(kept);
        Some(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_leads_where_git_reads_it_to() {
        for (name, text, expected) in [
            (
                "hooks",
                "[core]\n\thooksPath = tools/hooks\n",
                &["/w/tools/hooks"][..],
            ),
            ("on one line", "[CORE] HooksPath=h # c\n", &["/w/h"]),
            (
                "quoted, with a comment",
                "[core]\nhookspath = \"a # b\" ; c\n",
                &["/w/a # b"],
            ),
            ("continued", "[core]\nhookspath = a\\\nb\n", &["/w/ab"]),
            (
                "a comment is not continued",
                "[core]\n# x \\\nhookspath = a\n",
                &["/w/a"],
            ),
            (
                "nor one after a value",
                "[core]\nbare = false # x \\\nhookspath = a\n",
                &["/w/a"],
            ),
            ("CR LF", "[core]\r\nhookspath = a\r\n", &["/w/a"]),
            ("the home directory", "[core]\nhookspath = ~/h\n", &["/home/u/h"]),
            ("absolute", "[core]\nhookspath = /dev/null\n", &["/dev/null"]),
            (
                "other sections",
                "[core \"x\"]\nhookspath = a\n[x]\nhookspath = b\n[include \"y\"]\npath = c\n",
                &[],
            ),
            ("without a value", "[core]\nhookspath\nbare\n", &[]),
            (
                "what is included, whatever it depends on",
                "[include]\npath = ../a\n[includeIf \"gitdir:~/x]/\"]\npath = b\n[includeIf.onbranch:m]\npath = /c\n",
                &["/w/.git/../a", "/w/.git/b", "/c"],
            ),
        ] {
            let mut named = Vec::new();
            assert_eq!(Reader::new(text).read(&mut named), Some(()), "{name}");
            let paths: Vec<PathBuf> = named
                .iter()
                .filter_map(|(what, value)| {
                    let base = if *what == Named::Hooks { "/w" } else { "/w/.git" };
                    absolute(value, Path::new(base), Some(Path::new("/home/u")))
                })
                .collect();
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(paths, expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("config");
        for (name, text) in [
            ("no header", "[core\nhookspath = a\n"),
            ("no key", "[core]\nhookspath a\n"),
            ("an open quote", "[core]\nhookspath = \"a\n"),
            ("another user's home", "[core]\nhookspath = ~other/h\n"),
            ("where git is installed", "[include]\npath = %(prefix)/x\n"),
        ] {
            fs::write(&file, text).unwrap();
            let led = Led::by(std::slice::from_ref(&file), scratch.path(), None);
            assert_eq!((led.to.len(), led.unclear.len()), (0, 1), "{name}");
        }
        fs::write(&file, "[include]\npath = config\npath = absent\n").unwrap();
        let led = Led::by(std::slice::from_ref(&file), scratch.path(), None);
        assert_eq!(
            (led.to.len(), led.unclear.len()),
            (2, 0),
            "one that includes itself"
        );
        for number in 0..100 {
            let next = format!("[include]\npath = c{}\n", number + 1);
            fs::write(scratch.path().join(format!("c{number}")), next).unwrap();
        }
        let led = Led::by(&[scratch.path().join("c0")], scratch.path(), None);
        assert_eq!(led.unclear.len(), 1, "more than are read");
    }
}
