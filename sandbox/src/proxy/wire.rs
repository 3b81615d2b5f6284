//! Sockets that wait until a deadline, or until the proxy ends.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::{Errno, retry_on_intr, write};
use rustix::net::sockopt::{set_socket_linger, set_tcp_nodelay};
use rustix::net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown};
use thiserror::Error;

use super::Deadline;

/// The most bytes that are received at once.
pub(super) const CHUNK: usize = 16 * 1024;

/// Tells every thread of a proxy that it ends. Once raised it stays.
#[derive(Debug)]
pub(super) struct Stop(OwnedFd);

/// Why waiting or a transfer ended without its result.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum WireError {
    /// The proxy ends.
    #[error("the run ended")]
    Stopped,
    /// The deadline passed.
    #[error("it took too long")]
    Late,
    /// The other side has ended.
    #[error("the connection was closed")]
    Closed,
    /// The kernel's answer.
    #[error(transparent)]
    System(#[from] Errno),
}

impl Stop {
    /// One that is not raised.
    pub(super) fn new() -> Result<Self, Errno> {
        Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    /// Ends every wait that is under way, and every one to come.
    pub(super) fn raise(&self) {
        // It fails only where it was raised so often that the counter is full.
        write(&self.0, &1_u64.to_ne_bytes()).ok();
    }

    /// Waits so long.
    pub(super) fn pause(&self, time: Duration) -> Result<(), WireError> {
        match self.wait([], Some(Deadline::after(time))) {
            Ok([]) | Err(WireError::Late) => Ok(()),
            Err(error @ (WireError::Stopped | WireError::Closed | WireError::System(_))) => Err(error),
        }
    }

    /// Waits until one of the descriptors is ready, and says what each is ready for.
    pub(super) fn wait<const N: usize>(
        &self,
        wanted: [Option<(BorrowedFd<'_>, PollFlags)>; N],
        deadline: Option<Deadline>,
    ) -> Result<[PollFlags; N], WireError> {
        loop {
            let mut places = vec![PollFd::new(&self.0, PollFlags::IN)];
            // A descriptor of which nothing is wanted is left out: an error on it would end every wait at once.
            places.extend(
                wanted
                    .iter()
                    .flatten()
                    .map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)),
            );
            let time = match deadline {
                Some(deadline) => Some(deadline.timespec().ok_or(WireError::Late)?),
                None => None,
            };
            match poll(&mut places, time.as_ref()) {
                Ok(0) => return Err(WireError::Late),
                Err(Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            let mut seen = places.iter().map(PollFd::revents);
            if seen.next().is_some_and(|stop| !stop.is_empty()) {
                return Err(WireError::Stopped);
            }
            return Ok(wanted.map(|place| match place {
                Some(_) => seen.next().unwrap_or(PollFlags::empty()),
                None => PollFlags::empty(),
            }));
        }
    }
}

/// One side of a connection; its socket does not block.
#[derive(Debug)]
pub(super) struct Wire(OwnedFd);

impl Wire {
    /// A wire over a connected socket that does not block.
    pub(super) fn new(socket: OwnedFd) -> Self {
        // A socket that is none of TCP has no delay to turn off.
        set_tcp_nodelay(&socket, true).ok();
        Self(socket)
    }

    /// Adds what has come to the bytes, at most `most`; 0 at the end. `None` where nothing has come yet.
    pub(super) fn receive_now(&self, bytes: &mut Vec<u8>, most: usize) -> Result<Option<usize>, WireError> {
        let mut buffer = [0; CHUNK];
        let most = most.min(buffer.len());
        let Some(room) = buffer.get_mut(..most) else {
            return Ok(None);
        };
        match retry_on_intr(|| recv(&self.0, &mut *room, RecvFlags::empty())) {
            Ok((_, count)) => {
                bytes.extend_from_slice(room.get(..count).unwrap_or_default());
                Ok(Some(count))
            }
            Err(Errno::AGAIN) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for bytes and adds them, at most `most`; 0 at the end.
    pub(super) fn receive(
        &self,
        stop: &Stop,
        deadline: Deadline,
        bytes: &mut Vec<u8>,
        most: usize,
    ) -> Result<usize, WireError> {
        loop {
            if let Some(count) = self.receive_now(bytes, most)? {
                return Ok(count);
            }
            stop.wait([Some((self.as_fd(), PollFlags::IN))], Some(deadline))?;
        }
    }

    /// Sends as much as is taken at once; 0 where nothing is.
    pub(super) fn send_now(&self, bytes: &[u8]) -> Result<usize, WireError> {
        match retry_on_intr(|| send(&self.0, bytes, SendFlags::NOSIGNAL)) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends all of it.
    pub(super) fn send(&self, stop: &Stop, deadline: Deadline, bytes: &[u8]) -> Result<(), WireError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = self.send_now(rest)?;
            if count == 0 {
                stop.wait([Some((self.as_fd(), PollFlags::OUT))], Some(deadline))?;
            }
            rest = rest.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// Tells the other side that nothing more comes.
    pub(super) fn end(&self) -> Result<(), WireError> {
        match shutdown(&self.0, Shutdown::Write) {
            // The other side is gone altogether.
            Ok(()) | Err(Errno::NOTCONN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the connection such that the other side sees a fault, not an end: what it got may not be whole.
    pub(super) fn abort(self) {
        set_socket_linger(&self.0, Some(Duration::ZERO)).ok();
    }

    /// Ends the connection such that what was sent arrives: the other side's last bytes are read away for a while, as a
    /// close over unread bytes is a fault to it.
    pub(super) fn close(self, stop: &Stop, deadline: Deadline) {
        if self.end().is_err() {
            return;
        }
        let mut scrap = Vec::new();
        for _ in 0..64 {
            scrap.clear();
            match self.receive(stop, deadline, &mut scrap, CHUNK) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return,
            }
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
