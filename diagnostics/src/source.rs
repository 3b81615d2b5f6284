//! A named text that findings point into.

use std::fmt;
use std::sync::Arc;

use crate::Span;

/// A named text: a policy file, or a command. Cloning is cheap; two sources are equal when name and text are.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
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
            name: name.into(),
            text: text.into(),
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
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        Position {
            line: before
                .bytes()
                .filter(|byte| *byte == b'\n')
                .count()
                .saturating_add(1),
            column: column.saturating_add(1),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}
