//! A small proxy between a confined command and the hosts that it may reach: HTTP and SOCKS5.
//!
//! A command whose network namespace has only its own loopback reaches the proxy there, on sockets that were made
//! inside and handed out; the proxy makes the connections outside. It asks a [`Gate`] about each destination, resolves
//! the name itself, once, refuses addresses outside the public network that were not named, connects to the very
//! address that it checked, and wants TLS on port 443 and a request on port 80 to name the host of the tunnel.
//!
//! What passes a check passes for one connection. What is said inside TLS is not seen: a host that serves many names
//! behind one address can be asked for another than the one it was reached by. UDP, and so QUIC, is not carried.

mod address;
mod client;
mod contact;
mod deadline;
mod destination;
mod dial;
mod gate;
mod hello;
mod host;
mod hosts;
mod relay;
mod request;
mod resolve;
mod socks;
mod wire;

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle, Scope};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use thiserror::Error;

pub use address::{Block, BlockError, Special};
pub use contact::{Contact, Contacts, Ending};
pub use destination::{Destination, Protocol};
pub use gate::{Answer, Gate, Private};
pub use host::{Host, HostError};
pub use hosts::{Hosts, HostsError};
pub use resolve::{Resolve, SystemResolver};

use client::{Speaks, serve};
use contact::Log;
use deadline::Deadline;
use resolve::Lookup;
use wire::{Stop, Wire};

/// How long the proxy waits before it looks again whether it may accept, where the kernel gives no descriptor or all
/// connections are taken.
const PAUSE: Duration = Duration::from_millis(20);
/// Bytes of stack of a thread that serves one connection.
const STACK: usize = 512 * 1024;

/// A running proxy. It ends when it is dropped: nothing is accepted any more, every connection is closed, and its threads
/// have ended but for resolutions that the C library has not given up.
#[derive(Debug)]
pub struct Proxy {
    room: Arc<Room>,
    acceptor: Option<JoinHandle<()>>,
}

/// The listening sockets, of TCP or Unix, wherever they were made.
#[derive(Debug)]
pub struct Listeners {
    /// Clients here speak HTTP: `CONNECT host:port`, and requests with an absolute `http://` target.
    pub http: OwnedFd,
    /// Clients here speak SOCKS5 without authentication, and connect only.
    pub socks: OwnedFd,
}

/// Bounds on what clients can make a proxy hold and wait for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Connections at once. More wait in the queues of the listeners.
    pub connections: usize,
    /// Bytes of the head of a request.
    pub head_bytes: usize,
    /// How long a client may take for each step: its whole request, its first TLS message, taking an answer.
    pub request: Duration,
    /// How long resolving and connecting may take together.
    pub connect: Duration,
    /// How long connecting to one of several addresses may take.
    pub connect_one: Duration,
    /// How long a connection may be without a byte in either direction.
    pub idle: Duration,
    /// How long a client may take to close what has ended.
    pub linger: Duration,
    /// Different contacts that are listed in the report.
    pub contacts: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 256,
            head_bytes: 8 * 1024,
            request: Duration::from_secs(10),
            connect: Duration::from_secs(20),
            connect_one: Duration::from_secs(5),
            idle: Duration::from_secs(600),
            linger: Duration::from_secs(1),
            contacts: 1000,
        }
    }
}

/// A proxy that could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// The kernel refused a descriptor.
    #[error("no proxy: {0}")]
    System(#[from] Errno),
    /// There is no thread to accept on.
    #[error("no thread for the proxy: {0}")]
    Thread(std::io::Error),
}

/// What all threads of a proxy share.
#[derive(Debug)]
struct Room {
    gate: Arc<dyn Gate>,
    lookup: Lookup,
    bounds: Bounds,
    stop: Stop,
    log: Log,
    taken: AtomicUsize,
}

impl Proxy {
    /// Starts a proxy with the machine's resolver and the default bounds.
    ///
    /// # Errors
    ///
    /// When the kernel gives no descriptor or no thread.
    pub fn start(listeners: Listeners, gate: Arc<dyn Gate>) -> Result<Self, StartError> {
        Self::start_with(listeners, gate, Arc::new(SystemResolver), Bounds::default())
    }

    /// Starts a proxy with a resolver and bounds of the caller's.
    ///
    /// # Errors
    ///
    /// When the kernel gives no descriptor or no thread.
    pub fn start_with(
        listeners: Listeners,
        gate: Arc<dyn Gate>,
        resolver: Arc<dyn Resolve>,
        bounds: Bounds,
    ) -> Result<Self, StartError> {
        for listener in [&listeners.http, &listeners.socks] {
            // A client that is gone again must not make the acceptor wait.
            fcntl_setfl(listener, fcntl_getfl(listener)? | OFlags::NONBLOCK)?;
        }
        let room = Arc::new(Room {
            gate,
            lookup: Lookup::new(resolver),
            bounds,
            stop: Stop::new()?,
            log: Log::new(bounds.contacts),
            taken: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&room);
        let acceptor = thread::Builder::new().name("proxy".to_owned());
        let acceptor = acceptor
            .spawn(move || accept(&shared, &listeners))
            .map_err(StartError::Thread)?;
        Ok(Self {
            room,
            acceptor: Some(acceptor),
        })
    }

    /// What was asked of it so far, and what came of it.
    pub fn contacts(&self) -> Contacts {
        self.room.log.read()
    }

    /// Ends it, and says all that was asked of it.
    pub fn end(mut self) -> Contacts {
        self.halt();
        self.contacts()
    }

    fn halt(&mut self) {
        self.room.stop.raise();
        if let Some(acceptor) = self.acceptor.take() {
            // It has panicked only where the caller's gate did; then it has ended as well.
            acceptor.join().ok();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.halt();
    }
}

/// Accepts until the proxy ends, then waits for every connection to end.
fn accept(room: &Room, listeners: &Listeners) {
    thread::scope(|scope| {
        loop {
            if room.taken.load(Ordering::Acquire) >= room.bounds.connections {
                match room.stop.pause(PAUSE) {
                    Ok(()) => continue,
                    Err(_) => return,
                }
            }
            let Ok(ready) = room.stop.wait(wanted(listeners), None) else {
                return;
            };
            let both = [(&listeners.http, Speaks::Http), (&listeners.socks, Speaks::Socks)];
            for ((listener, speaks), seen) in both.into_iter().zip(ready) {
                // Where no descriptor or no thread is left, some have to be given back first.
                let is_taken = seen.is_empty() || take(scope, room, listener, speaks).is_ok();
                if !is_taken && room.stop.pause(PAUSE).is_err() {
                    return;
                }
            }
        }
    });
}

fn wanted(listeners: &Listeners) -> [Option<(std::os::fd::BorrowedFd<'_>, PollFlags)>; 2] {
    [&listeners.http, &listeners.socks].map(|listener| Some((listener.as_fd(), PollFlags::IN)))
}

/// A connection's place among those that may be served at once.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

fn take<'scope>(
    scope: &'scope Scope<'scope, '_>,
    room: &'scope Room,
    listener: &OwnedFd,
    speaks: Speaks,
) -> std::io::Result<()> {
    let socket = match accept_with(listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
        Ok(socket) => socket,
        Err(Errno::AGAIN | Errno::INTR | Errno::CONNABORTED) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    room.taken.fetch_add(1, Ordering::Acquire);
    let place = Place(&room.taken);
    let thread = thread::Builder::new()
        .name("proxy-client".to_owned())
        .stack_size(STACK);
    thread.spawn_scoped(scope, move || {
        let _place = place;
        serve(room, Wire::new(socket), speaks);
    })?;
    Ok(())
}
