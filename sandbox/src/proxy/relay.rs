//! Bytes both ways between a client and a server, until both have ended.

use std::os::fd::AsFd;

use rustix::event::PollFlags;

use super::wire::{CHUNK, Stop, Wire, WireError};
use super::{Bounds, Deadline};

const SOME: PollFlags = PollFlags::IN;
const FREE: PollFlags = PollFlags::OUT;

/// One direction.
#[derive(Debug)]
struct Flow {
    /// Received and not sent yet.
    waiting: Vec<u8>,
    /// How many bytes may still be received.
    allowed: u64,
    /// Whether the source has ended.
    is_ended: bool,
    /// Whether the end was told on.
    is_told: bool,
}

/// Relays until both sides have ended, one fails, nothing moves for a while, or the proxy ends. What the client has sent
/// already goes first; of what it sends more, `allowed` bytes are passed on, and the rest is not read.
pub(super) fn relay(
    stop: &Stop,
    bounds: &Bounds,
    (client, server): (&Wire, &Wire),
    sent: Vec<u8>,
    allowed: u64,
) -> Result<(), WireError> {
    let mut up = Flow::new(sent, allowed);
    let mut down = Flow::new(Vec::new(), u64::MAX);
    while !(up.is_told && down.is_told) {
        // A server that has ended gets nothing more, when the client may not send more anyway.
        if down.is_told && up.is_spent() {
            return Ok(());
        }
        let wanted = [
            up.source(client),
            up.target(server),
            down.source(server),
            down.target(client),
        ];
        if wanted.iter().all(Option::is_none) {
            return Ok(());
        }
        let ready = stop.wait(wanted, Some(Deadline::after(bounds.idle)))?;
        let [up_source, up_target, down_source, down_target] = ready.map(|flags| !flags.is_empty());
        down.move_on(server, client, down_source, down_target)?;
        match up.move_on(client, server, up_source, up_target) {
            // The server has answered and is gone: the client has all that it gets.
            Err(WireError::System(_)) if down.is_told => return Ok(()),
            moved => moved?,
        }
    }
    Ok(())
}

type Wanted<'a> = Option<(std::os::fd::BorrowedFd<'a>, PollFlags)>;

impl Flow {
    fn new(waiting: Vec<u8>, allowed: u64) -> Self {
        Self {
            waiting,
            allowed,
            is_ended: false,
            is_told: false,
        }
    }

    fn source<'a>(&self, wire: &'a Wire) -> Wanted<'a> {
        let has_room = self.waiting.is_empty() && self.allowed != 0 && !self.is_ended;
        has_room.then_some((wire.as_fd(), SOME))
    }

    fn target<'a>(&self, wire: &'a Wire) -> Wanted<'a> {
        (!self.waiting.is_empty()).then_some((wire.as_fd(), FREE))
    }

    /// Whether nothing more is to come, nor to be sent.
    fn is_spent(&self) -> bool {
        self.waiting.is_empty() && (self.allowed == 0 || self.is_ended)
    }

    fn move_on(&mut self, from: &Wire, to: &Wire, has_some: bool, is_free: bool) -> Result<(), WireError> {
        if has_some {
            let most = usize::try_from(self.allowed).unwrap_or(CHUNK);
            match from.receive_now(&mut self.waiting, most)? {
                Some(0) => self.is_ended = true,
                Some(count) => {
                    let count = u64::try_from(count).unwrap_or(u64::MAX);
                    if self.allowed != u64::MAX {
                        self.allowed = self.allowed.saturating_sub(count);
                    }
                }
                None => {}
            }
        }
        if (has_some || is_free) && !self.waiting.is_empty() {
            let count = to.send_now(&self.waiting)?;
            self.waiting.drain(..count.min(self.waiting.len()));
        }
        if self.is_ended && self.waiting.is_empty() && !self.is_told {
            to.end()?;
            self.is_told = true;
        }
        Ok(())
    }
}
