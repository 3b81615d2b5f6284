//! Which requests are open, ours and the client's.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{JsonRpcMessage, RequestId, ServerJsonRpcMessage, ServerNotification};

/// Requests of a client that may be open at a time.
const MOST: usize = 4096;

/// The requests that are open.
#[derive(Debug, Default)]
pub(crate) struct Flight(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    theirs: HashMap<RequestId, Theirs>,
    ours: HashSet<RequestId>,
}

/// What is left to do about a request of the client's. An answer to it must not be taken for one to the next that has its
/// id, so that is not free before both are over.
#[derive(Debug, Default)]
struct Theirs {
    is_owed: bool,
    is_busy: bool,
}

/// Somebody is busy with a request.
#[derive(Debug)]
pub(crate) struct Busy {
    flight: Arc<Flight>,
    id: RequestId,
}

impl Flight {
    /// Opens a request of the client's.
    ///
    /// # Errors
    /// In words, where it cannot have this id, or too many are open.
    pub(crate) fn open(&self, id: &RequestId) -> Result<(), &'static str> {
        let mut open = self.lock();
        if open.theirs.contains_key(id) {
            return Err("the id is that of a request which is still open");
        }
        if open.theirs.len() >= MOST {
            return Err("too many requests are open");
        }
        let theirs = open.theirs.entry(id.clone()).or_default();
        theirs.is_owed = true;
        Ok(())
    }

    /// The client does not want an answer any more, and gets none.
    pub(crate) fn cancel(&self, id: &RequestId) {
        self.settle(id, |theirs| theirs.is_owed = false);
    }

    /// Somebody is busy with it for as long as what this gives lives.
    pub(crate) fn busy(self: &Arc<Self>, id: &RequestId) -> Busy {
        self.lock().theirs.entry(id.clone()).or_default().is_busy = true;
        Busy {
            flight: self.clone(),
            id: id.clone(),
        }
    }

    /// Notes what goes to the client.
    pub(crate) fn sent(&self, message: &ServerJsonRpcMessage) {
        match message {
            JsonRpcMessage::Request(request) => {
                self.lock().ours.insert(request.id.clone());
            }
            JsonRpcMessage::Response(response) => self.cancel(&response.id),
            JsonRpcMessage::Error(error) => {
                if let Some(id) = &error.id {
                    self.cancel(id);
                }
            }
            JsonRpcMessage::Notification(told) => {
                if let ServerNotification::CancelledNotification(withdrawn) = &told.notification
                    && let Some(id) = &withdrawn.params.request_id
                {
                    self.lock().ours.remove(id);
                }
            }
        }
    }

    /// Whether this answers a request of ours that is open. It is closed by that.
    pub(crate) fn answers(&self, id: &RequestId) -> bool {
        self.lock().ours.remove(id)
    }

    fn settle(&self, id: &RequestId, change: impl FnOnce(&mut Theirs)) {
        let mut open = self.lock();
        if let Some(theirs) = open.theirs.get_mut(id) {
            change(theirs);
            if !theirs.is_owed && !theirs.is_busy {
                open.theirs.remove(id);
            }
        }
    }

    /// Each change is one step: what is there is whole.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.flight.settle(&self.id, |theirs| theirs.is_busy = false);
    }
}
