//! How a command ended.

use std::time::Duration;

use crate::proxy::Contacts;
use crate::{Enforcement, Observed};

/// How a command ended, and what was enforced while it ran.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// From its start to the end of everything that it started.
    pub took: Duration,
    /// What was enforced.
    pub enforcement: Enforcement,
    /// What the command was kept from, where that was noted.
    pub observed: Option<Observed>,
    /// Which hosts were asked for, where the network is proxied.
    pub contacts: Contacts,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// By itself, with this status.
    Exited(i32),
    /// By this signal.
    Killed(i32),
    /// It was killed when its time was over.
    TimedOut,
}

impl Status {
    /// The status that a shell would give: of the command, or 128 and its signal; 124 for one whose time was over, as
    /// timeout(1) does.
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => u8::try_from(code & 0xff).unwrap_or(u8::MAX),
            Self::Killed(signal) => u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX),
            Self::TimedOut => 124,
        }
    }
}
