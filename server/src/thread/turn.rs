//! A turn: the items between two words of a person, and the order to stop them.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::protocol::{self, TurnStatus};
use crate::stop::Stop;
use crate::turn_diff::TurnDiff;

/// A turn. It ends once; then no item is added, and whoever ended it waits until none is left.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) id: String,
    /// What its items have changed.
    pub(crate) diff: TurnDiff,
    items: Mutex<Items>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Items {
    /// Those that are not over, each with the order that ends it alone.
    running: HashMap<String, Stop>,
    is_over: bool,
    is_interrupted: bool,
}

/// An item that is not over. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct ItemGuard {
    turn: Arc<Turn>,
    id: String,
    /// Given where it is to end.
    pub(crate) stop: Stop,
}

impl Turn {
    pub(crate) fn new(id: String) -> Self {
        Self {
            id,
            diff: TurnDiff::default(),
            items: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// How it is told, without its items.
    pub(crate) fn told(&self) -> protocol::Turn {
        let status = match (self.is_interrupted(), self.is_over()) {
            (true, _) => TurnStatus::Interrupted,
            (false, true) => TurnStatus::Completed,
            (false, false) => TurnStatus::InProgress,
        };
        protocol::Turn {
            id: self.id.clone(),
            status,
            items: Vec::new(),
        }
    }

    /// Whether no item may be added.
    pub(crate) fn is_over(&self) -> bool {
        self.items().is_over
    }

    /// Whether it was interrupted.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.items().is_interrupted
    }

    /// Whether it is over, and none of its items runs.
    pub(crate) fn is_settled(&self) -> bool {
        let items = self.items();
        items.is_over && items.running.is_empty()
    }

    /// Adds an item; `None` where the turn is over.
    ///
    /// # Errors
    /// Where the process may open no more descriptors.
    pub(crate) fn begin(self: &Arc<Self>, id: &str) -> io::Result<Option<ItemGuard>> {
        let stop = Stop::new()?;
        let mut items = self.items();
        if items.is_over {
            return Ok(None);
        }
        items.running.insert(id.to_owned(), stop.clone());
        drop(items);
        Ok(Some(ItemGuard {
            turn: self.clone(),
            id: id.to_owned(),
            stop,
        }))
    }

    /// Ends one item; says whether it was still there.
    pub(crate) fn terminate(&self, item: &str) -> bool {
        let items = self.items();
        let stop = items.running.get(item);
        stop.inspect(|stop| stop.order()).is_some()
    }

    /// Ends all items and takes no more. Says whether it was this call that ended the turn.
    pub(crate) fn interrupt(&self) -> bool {
        let mut items = self.items();
        let is_first = !std::mem::replace(&mut items.is_over, true);
        items.is_interrupted = true;
        items.running.values().for_each(Stop::order);
        is_first
    }

    /// Takes no more items. Says whether it was this call that ended the turn.
    pub(crate) fn complete(&self) -> bool {
        !std::mem::replace(&mut self.items().is_over, true)
    }

    /// Waits until none of its items is left.
    pub(crate) fn wait(&self) {
        let mut items = self.items();
        while !items.running.is_empty() {
            items = self.changed.wait(items).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ItemGuard {
    fn drop(&mut self) {
        self.turn.items().running.remove(&self.id);
        self.turn.changed.notify_all();
    }
}
