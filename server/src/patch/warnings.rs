//! What the undoing of patches has to say, each once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Warnings that are remembered. Past it all of them go, and are said again.
const MOST: usize = 1000;

/// What the undoing of patches has to say. What is found while nobody listens waits for the next patch.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    said: BTreeSet<String>,
    waiting: Vec<String>,
}

impl Warnings {
    /// Those that wait to be said.
    pub(crate) fn waiting(waiting: Vec<String>) -> Self {
        Self(Mutex::new(Kept {
            said: BTreeSet::new(),
            waiting,
        }))
    }

    /// Those that are to be said now, with what was found: none twice.
    pub(super) fn to_say(&self, found: Vec<String>) -> Vec<String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.said.len() > MOST {
            kept.said.clear();
        }
        let mut each = std::mem::take(&mut kept.waiting);
        each.extend(found);
        each.retain(|warning| kept.said.insert(warning.clone()));
        each
    }
}
