//! The time of day, for what is told and logged, and the time that passes, for bounds; no verdict depends on it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "no verdict depends on it")]
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A moment from which time is counted.
#[expect(clippy::disallowed_methods, reason = "no verdict depends on it")]
pub(crate) fn moment() -> Instant {
    Instant::now()
}
