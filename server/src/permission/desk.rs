//! Where one wish is decided: its turn, the policy of now, and the person.

use std::sync::Arc;

use gatekeeper::{Approval, Context, Gatekeeper};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Unanswered;
use crate::protocol::{ErrorCode, ErrorObject, ServerRequest};
use crate::server::Server;
use crate::thread::{ItemGuard, Thread, Turn, new_id};

/// Where one wish is decided. While it is open, its turn is not over; what is given at it ends with the turn or later.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) server: Arc<Server>,
    pub(super) thread: Arc<Thread>,
    pub(super) turn: Arc<Turn>,
    /// An id of its own, which belongs to no item.
    pub(super) id: String,
    /// As the files were when it was opened.
    policy: Arc<Gatekeeper>,
    /// Of the thread's commands.
    pub(super) context: Context,
    guard: ItemGuard,
}

impl Desk {
    /// Opens one in a turn.
    ///
    /// # Errors
    /// There is no such turn, or it is over.
    pub(super) fn open(server: &Arc<Server>, thread: &Arc<Thread>, turn: &str) -> Result<Self, ErrorObject> {
        let failed = |why: &dyn std::fmt::Display| ErrorObject::new(ErrorCode::Failed, why.to_string());
        let turn = thread.turn(turn)?;
        let id = new_id("permission").map_err(|error| failed(&error))?;
        let guard = turn.begin(&id).map_err(|error| failed(&error))?;
        let over = || ErrorObject::new(ErrorCode::TurnOver, "the turn is over; start another one");
        let context = thread.surroundings.context().map_err(|error| failed(&error))?;
        let policy = server
            .policy_now(context.workspace.as_deref())
            .map_err(|error| failed(&error))?;
        Ok(Self {
            server: server.clone(),
            thread: thread.clone(),
            turn,
            id,
            policy,
            context,
            guard: guard.ok_or_else(over)?,
        })
    }

    /// As the files are now: while a person takes their time, a rule may have come.
    pub(super) fn policy(&self) -> Arc<Gatekeeper> {
        let now = self.server.policy_now(self.context.workspace.as_deref());
        // Its places could be when it was opened.
        now.unwrap_or_else(|_| self.policy.clone())
    }

    /// Asks the client.
    ///
    /// # Errors
    /// Why there is no answer that counts, for people.
    pub(super) fn ask<A: DeserializeOwned + Serialize>(&self, request: &ServerRequest) -> Result<A, String> {
        let may_ask = match self.context.approval {
            Approval::Untrusted | Approval::OnRequest => true,
            Approval::Never => false,
            Approval::Granular { fallback, .. } => fallback,
        };
        if !may_ask {
            return Err("nobody may be asked".to_owned());
        }
        let answer = self
            .thread
            .client
            .ask(&self.thread.id, request, &self.guard.stop)
            .map_err(|why| match why {
                Unanswered::Gone => "the client is gone".to_owned(),
                Unanswered::Stopped => "the turn was interrupted".to_owned(),
                Unanswered::Refused(why) => format!("there was no answer to it: {why}"),
            })?;
        // An answer that crossed the order to stop comes too late.
        if self.guard.stop.is_ordered() || self.turn.is_interrupted() {
            return Err("the turn was interrupted".to_owned());
        }
        Ok(answer)
    }

    /// Interrupts the turn.
    pub(super) fn cancel(self) {
        let Self {
            thread, turn, guard, ..
        } = self;
        // The end of the turn waits for it.
        drop(guard);
        thread.abort(&turn, "it was cancelled");
    }
}
