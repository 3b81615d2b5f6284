//! Places of which there are so many, and no more: of items, or of bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Places of which there are so many. Copies are the same places.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    taken: Arc<AtomicUsize>,
    most: usize,
}

/// Places that are taken. Dropping it gives them back.
#[derive(Debug)]
#[must_use]
pub(crate) struct Slot {
    of: Arc<AtomicUsize>,
    count: usize,
}

impl Slots {
    /// So many, all free.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            taken: Arc::default(),
            most,
        }
    }

    /// Takes one, if one is free.
    pub(crate) fn take(&self) -> Option<Slot> {
        self.take_many(1)
    }

    /// Takes so many, if they are free.
    pub(crate) fn take_many(&self, count: usize) -> Option<Slot> {
        let more = |taken: usize| taken.checked_add(count).filter(|taken| *taken <= self.most);
        let taken = self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.ok().map(|_| Slot {
            of: self.taken.clone(),
            count,
        })
    }

    /// Whether one is taken.
    pub(crate) fn is_any_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire) > 0
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.of.fetch_sub(self.count, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_it_is_given_back() {
        let slots = Slots::new(2);
        let one = slots.take().unwrap();
        let two = slots.take().unwrap();
        assert!(slots.clone().take().is_none());
        drop(one);
        let again = slots.take();
        assert!(again.is_some() && slots.take().is_none());
        drop(again);
        assert!(slots.take_many(2).is_none() && slots.take_many(usize::MAX).is_none());
        drop(two);
        let both = slots.take_many(2);
        assert!(both.is_some() && slots.take_many(1).is_none() && slots.take_many(0).is_some());
    }
}
