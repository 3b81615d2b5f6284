//! Work that is given a time, and a crash that is told instead of passed on.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// The time of a hook, well below what any agent waits.
pub(super) const OWN: Duration = Duration::from_secs(4);

/// Bytes of the stack that the work has: as much as a process begins with.
const STACK: usize = 8 * 1024 * 1024;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Unanswered {
    /// The time is over.
    #[error("its time is over")]
    Late,
    /// The work crashed.
    #[error("it crashed")]
    Crashed,
    /// There was no thread to do it on.
    #[error("no thread can be started")]
    NotStarted,
}

/// Does the work beside this thread and waits as long as it may take. What is late goes on until the process ends.
pub(super) fn keep<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unanswered> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let started = thread::Builder::new().stack_size(STACK).spawn(move || {
        // Nobody listens any more where it is late.
        drop(sender.send(work()));
    });
    if started.is_err() {
        return Err(Unanswered::NotStarted);
    }
    receiver.recv_timeout(time).map_err(|error| match error {
        RecvTimeoutError::Timeout => Unanswered::Late,
        RecvTimeoutError::Disconnected => Unanswered::Crashed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_late_and_what_crashes_is_told() {
        let short = Duration::from_millis(50);
        assert_eq!(keep(OWN, || 7), Ok(7));
        assert_eq!(
            keep(OWN, || -> i32 { panic!("on purpose") }),
            Err(Unanswered::Crashed)
        );
        let begun = keep(short, || thread::sleep(Duration::from_secs(60)));
        assert_eq!(begun, Err(Unanswered::Late));
    }
}
