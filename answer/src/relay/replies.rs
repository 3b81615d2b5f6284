//! Answers that wait for their place between two lines of the client's.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, eventfd};

/// Bytes of all answers that wait. An agent that asks on without reading is answered by the person.
const MOST: usize = 1024 * 1024;

/// A queue with a descriptor that can be read when there is something in it.
#[derive(Debug)]
pub(super) struct Replies {
    queue: Mutex<Queue>,
    wake: OwnedFd,
}

#[derive(Debug)]
struct Queue {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    is_open: bool,
    /// Whether the client has begun a line and not ended it.
    is_in_line: bool,
}

impl Queue {
    /// Whether one more has its place. In the middle of a line it has none, and the line may never end.
    fn has_place(&self) -> bool {
        self.is_open && !self.is_in_line && self.bytes < MOST
    }
}

impl Replies {
    /// # Errors
    /// Where the kernel gives no descriptor.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            queue: Mutex::new(Queue {
                lines: VecDeque::new(),
                bytes: 0,
                is_open: true,
                is_in_line: false,
            }),
            wake: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    /// Whether one can be put into it.
    pub(super) fn are_taken(&self) -> bool {
        self.lock().has_place()
    }

    /// Puts one into it; false where nobody will take it out.
    pub(super) fn put(&self, line: Vec<u8>) -> bool {
        let mut queue = self.lock();
        if !queue.has_place() {
            return false;
        }
        queue.bytes = queue.bytes.saturating_add(line.len());
        queue.lines.push_back(line);
        drop(queue);
        // A counter that is full wakes just as well.
        let _full = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
        true
    }

    /// Takes all of them out.
    pub(super) fn take(&self) -> Vec<u8> {
        self.drain(self.lock())
    }

    /// Takes all of them out, before what the client says next, which ends in the middle of a line or not.
    pub(super) fn take_before(&self, is_in_line: bool) -> Vec<u8> {
        let mut queue = self.lock();
        queue.is_in_line = is_in_line;
        self.drain(queue)
    }

    /// Takes the last ones out; no more are taken.
    pub(super) fn close(&self) -> Vec<u8> {
        let mut queue = self.lock();
        queue.is_open = false;
        self.drain(queue)
    }

    fn drain(&self, mut queue: MutexGuard<'_, Queue>) -> Vec<u8> {
        // Whoever puts one in wakes afterwards.
        let _empty = rustix::io::read(&self.wake, &mut [0_u8; 8]);
        queue.bytes = 0;
        queue.lines.drain(..).flatten().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No line is put in or taken out by halves.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsFd for Replies {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
