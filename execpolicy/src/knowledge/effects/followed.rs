//! Links below the directories that are read, where a program follows them: `grep -R key .` reads what they lead to.

use shell_parser::{Found, FoundLinks, Value};

use super::{Effects, anything};
use crate::knowledge::does::Does;
use crate::knowledge::entry::Entry;

impl Effects<'_> {
    /// A word of the shell's pattern that may be an option that has links followed. A `*` by itself would have every
    /// use of one be such an option, and is taken for what people mean by it.
    pub(crate) fn may_follow(&mut self, entry: &Entry, pattern: &str) {
        let plain = pattern
            .split(|letter| !is_plain(letter))
            .next()
            .unwrap_or_default();
        self.follows |= entry.options_that(Does::Follows).any(|name| {
            match (name.starts_with("--"), plain.starts_with("--")) {
                (true, true) => name.starts_with(plain),
                (false, true) => false,
                (_, false) => !pattern.starts_with('*'),
            }
        });
    }

    /// Reads what the links lead to that stand below each directory that is read, beside that.
    pub(crate) fn read_behind_links(&mut self) {
        if !self.follows {
            return;
        }
        for effect in self.beside_reads(behind_links) {
            if !self.found.contains(&effect) {
                self.found.push(effect);
            }
        }
    }
}

/// What the links lead to that stand below a path; `None` for one that may be any, which is judged as that already.
fn behind_links(path: &Value) -> Option<Value> {
    let roots: Box<[Box<str>]> = match path {
        Value::Exact(path) => [path.clone()].into(),
        Value::OneOf(paths) => paths.clone(),
        Value::Glob(pattern) => match plain_beginning(pattern) {
            Some(root) => [root.into()].into(),
            None => return Some(anything()),
        },
        Value::Found(found) => found.roots.clone(),
        Value::One { .. } | Value::Many => return None,
    };
    Some(Value::Found(Box::new(Found {
        roots,
        named: [].into(),
        links: FoundLinks::Below,
    })))
}

/// The directory below which all lies that a pattern matches: its names before the first that may hold a special
/// character. `None` where what follows may lead up from it.
fn plain_beginning(pattern: &str) -> Option<&str> {
    let special = pattern.find(|letter| !is_plain(letter)).unwrap_or_default();
    let end = pattern.get(..special)?.rfind('/');
    let mut behind = pattern.get(end.unwrap_or_default()..)?.split('/');
    if behind.any(may_lead_up) {
        return None;
    }
    match end {
        Some(0) => Some("/"),
        Some(end) => pattern.get(..end),
        None => Some("."),
    }
}

/// A character that no pattern reads as another, or a separator.
fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '/' | '.' | '_' | '-')
}

/// Whether a name in a pattern is `..` or may match it: bash before 5.2 has `.*` match that.
fn may_lead_up(name: &str) -> bool {
    let name = name.replace('\\', "");
    let is_special = name.contains(|letter| !is_plain(letter));
    name == ".." || is_special && (name.starts_with('.') || name.contains('(') && name.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::plain_beginning;

    #[test]
    fn a_pattern_begins_with_a_directory() {
        for (pattern, beginning) in [
            ("*", Some(".")),
            ("src/*", Some("src")),
            ("src/a*/b", Some("src")),
            ("src/x/*.rs", Some("src/x")),
            ("../[ab]/c", Some("..")),
            ("/*", Some("/")),
            ("/etc/*", Some("/etc")),
            ("a\\*/?", Some(".")),
            ("a/@(b|c)", Some("a")),
            ("a/b*/../c", None),
            ("a/b*/.\\./c", None),
            ("a/.*", None),
            ("a/.?", None),
            ("*/@(.|..)/c", None),
            ("*/.x/y*", Some(".")),
            ("*/[ab].rs", Some(".")),
        ] {
            assert_eq!(plain_beginning(pattern), beginning, "{pattern}");
        }
    }
}
