//! Knowledge compiled ahead: one line of JSON an entry, sorted by name, read when a command names it.

use std::sync::{Arc, OnceLock};

use crate::knowledge::declaration::Declaration;
use crate::knowledge::entry::Entry;

/// What each line begins with, so that the name is found without reading JSON.
const NAME: &str = "{\"name\":\"";

/// The lines of a compiled text; copies share what is read of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compiled {
    lines: Arc<[Line]>,
}

/// One entry, read at most once.
#[derive(Debug)]
struct Line {
    name: &'static str,
    text: &'static str,
    entry: OnceLock<Option<Box<Entry>>>,
}

impl Compiled {
    /// Splits a text that [`compile`](crate::compile) wrote. A line that it did not write describes nothing.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut lines: Vec<Line> = text
            .lines()
            .filter_map(|text| {
                let name = text.strip_prefix(NAME)?.split('"').next()?;
                Some(Line {
                    name,
                    text,
                    entry: OnceLock::new(),
                })
            })
            .collect();
        // Sorted already, so that this is one pass.
        lines.sort_by_key(|line| line.name);
        Self { lines: lines.into() }
    }

    /// The entry of this name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        let found = self.lines.binary_search_by_key(&name, |line| line.name).ok()?;
        self.lines.get(found)?.entry()
    }

    /// Every name, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.name)
    }
}

impl Line {
    fn entry(&self) -> Option<&Entry> {
        self.entry
            .get_or_init(|| {
                let declared: Declaration = serde_json::from_str(self.text).ok()?;
                Entry::try_from(&declared).ok().map(Box::new)
            })
            .as_deref()
    }
}
