//! Places of which there are so many, and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Places of which there are so many. Copies are the same places.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    taken: Arc<AtomicUsize>,
    most: usize,
}

/// A place that is taken. Dropping it gives it back.
#[derive(Debug)]
#[must_use]
pub(crate) struct Slot(Arc<AtomicUsize>);

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
        let one_more = |taken: usize| taken.checked_add(1).filter(|taken| *taken <= self.most);
        let taken = self
            .taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        taken.ok().map(|_| Slot(self.taken.clone()))
    }

    /// Whether one is taken.
    pub(crate) fn is_any_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire) > 0
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_it_is_given_back() {
        let slots = Slots::new(2);
        let one = slots.take().unwrap();
        let _two = slots.take().unwrap();
        assert!(slots.clone().take().is_none());
        drop(one);
        let again = slots.take();
        assert!(again.is_some() && slots.take().is_none());
    }
}
