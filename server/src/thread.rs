//! A thread: the turns of one agent in one place, and what was approved in it.

mod given;
mod id;
mod turn;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatekeeper::{ConfinementName, Session, Surroundings};

use crate::client::Client;
use crate::clock;
use crate::protocol::{self, ErrorCode, ErrorObject, Item, Notification, ThreadStartParams};
use crate::server::Server;

pub(crate) use given::{Given, Term, Thing};
pub(crate) use id::new_id;
pub(crate) use turn::{ItemGuard, Turn};

/// A thread that a connection has. Approvals live here, and go with the connection.
#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) id: String,
    /// Who has it.
    pub(crate) client: Client,
    /// Where its commands start, and who may be asked; its confinement is the thread's profile.
    pub(crate) surroundings: Surroundings,
    pub(crate) cwd: PathBuf,
    pub(crate) created_at: u64,
    /// What was approved for longer than once.
    pub(crate) session: Session,
    given: Given,
    turns: Mutex<HashMap<String, Arc<Turn>>>,
}

impl Thread {
    /// A new thread of a client.
    ///
    /// # Errors
    /// Where there can be none in such a place.
    pub(crate) fn start(
        server: &Server,
        client: &Client,
        params: ThreadStartParams,
    ) -> Result<Self, ErrorObject> {
        let wrong = |why: &dyn std::fmt::Display| ErrorObject::new(ErrorCode::InvalidParams, why.to_string());
        let mut surroundings = server.options.surroundings.clone();
        let text = |path: PathBuf| {
            path.into_os_string()
                .into_string()
                .map_err(|_| wrong(&"a path is not UTF-8"))
        };
        if let Some(cwd) = params.cwd {
            let real = std::fs::canonicalize(&cwd)
                .map_err(|error| wrong(&format!("`cwd` cannot be entered: {error}")))?;
            surroundings.cwd = Some(text(real)?);
            surroundings.workspace = None;
        }
        if let Some(workspace) = params.workspace {
            surroundings.workspace = Some(text(workspace)?);
        }
        if let Some(sandbox) = params.sandbox {
            surroundings.confinement = (sandbox != "none").then(|| ConfinementName::new(sandbox.as_str()));
        }
        if let Some(approval) = params.approval_policy {
            surroundings.approval = approval.into();
        }
        // Whatever cannot be is said now, and not with the first command.
        let context = surroundings.context().map_err(|error| wrong(&error))?;
        let cwd = surroundings
            .cwd
            .clone()
            .ok_or_else(|| wrong(&"`cwd` is needed: the server has none"))?;
        surroundings.workspace = context.workspace.map(Into::into);
        Ok(Self {
            id: new_id("thread").map_err(|error| ErrorObject::new(ErrorCode::Failed, error.to_string()))?,
            client: client.clone(),
            cwd: PathBuf::from(cwd),
            surroundings,
            created_at: clock::now(),
            session: Session::new(),
            given: Given::default(),
            turns: Mutex::default(),
        })
    }

    /// How it is told, without its turns.
    pub(crate) fn told(&self) -> protocol::Thread {
        let confinement = self.surroundings.confinement.as_ref();
        protocol::Thread {
            id: self.id.clone(),
            cwd: self.cwd.display().to_string(),
            workspace: self.surroundings.workspace.clone(),
            sandbox: confinement.map_or("none", ConfinementName::as_str).to_owned(),
            created_at: self.created_at,
            turns: Vec::new(),
        }
    }

    /// What it was given beyond its profile: paths for its commands by [`Given::grants`], hosts, tools.
    pub(crate) fn permissions(&self) -> &Given {
        &self.given
    }

    /// A new turn.
    ///
    /// # Errors
    /// Where the process may open no more descriptors.
    pub(crate) fn start_turn(&self) -> Result<Arc<Turn>, ErrorObject> {
        let failed = |error: rustix::io::Errno| ErrorObject::new(ErrorCode::Failed, error.to_string());
        let turn = Arc::new(Turn::new(new_id("turn").map_err(failed)?).map_err(failed)?);
        self.turns().insert(turn.id.clone(), turn.clone());
        let told = turn.told();
        let _gone = self.client.tell(&Notification::TurnStarted {
            thread_id: self.id.clone(),
            turn: told,
        });
        Ok(turn)
    }

    /// The turn of this id, if items may be added to it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::TurnOver`].
    pub(crate) fn turn(&self, id: &str) -> Result<Arc<Turn>, ErrorObject> {
        let turn = self.turn_or_past(id)?;
        if turn.is_over() {
            return Err(ErrorObject::new(
                ErrorCode::TurnOver,
                "the turn is over; start another one",
            ));
        }
        Ok(turn)
    }

    /// The turn of this id, over or not.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) fn turn_or_past(&self, id: &str) -> Result<Arc<Turn>, ErrorObject> {
        let turn = self.turns().get(id).cloned();
        turn.ok_or_else(|| ErrorObject::new(ErrorCode::NotFound, "there is no such turn in this thread"))
    }

    /// Ends a turn at once, waits until nothing of it is left, and tells of it.
    pub(crate) fn abort(&self, turn: &Turn, reason: &str) {
        let is_first = turn.interrupt();
        turn.wait();
        self.session.end_turn();
        self.given.end_turn(&turn.id);
        if is_first {
            self.tell_of_abort(turn, reason);
        }
    }

    /// Waits until nothing of a turn is left, and takes no more.
    pub(crate) fn complete(&self, turn: &Turn) {
        let is_first = turn.complete();
        turn.wait();
        self.session.end_turn();
        self.given.end_turn(&turn.id);
        if is_first {
            let told = turn.told();
            let _gone = self.client.tell(&Notification::TurnCompleted {
                thread_id: self.id.clone(),
                turn: told,
            });
        }
    }

    /// Ends whatever it does at once, and tells of it; nothing that was approved counts any more.
    pub(crate) fn end(&self, reason: &str) {
        let turns: Vec<Arc<Turn>> = self.turns().values().cloned().collect();
        let ended: Vec<bool> = turns.iter().map(|turn| turn.interrupt()).collect();
        for (turn, is_first) in turns.iter().zip(ended) {
            turn.wait();
            if is_first {
                self.tell_of_abort(turn, reason);
            }
        }
        self.session.forget();
        self.given.forget();
    }

    /// Ends one item; says whether there was one of this id that was not over.
    pub(crate) fn terminate(&self, item: &str) -> bool {
        self.turns().values().any(|turn| turn.terminate(item))
    }

    fn tell_of_abort(&self, turn: &Turn, reason: &str) {
        let _gone = self.client.tell(&Notification::TurnAborted {
            thread_id: self.id.clone(),
            turn_id: turn.id.clone(),
            reason: reason.to_owned(),
        });
    }

    /// Tells that an item begins.
    pub(crate) fn item_started(&self, turn: &Turn, item: &Item) {
        let _gone = self.client.tell(&Notification::ItemStarted {
            thread_id: self.id.clone(),
            turn_id: turn.id.clone(),
            item: item.clone(),
        });
    }

    /// Tells how an item ended.
    pub(crate) fn item_completed(&self, turn: &Turn, item: &Item) {
        let _gone = self.client.tell(&Notification::ItemCompleted {
            thread_id: self.id.clone(),
            turn_id: turn.id.clone(),
            item: item.clone(),
        });
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<String, Arc<Turn>>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
