//! Waiting for a command as a shell's child does: signals and the terminal's job control pass through.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::running::GRACE;
use crate::sys::signal::{self, Origin, Signals};
use crate::{Event, LaunchError, Outcome, Running, clock};

impl Running {
    /// Waits for the command in the foreground of a terminal, or of whoever started this process. To be called by the
    /// one thread that a program has, or the signals may find another.
    ///
    /// What the terminal sends reaches the command itself where it is of the same process group, and is handed on where
    /// it has left that; what others send to this process is handed on (`SIGHUP`, `SIGINT`, `SIGQUIT`, `SIGTERM`, `SIGUSR1`, `SIGUSR2`). A command that stops
    /// stops this process with it, and goes on with it, where this process was started by one that can have it go on.
    ///
    /// What comes before this call is handed on as well where the plan was told of it
    /// ([`Plan::in_foreground`](crate::Plan::in_foreground)); else it means what it means to this process.
    ///
    /// # Errors
    /// Where no descriptor for signals can be had; the command has then been ended.
    pub fn wait_in_foreground(self) -> Result<Outcome, LaunchError> {
        self.wait_for_end(None)
    }

    /// As [`Running::wait_in_foreground`], until `over` has something to read or nobody can write to it any more: then
    /// the command is asked to end (`SIGTERM`), and is ended with all that it started five seconds later. Other threads
    /// may have been started since the launch of a plan that was told of it
    /// ([`Plan::in_foreground`](crate::Plan::in_foreground)).
    ///
    /// # Errors
    /// As [`Running::wait_in_foreground`].
    pub fn wait_in_foreground_until(self, over: BorrowedFd<'_>) -> Result<Outcome, LaunchError> {
        self.wait_for_end(Some(over))
    }

    /// Keeps the signals that were held back since before the command was made, and hands on what has come by now: the
    /// terminal cannot have sent that to the command as well.
    pub(crate) fn keep(&mut self, signals: Signals) {
        while let Some((number, _)) = signals.next() {
            self.signal(number);
        }
        self.signals = Some(signals);
    }

    fn wait_for_end(mut self, over: Option<BorrowedFd<'_>>) -> Result<Outcome, LaunchError> {
        let signals = self.signals.take().map_or_else(Signals::take, Ok);
        let signals = signals.map_err(|error| LaunchError::Fork { source: error.into() })?;
        let mut over = over;
        let mut deadline = None;
        loop {
            let mut wakes = vec![signals.as_fd()];
            wakes.extend(over);
            match self.next_until(&wakes, deadline) {
                None => return Ok(self.kill()),
                Some(Event::Ended(outcome)) => return Ok(*outcome),
                Some(Event::Woken) => {
                    if self.hand_on(&signals) {
                        self.signal(libc::SIGCONT);
                    }
                    if over.is_some_and(has_news) {
                        over = None;
                        deadline = clock::now().checked_add(GRACE);
                        self.signal(libc::SIGTERM);
                    }
                }
                Some(Event::Stopped(_)) => {
                    // A terminal stops both; who was stopped and goes on already does not stop again.
                    if self.hand_on(&signals) || self.stop_with_it(&signals)? {
                        self.signal(libc::SIGCONT);
                    }
                }
            }
        }
    }

    /// Stops until this process is told to go on, which it says, or there is news of the command: its time is over, or
    /// somebody else has ended it. Nobody may be there who waits for this process as a shell does.
    fn stop_with_it(&self, signals: &Signals) -> Result<bool, LaunchError> {
        signal::stop_self(self.news()).map_err(|error| LaunchError::Fork { source: error.into() })?;
        Ok(self.hand_on(signals))
    }

    /// Hands on what has arrived, and says whether this process was told to go on.
    fn hand_on(&self, signals: &Signals) -> bool {
        let mut goes_on = false;
        while let Some((number, origin)) = signals.next() {
            match (number, origin) {
                (libc::SIGCONT, Origin::Kernel | Origin::Process) => goes_on = true,
                (_, Origin::Descriptor) => {}
                (number, Origin::Kernel) => self.key(number),
                (number, Origin::Process) => self.signal(number),
            }
        }
        goes_on
    }
}

/// Whether there is something to read, or will never be.
fn has_news(descriptor: BorrowedFd<'_>) -> bool {
    let mut polled = [PollFd::new(&descriptor, PollFlags::IN)];
    poll(&mut polled, Some(&Timespec::default())).is_ok_and(|count| count > 0)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::path::PathBuf;

    use crate::sys::signal;
    use crate::{Command, Plan, Status, Stream};

    #[test]
    fn a_signal_that_comes_before_anybody_waits_reaches_the_command() {
        let mut plan = Plan::unconfined(Vec::new());
        plan.in_foreground();
        let running = plan
            .launch(Command {
                program: PathBuf::from("/bin/sleep"),
                arguments: ["sleep", "60"].map(Into::into).to_vec(),
                directory: PathBuf::from("/"),
                input: Stream::Null,
                output: Stream::Null,
                errors: Stream::Null,
            })
            .unwrap();
        signal::send_self(libc::SIGTERM);
        let outcome = running.wait_in_foreground().unwrap();
        assert_eq!(outcome.status, Status::Killed(libc::SIGTERM));
    }

    #[test]
    fn a_launch_that_fails_gives_the_signals_back() {
        let held = || {
            let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
            let line = status.lines().find(|line| line.starts_with("SigBlk:"));
            line.unwrap().to_owned()
        };
        let before = held();
        let cases = [
            ("a word", "/bin/true", "a\0b", "/"),
            ("a program", "/none", "none", "/"),
            ("a directory", "/bin/true", "true", "/none"),
        ];
        for (what, program, name, directory) in cases {
            let mut plan = Plan::unconfined(Vec::new());
            plan.in_foreground();
            let launched = plan.launch(Command {
                program: PathBuf::from(program),
                arguments: vec![name.into()],
                directory: PathBuf::from(directory),
                input: Stream::Null,
                output: Stream::Null,
                errors: Stream::Null,
            });
            assert!(launched.is_err(), "{what}");
            assert_eq!(held(), before, "{what}");
        }
    }

    fn shell(script: &str) -> crate::Running {
        let mut plan = Plan::unconfined(Vec::new());
        plan.in_foreground();
        let command = Command {
            program: PathBuf::from("/bin/sh"),
            arguments: ["sh", "-c", script].map(Into::into).to_vec(),
            directory: PathBuf::from("/"),
            input: Stream::Null,
            output: Stream::Null,
            errors: Stream::Null,
        };
        plan.launch(command).unwrap()
    }

    #[test]
    fn what_is_over_is_asked_to_end_and_then_ended() {
        let (over, tell) = std::io::pipe().unwrap();
        drop(tell);
        let running = shell("exec sleep 60");
        let outcome = running.wait_in_foreground_until(over.as_fd()).unwrap();
        assert_eq!(outcome.status, Status::Killed(libc::SIGTERM));
        let (over, tell) = std::io::pipe().unwrap();
        let ground = tempfile::tempdir().unwrap();
        let ready = ground.path().join("ready");
        let deaf = format!(
            "trap '' TERM; : > {}; sleep 60 & while :; do wait; done",
            ready.display()
        );
        let running = shell(&deaf);
        let outcome = std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut looks = 0..6000;
                while !ready.exists() && looks.next().is_some() {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                drop(tell);
            });
            running.wait_in_foreground_until(over.as_fd()).unwrap()
        });
        assert_eq!(outcome.status, Status::Killed(libc::SIGKILL));
    }
}
