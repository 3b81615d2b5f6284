//! Work that has a thread of its own: so much at a time, and a panic in it costs nobody else anything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::Builder;

use crate::client::Client;
use crate::limits::SHORT;
use crate::protocol::{ErrorCode, ErrorObject};
use crate::server::Server;
use crate::slots::Slot;

/// Room for some work. It is given back when the work is over, or was not begun.
#[derive(Debug)]
#[must_use]
pub(crate) struct Work {
    _slots: Vec<Slot>,
}

impl Work {
    /// An item: a command or a patch, whose request has so many bytes.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`], [`ErrorCode::Stopping`].
    pub(crate) fn item(server: &Server, client: &Client, bytes: usize) -> Result<Self, ErrorObject> {
        if server.stop.is_ordered() {
            return Err(ErrorObject::new(ErrorCode::Stopping, "the server stops"));
        }
        let of_all = server.items.take();
        let of_all = of_all.ok_or_else(|| busy("the server has too many items that are not over"))?;
        let own = client.items().take();
        let own = own.ok_or_else(|| busy("this connection has too many items that are not over"))?;
        Self::holding(server, client, bytes, vec![of_all, own])
    }

    /// A request of so many bytes that has to wait for something.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`].
    pub(crate) fn waiting(server: &Server, client: &Client, bytes: usize) -> Result<Self, ErrorObject> {
        let own = client.waiting().take();
        let own = own.ok_or_else(|| busy("this connection has too many requests that are not answered"))?;
        Self::holding(server, client, bytes, vec![own])
    }

    /// An order to interrupt, of so many bytes: nothing else that waits keeps it from being heard.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`].
    pub(crate) fn interrupting(server: &Server, client: &Client, bytes: usize) -> Result<Self, ErrorObject> {
        let own = client.interrupting().take();
        let own = own.ok_or_else(|| busy("this connection has too many turns that are being interrupted"))?;
        Self::holding(server, client, bytes, vec![own])
    }

    /// With room for what a request holds in memory until it is over.
    fn holding(
        server: &Server,
        client: &Client,
        bytes: usize,
        mut slots: Vec<Slot>,
    ) -> Result<Self, ErrorObject> {
        if bytes > SHORT {
            let of_all = server.held.take_many(bytes);
            let full = || busy("the requests of all connections that are not over hold too many bytes");
            slots.push(of_all.ok_or_else(full)?);
            let own = client.held().take_many(bytes);
            let full = || busy("the requests of this connection that are not over hold too many bytes");
            slots.push(own.ok_or_else(full)?);
        }
        Ok(Self { _slots: slots })
    }

    /// Does it in a thread of its own. `failed` is called where it panics, and is to tell whoever waits for it.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] where there can be no more threads; neither is called then.
    pub(crate) fn start(
        self,
        name: &str,
        work: impl FnOnce() + Send + 'static,
        failed: impl FnOnce() + Send + 'static,
    ) -> Result<(), ErrorObject> {
        let started = Builder::new().name(name.to_owned()).spawn(move || {
            let _room = self;
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                // One that fails as well has nobody left to tell.
                let _told = catch_unwind(AssertUnwindSafe(failed));
            }
        });
        let started = started.map_err(|error| busy(&format!("there can be no more threads: {error}")))?;
        drop(started);
        Ok(())
    }
}

fn busy(why: &str) -> ErrorObject {
    ErrorObject::new(ErrorCode::Busy, why)
}
