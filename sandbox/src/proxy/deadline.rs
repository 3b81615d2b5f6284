//! A point in time by which something has to be done.

use std::time::{Duration, Instant};

use rustix::event::Timespec;

/// The time by which something has to be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting for a network is bounded by the clock"
    )]
    pub(super) fn after(time: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(time).unwrap_or(now))
    }

    /// The earlier of two.
    pub(super) fn or_earlier(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// The time that is left; `None` when it has passed.
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting for a network is bounded by the clock"
    )]
    pub(super) fn left(self) -> Option<Duration> {
        let left = self.0.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// The same for the kernel.
    pub(super) fn timespec(self) -> Option<Timespec> {
        self.left().and_then(|left| Timespec::try_from(left).ok())
    }
}
