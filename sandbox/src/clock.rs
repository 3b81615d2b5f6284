//! The clock: how long things take, and until when they are waited for. No verdict looks at it.

use std::time::Instant;

/// This moment.
#[expect(
    clippy::disallowed_methods,
    reason = "verdicts do not depend on a clock; how long a command runs does"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}
