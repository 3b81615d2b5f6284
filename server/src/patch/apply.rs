//! Applying a patch: whole, or not at all.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::journal::Journals;
use super::plan::Plan;
use crate::options::Options;
use crate::thread::new_id;

/// One patch of this process is looked at or applied at a time: of no other there are files in memory, and none finds the
/// steps of another half taken.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Waits until no other patch of this process is looked at or applied.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Applies a patch that was looked at before; whoever calls this is [`alone`]. Without a state directory there is no journal: an error is undone, a death
/// in the middle is not.
///
/// # Errors
/// In words. Nothing is changed then, unless they say so.
pub(super) fn apply(plan: &mut Plan, options: &Options) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("nothing was changed: {error}");
    plan.check_again().map_err(|why| failed(&why))?;
    let id = new_id("patch").map_err(|error| failed(&error))?;
    let steps = plan.steps(&id).map_err(|error| failed(&error))?;
    let journals = options.state.as_deref().map(Journals::open).transpose();
    let journals = journals.map_err(|error| failed(&format!("it can have no journal: {error}")))?;
    let journal = journals.map(|journals| journals.begin(&steps)).transpose();
    let mut journal = journal.map_err(|error| failed(&format!("it can have no journal: {error}")))?;
    let taken = plan.take(&steps);
    let done = taken.and_then(|()| journal.as_mut().map_or(Ok(()), super::journal::Journal::commit));
    if let Err(error) = done {
        let mut told = Vec::new();
        return match steps.back(plan.held(), &mut told) {
            Ok(()) => {
                journal.into_iter().for_each(super::journal::Journal::end);
                if told.is_empty() {
                    Err(failed(&error))
                } else {
                    Err(format!("{error}; it was undone, but {}", told.join("; ")))
                }
            }
            // The journal stays: the next patch, and the next server, try it again.
            Err(left) => Err(format!("{error}; and not all of it could be undone: {left}")),
        };
    }
    // What is left of the old files, if anything, goes with the next patch.
    if steps.finish(plan.held()).is_ok() {
        journal.into_iter().for_each(super::journal::Journal::end);
    }
    Ok(())
}

/// Undoes, or ends, what servers that are dead had begun. What could not be is told in words.
pub(crate) fn recover(options: &Options) -> Vec<String> {
    let _alone = alone();
    match options.state.as_deref().map(Journals::open) {
        Some(Ok(journals)) => journals.recover(),
        Some(Err(error)) => vec![format!("the journals of patches are not looked at: {error}")],
        None => Vec::new(),
    }
}
