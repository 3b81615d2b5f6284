//! All threads that a connection has, by their ids.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::Client;
use crate::limits::THREADS;
use crate::protocol::{ErrorCode, ErrorObject};
use crate::thread::Thread;

/// All threads that a connection has.
#[derive(Debug, Default)]
pub(crate) struct Threads(Mutex<HashMap<String, Arc<Thread>>>);

impl Threads {
    /// The thread of this id, if this client has it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::NotYours`].
    pub(crate) fn of(&self, id: &str, client: &Client) -> Result<Arc<Thread>, ErrorObject> {
        match self.all().get(id) {
            Some(thread) if thread.client.is(client) => Ok(thread.clone()),
            Some(_) => Err(ErrorObject::new(
                ErrorCode::NotYours,
                "the thread belongs to another connection; fork it, or resume it when that is over",
            )),
            None => Err(ErrorObject::new(
                ErrorCode::NotFound,
                "there is no such thread here; start or resume one",
            )),
        }
    }

    /// The thread of this id, whoever has it.
    #[cfg(test)]
    pub(crate) fn any(&self, id: &str) -> Arc<Thread> {
        self.all()[id].clone()
    }

    /// Adds one.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`].
    pub(crate) fn add(&self, thread: Thread) -> Result<Arc<Thread>, ErrorObject> {
        let mut all = self.all();
        if all.len() >= THREADS {
            let message = "the server has too many threads; those of a connection go with it";
            return Err(ErrorObject::new(ErrorCode::Busy, message));
        }
        let thread = Arc::new(thread);
        all.insert(thread.id.clone(), thread.clone());
        Ok(thread)
    }

    /// The connection is over: whatever its threads do is ended and told, and they are nobody's. Waits for that.
    pub(crate) fn leave(&self, client: &Client, reason: &str) {
        let mut left = Vec::new();
        self.all().retain(|_, thread| {
            let is_left = thread.client.is(client);
            if is_left {
                left.push(thread.clone());
            }
            !is_left
        });
        for thread in &left {
            thread.end(reason);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Thread>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
