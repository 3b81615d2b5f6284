//! The turns of a thread: those that go on, and the last few that are over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::turn::Turn;
use crate::protocol::{ErrorCode, ErrorObject};

/// Turns that go on at once, with those that are over while items of theirs still run.
const GOING_ON: usize = 64;

/// Turns that are over, with all of their items, and still known, so that one can ask what they changed.
const OVER: usize = 16;

/// The turns of a thread, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<Vec<Arc<Turn>>>);

impl Turns {
    /// Adds one, and forgets the oldest of those that are over. One whose items still run is never forgotten: who ends
    /// all turns must find it.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] where too many go on.
    pub(super) fn add(&self, turn: Arc<Turn>) -> Result<(), ErrorObject> {
        let mut turns = self.turns();
        let mut over = turns.iter().filter(|turn| turn.is_settled()).count();
        if turns.len().saturating_sub(over) >= GOING_ON {
            return Err(ErrorObject::new(
                ErrorCode::Busy,
                format!(
                    "{GOING_ON} turns of this thread go on already; end one of them first, or wait for its items"
                ),
            ));
        }
        turns.retain(|turn| {
            let is_forgotten = over > OVER && turn.is_settled();
            over = over.saturating_sub(usize::from(is_forgotten));
            !is_forgotten
        });
        turns.push(turn);
        Ok(())
    }

    /// The one of this id.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(super) fn of(&self, id: &str) -> Result<Arc<Turn>, ErrorObject> {
        let turns = self.turns();
        let turn = turns.iter().rev().find(|turn| turn.id == id);
        turn.cloned().ok_or_else(|| {
            ErrorObject::new(
                ErrorCode::NotFound,
                "there is no such turn in this thread, or it was over long ago",
            )
        })
    }

    /// All that are known.
    pub(super) fn all(&self) -> Vec<Arc<Turn>> {
        self.turns().clone()
    }

    /// Each change is one step: what is there is whole.
    fn turns(&self) -> MutexGuard<'_, Vec<Arc<Turn>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_turns_go_on_and_the_last_that_are_over_are_known() {
        let turns = Turns::default();
        let add = |name: &str| turns.add(Arc::new(Turn::new(name.to_owned())));
        for number in 0..GOING_ON {
            add(&format!("turn {number}")).unwrap();
        }
        assert_eq!(add("more").unwrap_err().code, ErrorCode::Busy as i64);
        for turn in turns.all() {
            turn.complete();
        }
        add("next").unwrap();
        assert_eq!(turns.all().len(), OVER + 1);
        let last = format!("turn {}", GOING_ON - 1);
        assert!(turns.of(&last).is_ok() && turns.of("next").is_ok());
        assert_eq!(turns.of("turn 0").unwrap_err().code, ErrorCode::NotFound as i64);
    }
    #[test]
    fn a_turn_whose_items_run_is_never_forgotten() {
        let turns = Turns::default();
        let early = Arc::new(Turn::new("early".to_owned()));
        turns.add(early.clone()).unwrap();
        let item = early.begin("item").unwrap().unwrap();
        early.complete();
        for number in 0..3 * OVER {
            let turn = Arc::new(Turn::new(format!("turn {number}")));
            turns.add(turn.clone()).unwrap();
            turn.complete();
        }
        assert!(turns.of("early").unwrap().terminate("item") && item.stop.is_ordered());
        drop(item);
        turns.add(Arc::new(Turn::new("last".to_owned()))).unwrap();
        turns.add(Arc::new(Turn::new("later".to_owned()))).unwrap();
        assert!(turns.of("early").is_err());
    }
}
