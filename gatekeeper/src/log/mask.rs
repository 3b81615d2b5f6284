//! Secrets in a command's text: found by their shape, by the name in front of them, and by how random they are.
//!
//! A log is read by many and kept for long, so a word too much is masked rather than one too few. What is masked cannot
//! be judged again; that is all it costs.

mod named;
mod program_option;
mod random;
mod shape;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::ops::Range;

use text::Text;

/// What stands where a secret was.
pub(super) const MARK: &str = "<masked>";

/// The places of secrets in a text, in order and apart.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Secrets(Vec<Range<usize>>);

impl Secrets {
    /// Looks for them. The time is linear in the text, but for a small table of programs and shapes.
    pub(super) fn of(text: &str) -> Self {
        let text = Text::new(text);
        let mut found = Vec::new();
        shape::find(&text, &mut found);
        named::find(&text, &mut found);
        program_option::find(&text, &mut found);
        random::find(&text, &mut found);
        found.retain(|place| !place.is_empty());
        found.sort_by_key(|place| place.start);
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for place in found {
            match apart.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                Some(_) | None => apart.push(place),
            }
        }
        Self(apart)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stretch `part` of the text that they were found in, each secret that touches it masked.
    pub(super) fn masked<'t>(&self, text: &'t str, part: Range<usize>) -> Cow<'t, str> {
        let whole = text.get(part.clone()).unwrap_or_default();
        let touching = || {
            let places = self.0.iter();
            places.filter(|place| place.start < part.end && part.start < place.end)
        };
        if touching().next().is_none() {
            return Cow::Borrowed(whole);
        }
        let mut shown = String::with_capacity(whole.len());
        let mut from = part.start;
        for place in touching() {
            shown.push_str(text.get(from..place.start.max(from)).unwrap_or_default());
            shown.push_str(MARK);
            from = place.end.min(part.end);
        }
        shown.push_str(text.get(from..part.end).unwrap_or_default());
        Cow::Owned(shown)
    }
}

/// A text with its secrets masked, as far as they are known by shape, by name or by how random they are.
pub fn masked(text: &str) -> Cow<'_, str> {
    Secrets::of(text).masked(text, 0..text.len())
}
