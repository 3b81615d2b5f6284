//! A command that runs, confined.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, Shutdown};
use rustix::process::{Signal, WaitId, WaitIdOptions, pidfd_send_signal, waitid};

use crate::proxy::{Gate, Listeners, Proxy};
use crate::scratch::ScratchDirectory;
use crate::sys::channel::{self, Message, Received};
use crate::sys::signal::{self, Signals};
use crate::{Denials, Enforcement, LaunchError, Layer, Observer, Outcome, Placeholders, Status, clock};

/// In what time a command that is told to end has ended, before the kernel is asked to end it.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// A command that runs. Dropping it ends the command and all that it started.
#[derive(Debug)]
pub struct Running {
    process: OwnedFd,
    channel: OwnedFd,
    enforcement: Enforcement,
    /// Goes with the command.
    scratch: Option<ScratchDirectory>,
    /// Go with the last command that needs them.
    placeholders: Option<Arc<Placeholders>>,
    /// Connects it to the hosts that it may reach.
    proxy: Option<Proxy>,
    /// Notes what it is kept from.
    observer: Option<Observer>,
    /// Held back since before it began, where they are handed on to it.
    pub(crate) signals: Option<Signals>,
    began: Instant,
    /// What happened to it before anybody waited for it.
    early: Option<Event>,
    /// How the command ended, once that is known.
    status: Option<Status>,
    /// Whether the waiting process has told so, which it does when it is the last one left.
    is_over: bool,
    is_reaped: bool,
}

/// What happened to a command.
#[derive(Debug)]
pub enum Event {
    /// It was stopped by this signal, as a terminal's user does; [`Running::signal`] with `SIGCONT` goes on.
    Stopped(i32),
    /// The descriptor that was given has something to read.
    Woken,
    /// It has ended, with all that it started.
    Ended(Box<Outcome>),
}

impl Running {
    pub(crate) fn new(
        process: OwnedFd,
        channel: OwnedFd,
        enforcement: Enforcement,
        scratch: Option<ScratchDirectory>,
        placeholders: Arc<Placeholders>,
        began: Instant,
    ) -> Self {
        Self {
            process,
            channel,
            enforcement,
            scratch,
            placeholders: Some(placeholders),
            proxy: None,
            observer: None,
            signals: None,
            began,
            early: None,
            status: None,
            is_over: false,
            is_reaped: false,
        }
    }

    /// Takes what the child has sent before the command was executed, and serves what it has asked for.
    ///
    /// # Errors
    /// Where the proxy cannot be started.
    pub(crate) fn gather(
        &mut self,
        gate: Option<&Arc<dyn Gate>>,
        denials: Option<Denials>,
    ) -> Result<(), LaunchError> {
        let mut denials = denials;
        while let Ok(Received::Message(message, descriptors)) =
            channel::receive(&self.channel, RecvFlags::DONTWAIT)
        {
            match (message, descriptors) {
                (Message::Proxy, [Some(http), Some(socks)]) => {
                    let gate = gate.cloned().ok_or(LaunchError::Gate)?;
                    self.proxy = Some(quietly(|| Proxy::start(Listeners { http, socks }, gate))?);
                }
                (Message::Listener, [Some(listener), None]) => {
                    if let Some(denials) = denials.take() {
                        self.observer = Some(quietly(|| Observer::start(listener, denials))?);
                    }
                }
                (message, _) => {
                    if let Some(event) = self.note(message) {
                        self.early = Some(event);
                    }
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, message: Message) -> Option<Event> {
        self.is_over |= matches!(
            message,
            Message::Exited(_) | Message::Killed(_) | Message::TimedOut
        );
        match message {
            Message::Stopped(signal) => return Some(Event::Stopped(signal)),
            Message::Exited(code) => self.status = Some(Status::Exited(code)),
            Message::Killed(signal) => self.status = Some(Status::Killed(signal)),
            Message::TimedOut => self.status = Some(Status::TimedOut),
            Message::NoListener => {
                self.enforcement.observer = Layer::Absent {
                    why: "outer listener".to_owned(),
                };
            }
            Message::Proxy | Message::Listener | Message::Signal(_) | Message::Key(_) | Message::Heard => {}
        }
        None
    }

    /// What is enforced.
    pub fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// Gives the command a signal. Nothing happens if it has ended.
    pub fn signal(&self, number: i32) {
        // Who has ended needs no signal.
        let _ended = channel::send(&self.channel, Message::Signal(number), &[]);
    }

    /// Gives the command a signal of the terminal if that has not: it has left this process's group.
    pub(crate) fn key(&self, number: i32) {
        // Who has ended needs no signal.
        let _ended = channel::send(&self.channel, Message::Key(number), &[]);
    }

    /// What has something to read when something happens to it.
    pub(crate) fn news(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }

    /// Waits until it has ended, with all that it started.
    pub fn wait(mut self) -> Outcome {
        loop {
            if let Event::Ended(outcome) = self.next(None) {
                return *outcome;
            }
        }
    }

    /// Waits until something happens to it, or `wake` has something to read.
    pub fn next(&mut self, wake: Option<BorrowedFd<'_>>) -> Event {
        let wakes: Vec<BorrowedFd<'_>> = wake.into_iter().collect();
        loop {
            if let Some(event) = self.next_until(&wakes, None) {
                return event;
            }
        }
    }

    /// The same for several descriptors; `None` once the deadline is over.
    pub(crate) fn next_until(
        &mut self,
        wakes: &[BorrowedFd<'_>],
        deadline: Option<Instant>,
    ) -> Option<Event> {
        loop {
            if self.status.is_some() {
                return Some(Event::Ended(Box::new(self.end())));
            }
            if let Some(event) = self.early.take() {
                return Some(event);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(clock::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            let mut polled = vec![PollFd::new(&self.channel, PollFlags::IN)];
            polled.extend(wakes.iter().map(|wake| PollFd::new(wake, PollFlags::IN)));
            match poll(&mut polled, timeout.as_ref()) {
                Ok(0) => return None,
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => self.status = Some(Status::Killed(libc::SIGKILL)),
            }
            let mut told = polled.iter().map(|one| !one.revents().is_empty());
            let (is_told, is_woken) = (told.next() == Some(true), told.any(|is_told| is_told));
            if is_told {
                match channel::receive(&self.channel, RecvFlags::DONTWAIT) {
                    Ok(Received::Message(message, _)) => {
                        if let Some(event) = self.note(message) {
                            return Some(event);
                        }
                    }
                    Err(Errno::AGAIN) => {}
                    // It was killed from outside, and the kernel has ended what it started.
                    Ok(Received::End) | Err(_) => self.status = Some(Status::Killed(libc::SIGKILL)),
                }
            } else if is_woken {
                return Some(Event::Woken);
            }
        }
    }

    /// Ends the command and all that it started, and waits for that.
    pub fn kill(mut self) -> Outcome {
        self.status = Some(Status::Killed(libc::SIGKILL));
        self.end()
    }

    fn end(&mut self) -> Outcome {
        self.reap();
        Outcome {
            status: self.status.unwrap_or(Status::Killed(libc::SIGKILL)),
            took: self.began.elapsed(),
            enforcement: self.enforcement.clone(),
            observed: self.observer.take().map(Observer::finish),
            contacts: self.proxy.take().map(Proxy::end).unwrap_or_default(),
        }
    }

    /// Has the waiting process end everything, and waits for its own end.
    fn reap(&mut self) {
        if self.is_reaped {
            return;
        }
        self.is_reaped = true;
        let mut placeholders = self.placeholders.take();
        if self.is_over {
            // Nothing runs any more but the waiting process, whose view still has them covered: what is a mount point in
            // another mount namespace alone can be removed. It waits to hear that this was done: were this process
            // killed on the way, it would remove them itself.
            drop(placeholders.take());
            // Who does not hear of it sees the end of the channel, and does the same once more.
            let _ended = channel::send(&self.channel, Message::Heard, &[]);
        }
        // The waiting process takes this as the order to end everything; if it has ended, there is nobody to tell.
        let _ended = rustix::net::shutdown(&self.channel, Shutdown::Both);
        let grace = Timespec::try_from(GRACE).ok();
        let polled = poll(&mut [PollFd::new(&self.process, PollFlags::IN)], grace.as_ref());
        if !matches!(polled, Ok(count) if count > 0) {
            let _ended = pidfd_send_signal(&self.process, Signal::KILL);
        }
        while let Err(Errno::INTR) = waitid(WaitId::PidFd(self.process.as_fd()), WaitIdOptions::EXITED) {}
        // Nothing runs that could use them.
        drop((self.scratch.take(), placeholders));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.reap();
    }
}

/// Starts threads that no signal finds: signals are the caller's.
fn quietly<T>(start: impl FnOnce() -> T) -> T {
    let before = signal::hold_all();
    let started = start();
    signal::set(before);
    started
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::process::Command;

    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    use super::*;
    use crate::Plan;

    #[test]
    #[expect(clippy::zombie_processes, reason = "it is waited for by its descriptor")]
    fn a_stop_before_anybody_waits_is_told() {
        let (here, there) = channel::pair().unwrap();
        let child = Command::new("true").spawn().unwrap();
        let process = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).unwrap();
        let enforcement = Plan::unconfined(Vec::new()).enforcement;
        let mut running = Running::new(process, here, enforcement, None, Arc::default(), clock::now());
        channel::send(there.as_fd(), Message::Stopped(libc::SIGSTOP), &[]).unwrap();
        running.gather(None, None).unwrap();
        assert!(matches!(running.next(None), Event::Stopped(libc::SIGSTOP)));
        channel::send(there.as_fd(), Message::Exited(3), &[]).unwrap();
        assert_eq!(running.wait().status, Status::Exited(3));
    }

    #[test]
    #[expect(clippy::zombie_processes, reason = "it is waited for by its descriptor")]
    fn placeholders_are_gone_when_the_waiting_process_is_told_so() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        // Many, so that removing them takes longer than telling.
        let paths: Vec<_> = (0..200).map(|number| root.join(format!("p{number}"))).collect();
        let laid = Placeholders::lay(&paths, std::slice::from_ref(&root)).unwrap();
        let (here, there) = channel::pair().unwrap();
        let child = Command::new("true").spawn().unwrap();
        let process = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).unwrap();
        let enforcement = Plan::unconfined(Vec::new()).enforcement;
        let running = Running::new(process, here, enforcement, None, Arc::new(laid), clock::now());
        channel::send(there.as_fd(), Message::Exited(0), &[]).unwrap();
        let waiting = std::thread::spawn(move || {
            let is_heard = channel::is_heard(&there);
            (is_heard, std::fs::read_dir(&root).unwrap().count())
        });
        assert_eq!(running.wait().status, Status::Exited(0));
        assert_eq!(waiting.join().unwrap(), (true, 0));
    }
}
