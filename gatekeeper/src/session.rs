//! What was answered before, for as long as somebody works with one agent.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::approval_key::ApprovalKey;
use crate::approver::{Approver, Scope};
use crate::clearance::Longer;
use crate::{Clearance, Prepared, Refusal};

/// Approvals that are kept. Past it those of the session go, and are asked for again.
const MOST: usize = 10_000;

/// Scopes that a session adds to a single yes.
const LONGER: &[Scope] = &[Scope::Turn, Scope::Session];

/// The approvals of one session of an agent. They live in memory, and nowhere else: no file that a command could write
/// brings one back. Share it between threads.
///
/// A yes is kept for the same command, in its one spelling, with the same program files (by device, inode and time of
/// change; files that an interpreter is told to run, too), from the same directory, under the same policy, environment
/// and confinement. What these load by then is not part of it. Where the words do not say what runs, only a single yes is
/// offered: [`OnceOnly`](crate::OnceOnly) says why.
#[derive(Debug, Default)]
pub struct Session {
    approvals: Mutex<HashMap<ApprovalKey, Scope>>,
}

impl Session {
    /// Nothing is approved.
    pub fn new() -> Self {
        Self::default()
    }

    /// Clears a command: at once where the verdict allows or the same command was approved for long enough, else by the
    /// approver's yes. Nothing is locked while the approver is asked, so two threads may ask about one command.
    ///
    /// # Errors
    /// [`Refusal`] for every answer that is no yes.
    pub fn clear(&self, prepared: Prepared, approver: &dyn Approver) -> Result<Clearance, Refusal> {
        if !prepared.needs_yes() {
            return prepared.clear(approver);
        }
        let key = match ApprovalKey::of(&prepared) {
            Ok(key) => key,
            Err(why) => return prepared.clear_by(approver, Longer::Never(&why)),
        };
        if let Some(before) = self.approvals().get(&key).copied() {
            return Ok(prepared.cleared(Some(before)));
        }
        let clearance = prepared.clear_by(approver, Longer::Scopes(LONGER))?;
        match clearance.answered() {
            Some(scope @ (Scope::Turn | Scope::Session)) => self.keep(key, scope),
            Some(Scope::Once | Scope::Rule) | None => {}
        }
        Ok(clearance)
    }

    /// The turn is over, and what was approved for it.
    pub fn end_turn(&self) {
        self.approvals().retain(|_, scope| *scope != Scope::Turn);
    }

    /// Nothing is approved any more.
    pub fn forget(&self) {
        self.approvals().clear();
    }

    fn keep(&self, key: ApprovalKey, scope: Scope) {
        let mut approvals = self.approvals();
        if approvals.len() >= MOST {
            approvals.clear();
        }
        let kept = approvals.entry(key).or_insert(scope);
        *kept = scope.max(*kept);
    }

    /// No panic happens while it is locked, and each change is one step: what is there is whole.
    fn approvals(&self) -> MutexGuard<'_, HashMap<ApprovalKey, Scope>> {
        self.approvals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
