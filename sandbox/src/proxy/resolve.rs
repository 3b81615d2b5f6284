//! Names to addresses, once for each connection and within a time.

use std::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use rustix::event::PollFlags;
use rustix::pipe::{PipeFlags, pipe_with};
use thiserror::Error;

use super::wire::{Stop, WireError};
use super::{Deadline, PAUSE};

/// The most addresses of a name that are looked at.
const ADDRESSES: usize = 16;
/// The most resolutions under way, those that nobody waits for any more included.
const UNDER_WAY: usize = 64;

/// Resolves names. It is called on threads of its own, one for each resolution.
pub trait Resolve: Send + Sync {
    /// The addresses of a name in its one spelling ([`super::Host::Name`]), best first. It may block; who waits gives up
    /// after a while.
    ///
    /// # Errors
    ///
    /// When the name has none, or nobody could be asked.
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

impl fmt::Debug for dyn Resolve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Resolve")
    }
}

/// The resolver of the machine: `/etc/hosts`, DNS, and what else it is configured with.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut addresses = Vec::new();
        for address in (name, 0).to_socket_addrs()?.map(|socket| socket.ip()) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }
}

/// Resolves without waiting longer than allowed. A resolution that nobody waits for any more ends by itself, as the C
/// library cannot be told to give up.
#[derive(Debug)]
pub(super) struct Lookup {
    resolver: Arc<dyn Resolve>,
    under_way: Arc<AtomicUsize>,
}

/// Why a name has no addresses.
#[derive(Debug, Error)]
pub(super) enum LookupError {
    #[error("{0}")]
    Resolver(io::Error),
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// One resolution under way.
struct Ticket(Arc<AtomicUsize>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lookup {
    pub(super) fn new(resolver: Arc<dyn Resolve>) -> Self {
        Self {
            resolver,
            under_way: Arc::default(),
        }
    }

    /// The addresses of a name, in their one spelling.
    pub(super) fn addresses(
        &self,
        name: &str,
        stop: &Stop,
        deadline: Deadline,
    ) -> Result<Vec<IpAddr>, LookupError> {
        let ticket = loop {
            match self.ticket() {
                Some(ticket) => break ticket,
                None => stop.pause(PAUSE.min(deadline.left().ok_or(WireError::Late)?))?,
            }
        };
        let (answered, answer) = mpsc::channel();
        let (over, ends) = pipe_with(PipeFlags::CLOEXEC).map_err(WireError::from)?;
        let resolver = Arc::clone(&self.resolver);
        let owned = name.to_owned();
        let thread = thread::Builder::new().name("proxy-resolver".to_owned());
        let resolution = move || {
            // Dropped last of all and on a panic too: that ends the wait.
            let _ends = ends;
            let _ticket = ticket;
            // Nobody may be waiting any more.
            answered.send(resolver.resolve(&owned)).ok();
        };
        thread.spawn(resolution).map_err(LookupError::Resolver)?;
        stop.wait([Some((over.as_fd(), PollFlags::IN))], Some(deadline))?;
        let addresses = answer
            .try_recv()
            .map_err(|_| WireError::Closed)?
            .map_err(LookupError::Resolver)?;
        Ok(addresses
            .iter()
            .take(ADDRESSES)
            .map(IpAddr::to_canonical)
            .collect())
    }

    /// A place among the resolutions under way; `None` where all are taken.
    fn ticket(&self) -> Option<Ticket> {
        let count = self.under_way.fetch_add(1, Ordering::Relaxed);
        let ticket = Ticket(Arc::clone(&self.under_way));
        (count < UNDER_WAY).then_some(ticket)
    }
}
