//! The other side of a connection: it is told things, and asked things.

mod outbox;
mod pending;

use std::io::Write;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::limits;
use crate::protocol::{self, ErrorObject, Notification, RequestId, ServerRequest};
use crate::slots::Slots;
use crate::stop::{Stop, is_readable};
use outbox::Outbox;
use pending::Pending;

/// The other side of a connection. Copies are the same side; share it between threads.
#[derive(Clone, Debug)]
pub(crate) struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    outbox: Outbox,
    pending: Pending,
    next: AtomicI64,
    /// Given once the connection is over.
    gone: Stop,
    /// Room for its items.
    items: Slots,
    /// Room for its requests that wait.
    waiting: Slots,
    /// Room for its orders to interrupt a turn.
    interrupting: Slots,
    /// Room for the bytes of its requests.
    held: Slots,
}

/// Nobody reads any more what is written, or the waiting was stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Gone;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The connection is over.
    Gone,
    /// The order to stop was given.
    Stopped,
    /// The client answered with an error, or with something that is no answer to this; in words.
    Refused(String),
}

/// A request of ours, on the wire.
#[derive(Serialize)]
struct Asked<'a> {
    id: RequestId,
    #[serde(flatten)]
    request: &'a ServerRequest,
}

/// An answer of ours, on the wire.
#[derive(Serialize)]
struct Answered<'a, R> {
    id: Option<&'a RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a ErrorObject>,
}

impl Client {
    /// The client that reads what is written here. A thread of its own writes, so that nobody waits for a slow reader
    /// until [`Outbox`] is full.
    ///
    /// # Errors
    /// Where no thread can be started or no descriptor opened.
    pub(crate) fn new(stream: impl Write + Send + 'static) -> std::io::Result<Self> {
        let gone = Stop::new()?;
        Ok(Self(Arc::new(Inner {
            outbox: Outbox::start(stream, gone.clone())?,
            pending: Pending::default(),
            next: AtomicI64::new(1),
            gone,
            items: Slots::new(limits::ITEMS),
            waiting: Slots::new(limits::WAITING),
            interrupting: Slots::new(limits::INTERRUPTING),
            held: Slots::new(limits::HELD),
        })))
    }

    /// Whether it is the same side of the same connection.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The order that is given once the connection is over.
    pub(crate) fn gone(&self) -> &Stop {
        &self.0.gone
    }

    /// The connection is over: what was asked is not answered any more, nothing more is written.
    pub(crate) fn leave(&self) {
        self.0.gone.order();
        self.0.outbox.close();
    }

    /// Waits until all that was said is written, but no longer than that.
    pub(crate) fn flush(&self, patience: Duration) {
        self.0.outbox.flush(patience);
    }

    /// Room for its items.
    pub(crate) fn items(&self) -> &Slots {
        &self.0.items
    }

    /// Room for its requests that wait.
    pub(crate) fn waiting(&self) -> &Slots {
        &self.0.waiting
    }

    /// Room for its orders to interrupt a turn.
    pub(crate) fn interrupting(&self) -> &Slots {
        &self.0.interrupting
    }

    /// Room for the bytes of its requests.
    pub(crate) fn held(&self) -> &Slots {
        &self.0.held
    }

    /// Tells something. Waits while the client does not read.
    pub(crate) fn tell(&self, notification: &Notification) -> Result<(), Gone> {
        self.say(notification, None)
    }

    /// Tells something, unless the order is given while the client does not read.
    pub(crate) fn tell_unless(&self, notification: &Notification, stop: &Stop) -> Result<(), Gone> {
        self.say(notification, Some(stop))
    }

    /// Tells something that it can be without, unless too much waits to be read already.
    pub(crate) fn tell_if_room(&self, notification: &Notification) {
        // Who reads nothing needs not to be told.
        let _full = line(notification).and_then(|line| self.0.outbox.push_if_room(line));
    }

    /// Answers a request; `None` is one whose id could not be read.
    pub(crate) fn answer(
        &self,
        id: Option<&RequestId>,
        answer: Result<impl Serialize, &ErrorObject>,
    ) -> Result<(), Gone> {
        let (result, error) = match answer {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        self.say(&Answered { id, result, error }, None)
    }

    /// Asks, and waits for the answer, until the order is given.
    ///
    /// # Errors
    /// [`Unanswered`], which is a no. Except where the connection is over, the client is told that the question is.
    pub(crate) fn ask<A: DeserializeOwned + Serialize>(
        &self,
        thread: &str,
        request: &ServerRequest,
        stop: &Stop,
    ) -> Result<A, Unanswered> {
        let inner = &self.0;
        let id = RequestId::Number(inner.next.fetch_add(1, Ordering::Relaxed));
        let slot = inner.pending.add(id.clone());
        let slot = slot.map_err(|error| Unanswered::Refused(format!("it cannot be asked: {error}")))?;
        let said = self.say(
            &Asked {
                id: id.clone(),
                request,
            },
            Some(stop),
        );
        let answer = said.map_err(|Gone| Unanswered::Stopped).and_then(|()| {
            let ready = is_readable(&[slot.ready(), inner.gone.as_fd(), stop.as_fd()], None);
            match ready.as_slice() {
                [_, true, _] => Err(Unanswered::Gone),
                // An answer that crosses the order comes too late.
                [true, _, false] => slot.take().ok_or(Unanswered::Gone),
                _ => Err(Unanswered::Stopped),
            }
        });
        inner.pending.remove(&id);
        if inner.gone.is_ordered() {
            return Err(Unanswered::Gone);
        }
        let resolved = Notification::ServerRequestResolved {
            thread_id: thread.to_owned(),
            request_id: id,
        };
        let _gone = self.tell_unless(&resolved, stop);
        match answer? {
            Ok(result) => {
                let answer = protocol::read(result.get().as_bytes());
                answer.map_err(|error| Unanswered::Refused(error.to_string()))
            }
            Err(error) => Err(Unanswered::Refused(error.message)),
        }
    }

    /// Takes the client's answer to a request of ours. Says whether there is such a request; an answer counts once.
    pub(crate) fn take_answer(&self, id: &RequestId, answer: Result<Box<RawValue>, ErrorObject>) -> bool {
        self.0.pending.answer(id, answer)
    }

    fn say(&self, message: &impl Serialize, stop: Option<&Stop>) -> Result<(), Gone> {
        self.0.outbox.push(line(message)?, stop)
    }
}

/// A message as it is written. Every one can be: its maps have texts for keys.
fn line(message: &impl Serialize) -> Result<Vec<u8>, Gone> {
    let mut line = serde_json::to_vec(message).map_err(|_| Gone)?;
    line.push(b'\n');
    Ok(line)
}
