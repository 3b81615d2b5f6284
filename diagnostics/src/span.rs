//! A stretch of bytes in one text.

use serde::Serialize;

/// A half-open range of byte offsets, `start <= end`. It knows no text: ask the [`Source`](crate::Source) for that.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The range from `start` to `end`; an `end` before `start` gives the empty span at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The range as byte offsets of `usize`; an offset past `u32::MAX` is held there.
    pub fn of(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self::new(clamp(start), clamp(end))
    }

    /// The first byte's offset.
    pub fn start(self) -> usize {
        usize::try_from(self.start).unwrap_or(usize::MAX)
    }

    /// The offset after the last byte.
    pub fn end(self) -> usize {
        usize::try_from(self.end).unwrap_or(usize::MAX)
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        self.end().saturating_sub(self.start())
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether the two share a byte, or one is empty and lies inside or at the edge of the other.
    pub fn touches(self, other: Self) -> bool {
        if self.is_empty() || other.is_empty() {
            self.start <= other.end && other.start <= self.end
        } else {
            self.start < other.end && other.start < self.end
        }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes of `text` it covers, or `None` where it reaches outside or splits a character.
    pub fn text(self, text: &str) -> Option<&str> {
        text.get(self.start()..self.end())
    }
}
