//! Knowledge compiled ahead: one line of JSON an entry, sorted by name, found and read when a command names it.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use elsa::sync::FrozenMap;

use crate::knowledge::declaration::Declaration;
use crate::knowledge::entry::Entry;

/// What each line begins with, so that the name is found without reading JSON.
const NAME: &str = "{\"name\":\"";

/// A compiled text, and what was read of it; copies share that.
#[derive(Clone, Default)]
pub(crate) struct Compiled {
    text: &'static str,
    read: Arc<FrozenMap<&'static str, Box<Option<Entry>>>>,
}

impl Compiled {
    /// The entries of a text that [`compile`](crate::compile) wrote. A line that it did not write describes nothing.
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text,
            read: Arc::default(),
        }
    }

    /// The entry of this name. Nothing is read of the text but the lines that a search by halves looks at: a process
    /// that judges one command names a few programs of thousands.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        if let Some(entry) = self.read.get(name) {
            return entry.as_ref();
        }
        let (name, line) = find(self.text, name)?;
        let entry = || {
            let declared: Declaration = serde_json::from_str(line).ok()?;
            Entry::try_from(&declared).ok()
        };
        self.read.insert(name, Box::new(entry())).as_ref()
    }

    /// Every name, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(name_of)
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Compiled").finish_non_exhaustive()
    }
}

/// The name that a line describes; none where it is no line of an entry.
fn name_of(line: &str) -> Option<&str> {
    line.strip_prefix(NAME)?.split('"').next()
}

/// The line of this name among lines that are sorted by name; what is no line of an entry stands behind them all.
fn find(text: &'static str, name: &str) -> Option<(&'static str, &'static str)> {
    let (mut from, mut to) = (0, text.len());
    while from < to {
        let middle = from.midpoint(to);
        // A newline is one byte, so both cuts are between characters.
        let bytes = text.as_bytes().get(from..to)?;
        let (before, after) = bytes.split_at_checked(middle.checked_sub(from)?)?;
        let start = memchr::memrchr(b'\n', before)
            .map_or(from, |newline| from.saturating_add(newline).saturating_add(1));
        let end = memchr::memchr(b'\n', after).map_or(to, |newline| middle.saturating_add(newline));
        let line = text.get(start..end)?;
        match name_of(line).map_or(Ordering::Greater, |found| found.cmp(name)) {
            Ordering::Equal => return Some((name_of(line)?, line)),
            Ordering::Less => from = end.saturating_add(1),
            Ordering::Greater => to = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\"name\":\"a\"}\n{\"name\":\"a b\"}\n{\"name\":\"b\"}\n{\"rule\":{}}\n{\"rule\":{}}\n";

    #[test]
    fn each_line_is_found_by_its_name() {
        let found = |name| find(TEXT, name).map(|(_, line)| line);
        assert_eq!(found("a"), Some("{\"name\":\"a\"}"));
        assert_eq!(found("a b"), Some("{\"name\":\"a b\"}"));
        assert_eq!(found("b"), Some("{\"name\":\"b\"}"));
        for name in ["", "A", "a ", "aa", "c", "{"] {
            assert_eq!(found(name), None, "{name}");
        }
        assert_eq!(find("", "a"), None);
    }
}
