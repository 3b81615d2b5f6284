//! Where a step of a patch may fail or end: nowhere but in tests.

use std::io;

/// Before a step.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "it fails in tests")]
pub(super) fn reach(_step: &'static str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use of_tests::*;

#[cfg(test)]
mod of_tests {
    use std::cell::Cell;

    use super::io;

    /// What happens at a step.
    #[derive(Clone, Copy, Debug, Eq, PartialEq)]
    pub(in crate::patch) enum Fault {
        Fails,
        Kills,
    }

    thread_local! {
        static NEXT: Cell<Option<(usize, Fault)>> = const { Cell::new(None) };
    }

    /// Has the step of this number, counted from 0, fail or kill this process.
    pub(in crate::patch) fn set(next: Option<(usize, Fault)>) {
        NEXT.set(next);
    }

    /// Whether the fault has happened, or none was set.
    pub(in crate::patch) fn is_over() -> bool {
        NEXT.get().is_none()
    }

    pub(in crate::patch) fn reach(step: &'static str) -> io::Result<()> {
        match NEXT.get() {
            None => Ok(()),
            Some((0, Fault::Fails)) => {
                NEXT.set(None);
                Err(io::Error::other(format!("made to fail: {step}")))
            }
            Some((0, Fault::Kills)) => {
                let own = rustix::process::getpid();
                rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
                loop {
                    std::thread::park();
                }
            }
            Some((left, fault)) => {
                NEXT.set(Some((left - 1, fault)));
                Ok(())
            }
        }
    }
}
