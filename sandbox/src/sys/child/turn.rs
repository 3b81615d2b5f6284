//! Turns that two processes take: each waits until the other has come as far as it needs.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::failure::{EXEC, Failure};
use crate::sys::channel;

/// The one's end.
pub(super) struct Turn(OwnedFd);

impl Turn {
    /// Two ends.
    ///
    /// # Errors
    /// What socketpair(2) says.
    pub(super) fn pair() -> Result<(Self, Self), Errno> {
        channel::pair().map(|(one, other)| (Self(one), Self(other)))
    }

    /// Lets the other go on.
    pub(super) fn give(&self) -> Result<(), Failure> {
        match rustix::io::write(&self.0, &[0]) {
            Ok(_) => Ok(()),
            Err(error) => Err((EXEC, error)),
        }
    }

    /// Waits for the other. Its end fails, too; what it has told before counts.
    pub(super) fn wait(&self) -> Result<(), Failure> {
        match rustix::io::read(&self.0, &mut [0]) {
            Ok(1) => Ok(()),
            Ok(_) => Err((EXEC, Errno::PIPE)),
            Err(error) => Err((EXEC, error)),
        }
    }
}
