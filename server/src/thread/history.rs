//! What a thread did before, from the facts of its log.

use std::collections::HashMap;

use super::fact::{Fact, Start};
use super::log::OpenLogError;
use crate::protocol::{Item, ItemStatus, Turn, TurnStatus};

/// What a thread did before.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) start: Start,
    /// In the order in which they began. None of them goes on.
    pub(crate) turns: Vec<Turn>,
}

impl History {
    /// What the facts of the thread of this id say. What had not ended has failed, for this reason.
    ///
    /// # Errors
    /// [`OpenLogError::Corrupt`] where they do not begin with this thread.
    pub(crate) fn of(facts: Vec<Fact>, id: &str, reason: &str) -> Result<Self, OpenLogError> {
        let mut facts = facts.into_iter();
        let Some(Fact::ThreadStarted(start)) = facts.next() else {
            return Err(OpenLogError::Corrupt("it does not begin with a thread"));
        };
        if start.id != id {
            return Err(OpenLogError::Corrupt("it is of another thread"));
        }
        let mut turns: Vec<Turn> = Vec::new();
        // Where each of them is: a log may have very many.
        let mut places: HashMap<String, Place> = HashMap::new();
        for fact in facts {
            match fact {
                Fact::ThreadStarted(_) | Fact::ThreadResumed { .. } => {}
                Fact::TurnStarted { turn_id, .. } => {
                    let place = Place {
                        turn: turns.len(),
                        items: HashMap::new(),
                    };
                    places.insert(turn_id.clone(), place);
                    turns.push(Turn {
                        id: turn_id,
                        // Nobody goes on with it.
                        status: TurnStatus::Interrupted,
                        items: Vec::new(),
                    });
                }
                Fact::TurnEnded { turn_id, status, .. } => {
                    let place = places.get(&turn_id);
                    if let Some(turn) = place.and_then(|place| turns.get_mut(place.turn)) {
                        turn.status = status;
                    }
                }
                Fact::ItemStarted { turn_id, item } | Fact::ItemCompleted { turn_id, item } => {
                    if let Some(place) = places.get_mut(&turn_id)
                        && let Some(turn) = turns.get_mut(place.turn)
                    {
                        place.keep(&mut turn.items, item);
                    }
                }
            }
        }
        for item in turns.iter_mut().flat_map(|turn| &mut turn.items) {
            fail(item, reason);
        }
        Ok(Self { start, turns })
    }
}

/// What a log says of a turn that was taken over from another thread at this moment.
pub(super) fn facts(turn: &Turn, at: u64) -> Vec<Fact> {
    let turn_id = || turn.id.clone();
    let mut facts = vec![Fact::TurnStarted {
        turn_id: turn_id(),
        at,
    }];
    facts.extend(turn.items.iter().map(|item| Fact::ItemCompleted {
        turn_id: turn_id(),
        item: item.clone(),
    }));
    facts.push(Fact::TurnEnded {
        turn_id: turn_id(),
        at,
        status: turn.status,
    });
    facts
}

/// Where a turn is, and its items by their ids.
#[derive(Debug)]
struct Place {
    turn: usize,
    items: HashMap<String, usize>,
}

impl Place {
    /// Keeps what was said last of an item.
    fn keep(&mut self, items: &mut Vec<Item>, item: Item) {
        let known = self.items.get(item.id());
        if let Some(known) = known.and_then(|known| items.get_mut(*known)) {
            *known = item;
        } else {
            self.items.insert(item.id().to_owned(), items.len());
            items.push(item);
        }
    }
}

/// What had not ended has failed.
fn fail(item: &mut Item, why: &str) {
    let (status, reason) = match item {
        Item::CommandExecution { status, reason, .. } | Item::FileChange { status, reason, .. } => {
            (status, reason)
        }
    };
    if *status == ItemStatus::InProgress {
        *status = ItemStatus::Failed;
        *reason = Some(why.to_owned());
    }
}
