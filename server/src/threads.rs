//! All threads that a connection has, by their ids, and the log of all others.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::Client;
use crate::limits::{THREADS, THREADS_OF_ALL};
use crate::protocol::{ErrorCode, ErrorObject, ThreadListParams, ThreadListResult};
use crate::thread::{Archive, Listed, Start, Thread};

/// Threads of one page of a list, where nothing is said of it.
const PAGE: u32 = 25;

/// Threads of one page of a list.
const LONGEST_PAGE: u32 = 100;

/// All threads that a connection has.
#[derive(Debug)]
pub(crate) struct Threads {
    by_id: Mutex<HashMap<String, Arc<Thread>>>,
    archive: Archive,
}

impl Threads {
    /// None yet; the log of all is kept below this directory of states.
    pub(crate) fn new(state: Option<&Path>) -> Self {
        Self {
            by_id: Mutex::default(),
            archive: Archive::new(state),
        }
    }

    /// The logs of all threads of the user.
    pub(crate) fn archive(&self) -> &Archive {
        &self.archive
    }

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

    /// Whether a client may have one more.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] where it has many already.
    pub(crate) fn check_room(&self, client: &Client) -> Result<(), ErrorObject> {
        let all = self.all();
        let own = all.values().filter(|thread| thread.client.is(client)).count();
        let message = if all.len() >= THREADS_OF_ALL {
            "the server has too many threads; those of a connection go with it"
        } else if own >= THREADS {
            "the connection has too many threads"
        } else {
            return Ok(());
        };
        Err(ErrorObject::new(ErrorCode::Busy, message))
    }

    /// Gives a thread to its client.
    ///
    /// # Errors
    /// [`ErrorCode::Stopping`] where the connection is over.
    pub(crate) fn add(&self, thread: Thread) -> Result<Arc<Thread>, ErrorObject> {
        let mut all = self.all();
        // Who leaves takes what is there; nothing is added after that.
        if thread.client.gone().is_ordered() {
            return Err(ErrorObject::new(ErrorCode::Stopping, "the connection is over"));
        }
        let thread = Arc::new(thread);
        all.insert(thread.id.clone(), thread.clone());
        Ok(thread)
    }

    /// A page of the list of all threads, and how many logs could not be read.
    ///
    /// # Errors
    /// The cursor is none of ours, or the logs cannot be read.
    pub(crate) fn list(&self, params: &ThreadListParams) -> Result<(ThreadListResult, usize), ErrorObject> {
        let cursor = params.cursor.as_deref().map(Cursor::parse).transpose()?;
        let Listed {
            mut threads,
            passed_over,
        } = self
            .archive
            .list()
            .map_err(|error| ErrorObject::new(ErrorCode::Failed, error.to_string()))?;
        if let Some(Cursor { at, id }) = cursor {
            threads.retain(|thread| (thread.at, thread.id.as_str()) < (at, id));
        }
        let limit = params.limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = threads.len() > limit;
        threads.truncate(limit);
        let last = threads.last().filter(|_| is_more);
        let result = ThreadListResult {
            next_cursor: last.map(|thread| format!("{}.{}", thread.at, thread.id)),
            data: threads.iter().map(Start::told).collect(),
        };
        Ok((result, passed_over))
    }

    /// The connection is over: whatever its threads do is ended, and they are nobody's. Waits for that.
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
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last thread of a page.
#[derive(Debug)]
struct Cursor<'a> {
    at: u64,
    id: &'a str,
}

impl<'a> Cursor<'a> {
    fn parse(text: &'a str) -> Result<Self, ErrorObject> {
        let parts = text.split_once('.').and_then(|(at, id)| {
            Some(Self {
                at: at.parse().ok()?,
                id,
            })
        });
        parts.ok_or_else(|| ErrorObject::new(ErrorCode::InvalidParams, "`cursor` is none of this server"))
    }
}
