//! What a thread did before, from the facts of its log.

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
        for fact in facts {
            match fact {
                Fact::ThreadStarted(_) | Fact::ThreadResumed { .. } => {}
                Fact::TurnStarted { turn_id, .. } => turns.push(Turn {
                    id: turn_id,
                    // Nobody goes on with it.
                    status: TurnStatus::Interrupted,
                    items: Vec::new(),
                }),
                Fact::TurnEnded { turn_id, status, .. } => {
                    if let Some(turn) = of(&mut turns, &turn_id) {
                        turn.status = status;
                    }
                }
                Fact::ItemStarted { turn_id, item } | Fact::ItemCompleted { turn_id, item } => {
                    if let Some(turn) = of(&mut turns, &turn_id) {
                        // Few items of a turn run at once, so the one that ends is near the end.
                        match turn.items.iter_mut().rev().find(|known| known.id() == item.id()) {
                            Some(known) => *known = item,
                            None => turn.items.push(item),
                        }
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

/// The turn of this id; mostly the last one.
fn of<'a>(turns: &'a mut [Turn], id: &str) -> Option<&'a mut Turn> {
    turns.iter_mut().rev().find(|turn| turn.id == id)
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
