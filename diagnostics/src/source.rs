//! A named text that findings point into.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::Span;

/// A named text: a policy file, or a command. Cloning is cheap; two sources are equal when name and text are.
#[derive(Clone)]
pub struct Source {
    name: Text,
    text: Text,
    /// Where each line starts; found when the first position is asked for, so that the next ones cost a search.
    lines: Arc<OnceLock<Box<[usize]>>>,
}

/// Shared, or a part of the program: what comes with it is not copied when a process starts.
#[derive(Clone)]
enum Text {
    Shared(Arc<str>),
    Static(&'static str),
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Shared(text) => text,
            Self::Static(text) => text,
        }
    }
}

/// A place for people: line and column, both counted from one; columns count characters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl Source {
    /// A text under the name that findings show, such as a path or `command`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: Text::Shared(name.into()),
            text: Text::Shared(text.into()),
            lines: Arc::default(),
        }
    }

    /// A text that is a part of the program.
    pub fn of_static(name: &'static str, text: &'static str) -> Self {
        Self {
            name: Text::Static(name),
            text: Text::Static(text),
            lines: Arc::default(),
        }
    }

    /// The name that findings show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text a span covers, or `None` where the span is not of this text.
    pub fn snippet(&self, span: Span) -> Option<&str> {
        span.text(&self.text)
    }

    /// Line and column of a byte offset; an offset past the end gives the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = if self.text.is_char_boundary(offset) {
            offset
        } else {
            self.text.len()
        };
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |before| before.chars().count());
        Position {
            line,
            column: column.saturating_add(1),
        }
    }

    /// Never empty: the first line starts at 0.
    fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let newlines = self.text.match_indices('\n');
            let after = newlines.map(|(newline, _)| newline.saturating_add(1));
            std::iter::once(0).chain(after).collect()
        })
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        *self.name == *other.name && *self.text == *other.text
    }
}

impl Eq for Source {}

impl Hash for Source {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.text.hash(state);
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Source({:?}, {} bytes)", &*self.name, self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! positions {
        ($($name:ident: $text:expr, $offset:expr => $line:expr, $column:expr;)+) => {
            $(#[test] fn $name() {
                let position = Source::new("t", $text).position($offset);
                assert_eq!((position.line, position.column), ($line, $column));
            })+
        };
    }

    positions! {
        empty: "", 0 => 1, 1;
        first: "ab\ncd", 0 => 1, 1;
        at_a_newline: "ab\ncd", 2 => 1, 3;
        after_a_newline: "ab\ncd", 3 => 2, 1;
        inside: "ab\ncd", 4 => 2, 2;
        the_end: "ab\ncd", 5 => 2, 3;
        past_the_end: "ab\ncd", 99 => 2, 3;
        after_the_last_newline: "ab\n", 3 => 2, 1;
        characters_not_bytes: "é漢x", 5 => 1, 3;
        in_a_character: "é", 1 => 1, 2;
    }
}
