//! A pattern of paths as a line of a compiled policy holds it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use crate::PathGlob;

/// A pattern that was read before it was written: hundreds are read whenever a command is judged, and need not be held
/// against what a pattern may be.
#[derive(Debug)]
pub(super) struct PathLine(PathGlob);

impl PathLine {
    /// Lines of these patterns.
    pub(super) fn all_of(globs: &[PathGlob]) -> Vec<Self> {
        globs.iter().cloned().map(Self).collect()
    }

    /// The patterns of these lines.
    pub(super) fn globs(lines: Vec<Self>) -> Vec<PathGlob> {
        lines.into_iter().map(|line| line.0).collect()
    }
}

impl Serialize for PathLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for PathLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Reads a pattern from a text.
struct Text;

impl Visitor<'_> for Text {
    type Value = PathLine;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a pattern of paths")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PathLine, E> {
        let known = PathGlob::known(text).map(PathLine);
        known.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}
