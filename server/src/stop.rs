//! An order to stop, which whoever waits for something can wait for as well.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::{self, Errno};

/// An order to stop. Once given it stays. Copies are the same order.
#[derive(Clone, Debug)]
pub struct Stop(Arc<OwnedFd>);

impl Stop {
    /// Not given yet.
    ///
    /// # Errors
    /// Where the process may open no more descriptors.
    pub fn new() -> io::Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        Ok(Self(Arc::new(eventfd(0, flags)?)))
    }

    /// Gives the order.
    pub fn order(&self) {
        // A counter that is full was ordered often enough.
        let _full = io::write(&*self.0, &1_u64.to_ne_bytes());
    }

    /// Whether it was given.
    pub fn is_ordered(&self) -> bool {
        is_readable(&[self.as_fd()], Some(&Timespec::default())).contains(&true)
    }
}

impl AsFd for Stop {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Waits until the order is given.
pub(crate) fn wait(stop: &Stop) {
    is_readable(&[stop.as_fd()], None);
}

/// Waits until the order is given, at most so long; says whether it was.
pub(crate) fn has_come(stop: &Stop, patience: Duration) -> bool {
    // As far as a time can be told to the kernel; none of ours is near that.
    let patience = Timespec::try_from(patience).unwrap_or_default();
    is_readable(&[stop.as_fd()], Some(&patience)).contains(&true)
}

/// Waits until one of them can be read, at most so long; says of each whether it can.
pub(crate) fn is_readable(files: &[BorrowedFd<'_>], patience: Option<&Timespec>) -> Vec<bool> {
    let mut polled: Vec<PollFd<'_>> = files
        .iter()
        .map(|file| PollFd::from_borrowed_fd(*file, PollFlags::IN))
        .collect();
    loop {
        match poll(&mut polled, patience) {
            Err(Errno::INTR) => {}
            // What cannot be waited for is looked at.
            Err(_) => return vec![true; files.len()],
            Ok(_) => return polled.iter().map(|one| !one.revents().is_empty()).collect(),
        }
    }
}
