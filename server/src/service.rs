//! Connections that are served side by side, each in a thread of its own.

#[cfg(test)]
mod tests;

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{Builder, sleep};
use std::time::Duration;

use crate::client::Client;
use crate::limits::{CONNECTIONS, STOPPING};
use crate::options::Options;
use crate::protocol::{ErrorCode, ErrorObject};
use crate::server::Server;
use crate::slots::Slots;
use crate::{clock, connection};

/// How often it is looked whether all connections are over.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Who is one too many is told so for so long.
const REFUSING: Duration = Duration::from_millis(100);

/// Connections that are served side by side. Dropping it ends them all, and what they started, and waits for that, as
/// long as a server's end may take.
#[derive(Debug)]
pub struct Service {
    server: Arc<Server>,
    room: Slots,
}

impl Service {
    /// No connections yet.
    ///
    /// # Errors
    /// Where the process may open no more descriptors, or the place that it is started in cannot be.
    pub fn new(options: Options) -> io::Result<Self> {
        Ok(Self {
            server: Server::new(options)?,
            room: Slots::new(CONNECTIONS),
        })
    }

    /// A client within this process: what is written to the stream is served, and the answers can be read from it.
    ///
    /// # Errors
    /// Where there can be no more descriptors or threads.
    pub fn connect(&self) -> io::Result<UnixStream> {
        let (client, stream) = UnixStream::pair()?;
        self.serve(stream)?;
        Ok(client)
    }

    /// Serves a connection, in a thread of its own.
    ///
    /// # Errors
    /// Where there can be no more descriptors or threads.
    pub(crate) fn serve(&self, stream: UnixStream) -> io::Result<()> {
        let Some(slot) = self.room.take() else {
            return refuse(stream);
        };
        let (output, end, server) = (stream.try_clone()?, stream.try_clone()?, self.server.clone());
        Builder::new().name("connection".to_owned()).spawn(move || {
            let _place = slot;
            // A connection that fails is over, and its client sees that.
            let _ended = connection::serve(&server, stream, output, || ());
            // Whoever waits for the client to read is woken.
            let _over_already = end.shutdown(Shutdown::Both);
        })?;
        Ok(())
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.server.stop.order();
        let begun = clock::moment();
        while self.room.is_any_taken() && begun.elapsed() < STOPPING {
            sleep(LOOK_AGAIN);
        }
    }
}

/// Tells one that there is no room, and ends it.
fn refuse(stream: UnixStream) -> io::Result<()> {
    let busy = ErrorObject::new(ErrorCode::Busy, "the server has too many connections");
    let end = stream.try_clone()?;
    let client = Client::new(stream)?;
    let _gone = client.answer(None, Err::<(), _>(&busy));
    client.flush(REFUSING);
    client.leave();
    end.shutdown(Shutdown::Both)
}
