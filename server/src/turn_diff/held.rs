//! A text that is kept, and the place that it takes.

use std::ops::Deref;

use crate::slots::{Slot, Slots};

/// A text, and its place in the room for all that is kept. Equal texts are equal wherever they are.
#[derive(Debug)]
pub(crate) struct Held {
    text: Box<str>,
    _place: Option<Slot>,
}

impl Held {
    /// One that is not to be kept.
    pub(super) fn free(text: &str) -> Self {
        Self {
            text: text.into(),
            _place: None,
        }
    }

    /// One that is kept, if there is room for it.
    pub(super) fn in_room(text: &str, room: &Slots) -> Option<Self> {
        Some(Self {
            _place: Some(room.take_many(text.len())?),
            text: text.into(),
        })
    }
}

impl Deref for Held {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Held {}
