//! A thread: the turns of one agent in one place, and what was approved in it.

mod archive;
mod fact;
mod given;
mod history;
mod id;
mod log;
mod place;
mod turn;
mod turns;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gatekeeper::{Session, Surroundings};

use crate::client::Client;
use crate::clock;
use crate::patch::Granted;
use crate::protocol::{self, ErrorCode, ErrorObject, Item, Notification, ThreadStartParams};
use crate::server::Server;
use crate::turn_diff::{WorkTree, root};
use fact::Fact;
use history::History;
use log::Log;
use place::Place;
use turns::Turns;

pub(crate) use archive::{Archive, Listed};
pub(crate) use fact::Start;
pub(crate) use given::{Given, Term, Thing};
pub(crate) use id::new_id;
pub(crate) use log::OpenLogError;
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
    /// What was approved for longer than once.
    pub(crate) session: Session,
    /// What later patches may write.
    pub(crate) granted: Granted,
    /// What the files of its work tree hold; other threads may have the same.
    pub(crate) work_tree: Arc<WorkTree>,
    given: Given,
    turns: Turns,
    start: Start,
    /// Locked while the connection has it; `None` where none is kept.
    log: Option<Log>,
    /// Whether its client was told that the log cannot be written.
    is_log_failing: AtomicBool,
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
        let place = Place::of(server, params)?;
        let start = place.start(&new_thread_id()?, clock::now(), None);
        Ok(Self::begun(server, client, place, start, &[]))
    }

    /// Goes on with a thread that nobody has, and tells what it did. What was approved in it is not.
    ///
    /// # Errors
    /// Where there is none of this id, somebody has it, or its place is not there any more.
    pub(crate) fn resume(
        server: &Server,
        client: &Client,
        id: &str,
    ) -> Result<(Self, Vec<protocol::Turn>), ErrorObject> {
        let (log, history) = server.threads.archive().take(id)?;
        let place = Place::again(server, &history.start)?;
        let thread = Self::new(server, client, place, history.start, Some(log));
        thread.record(Fact::ThreadResumed { at: clock::now() });
        Ok((thread, history.turns))
    }

    /// A new thread in the place of another, with its items; the other stays what it is, and whose it is.
    ///
    /// # Errors
    /// Where there is none of this id, or its place is not there any more.
    pub(crate) fn fork(
        server: &Server,
        client: &Client,
        id: &str,
    ) -> Result<(Self, Vec<protocol::Turn>), ErrorObject> {
        let History { start, turns } = server.threads.archive().read(id)?;
        let place = Place::again(server, &start)?;
        let start = place.start(&new_thread_id()?, clock::now(), Some(id));
        Ok((Self::begun(server, client, place, start, &turns), turns))
    }

    /// One whose log begins with these turns. A log that cannot be made keeps no thread from being.
    fn begun(server: &Server, client: &Client, place: Place, start: Start, turns: &[protocol::Turn]) -> Self {
        let mut facts = vec![Fact::ThreadStarted(start.clone())];
        for turn in turns {
            facts.extend(history::facts(turn, start.at));
        }
        let (log, error) = match server.threads.archive().create(&start.id, facts) {
            Ok(log) => (log, None),
            Err(error) => (None, Some(error)),
        };
        let thread = Self::new(server, client, place, start, log);
        if let Some(error) = error {
            thread.tell_of_log(&error);
        }
        thread
    }

    fn new(server: &Server, client: &Client, place: Place, start: Start, log: Option<Log>) -> Self {
        Self {
            id: start.id.clone(),
            work_tree: server.work_tree(&root(&place.surroundings, &place.cwd)),
            client: client.clone(),
            cwd: place.cwd,
            surroundings: place.surroundings,
            session: Session::new(),
            granted: Granted::default(),
            given: Given::default(),
            turns: Turns::default(),
            start,
            log,
            is_log_failing: AtomicBool::new(false),
        }
    }

    /// How it is told, without its turns.
    pub(crate) fn told(&self) -> protocol::Thread {
        self.start.told()
    }

    /// What it was given beyond its profile: paths for its commands by [`Given::grants`], hosts, tools.
    pub(crate) fn permissions(&self) -> &Given {
        &self.given
    }

    /// A new turn.
    ///
    /// # Errors
    /// Where too many go on, or the kernel gives no random bytes for its id.
    pub(crate) fn start_turn(&self) -> Result<Arc<Turn>, ErrorObject> {
        let failed = |error: std::io::Error| ErrorObject::new(ErrorCode::Failed, error.to_string());
        let turn = Arc::new(Turn::new(new_id("turn").map_err(failed)?));
        self.turns.add(turn.clone())?;
        self.record(Fact::TurnStarted {
            turn_id: turn.id.clone(),
            at: clock::now(),
        });
        let _gone = self.client.tell(&Notification::TurnStarted {
            thread_id: self.id.clone(),
            turn: turn.told(),
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

    /// The turn of this id, over or not; of those that are over only the last few are known.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) fn turn_or_past(&self, id: &str) -> Result<Arc<Turn>, ErrorObject> {
        self.turns.of(id)
    }

    /// Ends a turn at once, waits until nothing of it is left, and tells of it.
    pub(crate) fn abort(&self, turn: &Turn, reason: &str) {
        let is_first = turn.interrupt();
        self.abandon(turn, is_first, reason);
    }

    /// Waits until nothing of a turn is left, and takes no more.
    pub(crate) fn complete(&self, turn: &Turn) {
        let is_first = turn.complete();
        self.settle(turn, is_first);
        if is_first {
            let _gone = self.client.tell(&Notification::TurnCompleted {
                thread_id: self.id.clone(),
                turn: turn.told(),
            });
        }
    }

    /// Ends whatever it does at once, and tells of it; nothing that was approved counts any more, and another connection
    /// can go on with it.
    pub(crate) fn end(&self, reason: &str) {
        let turns = self.turns.all();
        let ended: Vec<bool> = turns.iter().map(|turn| turn.interrupt()).collect();
        for (turn, is_first) in turns.iter().zip(ended) {
            self.abandon(turn, is_first, reason);
        }
        self.session.forget();
        self.given.forget();
        self.granted.forget();
        if let Some(log) = &self.log {
            log.release();
        }
    }

    /// Waits until nothing is left of a turn that was interrupted, and tells of it where that ended it.
    pub(crate) fn abandon(&self, turn: &Turn, is_first: bool, reason: &str) {
        self.settle(turn, is_first);
        if is_first {
            let _gone = self.client.tell(&Notification::TurnAborted {
                thread_id: self.id.clone(),
                turn_id: turn.id.clone(),
                reason: reason.to_owned(),
            });
        }
    }

    /// Waits until nothing of a turn is left; what was approved for it ends with it.
    fn settle(&self, turn: &Turn, is_first: bool) {
        turn.wait();
        self.session.end_turn();
        self.given.end_turn(&turn.id);
        if is_first {
            self.record(Fact::TurnEnded {
                turn_id: turn.id.clone(),
                at: clock::now(),
                status: turn.told().status,
            });
        }
    }

    /// Ends one item; says whether there was one of this id that was not over.
    pub(crate) fn terminate(&self, item: &str) -> bool {
        self.turns.all().iter().any(|turn| turn.terminate(item))
    }

    /// Tells something that a person should know.
    pub(crate) fn warn(&self, message: String) {
        let _gone = self.client.tell(&Notification::Warning { message });
    }

    /// Tells that an item begins.
    pub(crate) fn item_started(&self, turn: &Turn, item: &Item) {
        self.record(Fact::ItemStarted {
            turn_id: turn.id.clone(),
            item: item.clone(),
        });
        let _gone = self.client.tell(&Notification::ItemStarted {
            thread_id: self.id.clone(),
            turn_id: turn.id.clone(),
            item: item.clone(),
        });
    }

    /// Tells how an item ended.
    pub(crate) fn item_completed(&self, turn: &Turn, item: &Item) {
        self.record(Fact::ItemCompleted {
            turn_id: turn.id.clone(),
            item: item.clone(),
        });
        let _gone = self.client.tell(&Notification::ItemCompleted {
            thread_id: self.id.clone(),
            turn_id: turn.id.clone(),
            item: item.clone(),
        });
    }

    /// Writes a fact to the log. Nothing that is decided depends on whether it can be.
    fn record(&self, fact: Fact) {
        let appended = self.log.as_ref().map(|log| log.append(fact));
        if let Some(Err(error)) = appended {
            self.tell_of_log(&error);
        }
    }

    /// Tells once that the log cannot be written.
    fn tell_of_log(&self, error: &std::io::Error) {
        if !self.is_log_failing.swap(true, Ordering::Relaxed) {
            self.warn(format!(
                "the log of the thread `{}` cannot be written: {error}",
                self.id
            ));
        }
    }
}

fn new_thread_id() -> Result<String, ErrorObject> {
    new_id("thread").map_err(|error| ErrorObject::new(ErrorCode::Failed, error.to_string()))
}

impl From<OpenLogError> for ErrorObject {
    fn from(error: OpenLogError) -> Self {
        let code = match error {
            OpenLogError::Missing => ErrorCode::NotFound,
            OpenLogError::Taken => ErrorCode::NotYours,
            OpenLogError::Corrupt(_) | OpenLogError::System(_) => ErrorCode::Failed,
        };
        Self::new(code, error.to_string())
    }
}
