//! Requests of ours that wait for the client's answer.

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::{self, Errno};
use serde_json::value::RawValue;

use crate::limits::QUESTIONS;
use crate::protocol::{ErrorObject, RequestId};
use crate::stop::Stop;

/// What the client said.
pub(super) type Said = Result<Box<RawValue>, ErrorObject>;

/// Requests of ours that wait for the client's answer.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<HashMap<RequestId, Arc<Slot>>>);

/// Where one answer will lie.
#[derive(Debug)]
pub(super) struct Slot {
    ready: Stop,
    said: Mutex<Option<Said>>,
}

impl Pending {
    /// A place for the answer to this request.
    ///
    /// # Errors
    /// Where too many questions are open, or the process may open no more descriptors.
    pub(super) fn add(&self, id: RequestId) -> io::Result<Arc<Slot>> {
        if self.slots().len() >= QUESTIONS {
            return Err(Errno::USERS);
        }
        let slot = Arc::new(Slot {
            ready: Stop::new()?,
            said: Mutex::new(None),
        });
        self.slots().insert(id, slot.clone());
        Ok(slot)
    }

    /// Nobody waits for it any more.
    pub(super) fn remove(&self, id: &RequestId) {
        self.slots().remove(id);
    }

    /// Takes an answer; says whether somebody waits for it.
    pub(super) fn answer(&self, id: &RequestId, said: Said) -> bool {
        let Some(slot) = self.slots().remove(id) else {
            return false;
        };
        *slot.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        slot.ready.order();
        true
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<RequestId, Arc<Slot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Can be read once the answer lies here.
    pub(super) fn ready(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }

    /// The answer.
    pub(super) fn take(&self) -> Option<Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
