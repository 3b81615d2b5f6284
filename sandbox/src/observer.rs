//! Who watches a confined command and remembers what it was kept from.

mod attempt;
mod call;
mod filter;
mod ordinary;
#[cfg(test)]
mod tests;
mod view;

pub use filter::Watch;

use std::collections::HashSet;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{Builder, JoinHandle};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::Errno;

use self::attempt::{Attempt, attempts};
use self::view::{Lost, View};
use crate::sys::notify::{Listener, Notification};
use crate::violation::{Denials, Process, Rule, Violation};
use crate::{Operation, Target};

/// A thread that is told of calls by the kernel before they happen, notes which of them the profile denies, and lets every
/// one of them go on. It enforces nothing: mounts, Landlock and the other filter do. What it reads from a process may
/// change until the kernel reads it, so that a lying process can make the report wrong or shorter, and nothing else.
///
/// Not told: what is done to a file that is open already, or is reached by way of `/proc`; a hard link that fails because
/// its ends lie in two mounts; a connection to a unix socket without a path.
#[derive(Debug)]
pub struct Observer {
    thread: JoinHandle<Observed>,
    stop: OwnedFd,
}

/// What an observer saw.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Observed {
    /// What was denied, each thing once, in the order in which it was first tried. At most [`Observed::MOST`].
    pub violations: Vec<Violation>,
    /// Denied attempts, further ones on the same included, that are not among them.
    pub further: u64,
    /// Calls that were looked at.
    pub seen: u64,
    /// Calls among them that could not be looked into, as those of a process that lets nobody read its memory,
    /// or all where the host forbids to.
    pub lost: u64,
}

impl Observed {
    /// The most violations that are kept.
    pub const MOST: usize = 1000;
}

/// Why nobody observes. The descriptor is closed then, and a watched call in the filter fails with `ENOSYS`.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The kernel takes no answer from us.
    #[error("the kernel does not let calls be observed: {0}")]
    Listener(#[source] io::Error),
    /// There is no thread to be had.
    #[error("no thread can be started to observe: {0}")]
    Thread(#[source] io::Error),
}

/// Notifications that are still taken once it is over: more come only from a process that outlived its command.
const DRAINED: usize = 10_000;

/// Bytes of the thread's stack.
const STACK: usize = 256 * 1024;

impl Observer {
    /// Starts to answer. Until then every watched call in the filter waits.
    ///
    /// # Errors
    /// [`ObserveError`], with the descriptor closed.
    pub fn start(listener: OwnedFd, rules: Denials) -> Result<Self, ObserveError> {
        let refused = |errno: Errno| ObserveError::Listener(errno.into());
        let listener = Listener::new(listener).map_err(refused)?;
        let stop = eventfd(0, EventfdFlags::CLOEXEC).map_err(refused)?;
        let stopped = stop.try_clone().map_err(ObserveError::Thread)?;
        let watcher = Watcher {
            listener,
            rules,
            view: None,
            known: HashSet::new(),
            observed: Observed::default(),
        };
        let thread = Builder::new()
            .name("observer".into())
            .stack_size(STACK)
            .spawn(move || watcher.watch(&stopped))
            .map_err(ObserveError::Thread)?;
        Ok(Self { thread, stop })
    }

    /// Stops, and says what was seen. The thread has ended by itself if nothing lives in the filter any more; what still
    /// does gets `ENOSYS` for every watched call from now on, so that this is called last.
    pub fn finish(self) -> Observed {
        // It is full only if it was written before, and then the thread is told already.
        let _told = rustix::io::write(&self.stop, &1_u64.to_ne_bytes());
        self.thread.join().unwrap_or_default()
    }
}

/// What a call is denied.
#[derive(Default)]
struct Found {
    new: Vec<Violation>,
    /// What is known already, or too much to be kept.
    further: u64,
}

/// What the thread owns.
struct Watcher {
    listener: Listener,
    rules: Denials,
    view: Option<View>,
    known: HashSet<(Operation, Target)>,
    observed: Observed,
}

impl Watcher {
    fn watch(mut self, stopped: &OwnedFd) -> Observed {
        let mut left = DRAINED;
        while left > 0 {
            let Ok((ready, over)) = self.wait(stopped) else {
                break;
            };
            if !ready.contains(PollFlags::IN) {
                if over || !ready.is_empty() {
                    break;
                }
                continue;
            }
            left -= usize::from(over);
            match self.listener.receive() {
                Ok(notification) => self.answer(&notification),
                // Killed before we came to it.
                Err(Errno::NOENT | Errno::INTR) => {}
                Err(_) => break,
            }
        }
        self.observed
    }

    /// What the listener has for us, and whether it is over.
    fn wait(&self, stopped: &OwnedFd) -> Result<(PollFlags, bool), Errno> {
        let mut both = [
            PollFd::new(&self.listener, PollFlags::IN),
            PollFd::from_borrowed_fd(stopped.as_fd(), PollFlags::IN),
        ];
        match poll(&mut both, None) {
            Ok(_) | Err(Errno::INTR) => {
                let [listener, stopped] = &both;
                Ok((listener.revents(), !stopped.revents().is_empty()))
            }
            Err(errno) => Err(errno),
        }
    }

    /// Reads what the call tries, lets it go on, and only then believes what was read.
    fn answer(&mut self, notification: &Notification) {
        let found = self.violations(notification);
        self.observed.seen += 1;
        if self.listener.go_on(notification.id).is_err() {
            // Killed meanwhile: its number may have been another's when it was read.
            return;
        }
        match found {
            Ok(Found { new, further }) => {
                let key = |violation: &Violation| (violation.operation, violation.target.clone());
                self.known.extend(new.iter().map(key));
                self.observed.violations.extend(new);
                self.observed.further += further;
            }
            Err(Lost) => self.observed.lost += 1,
        }
    }

    fn violations(&mut self, notification: &Notification) -> Result<Found, Lost> {
        let attempts = attempts(self.view(notification)?, notification)?;
        let mut denied = Vec::new();
        for attempt in attempts {
            let Some(rule) = self.rules.denied(attempt.operation, &attempt.target) else {
                continue;
            };
            // What would have failed anyway, in one of its parts, was not denied by us.
            let Some((operation, rule)) = self.passes(&attempt, rule) else {
                return Ok(Found::default());
            };
            denied.push(((operation, attempt.target), rule));
        }
        let mut found = Found::default();
        for (key, rule) in denied {
            let room = Observed::MOST.saturating_sub(self.known.len() + found.new.len());
            if room == 0 || self.known.contains(&key) {
                found.further += 1;
                continue;
            }
            let (operation, target) = key;
            found.new.push(Violation {
                operation,
                grant: self.rules.grant(operation, &target, &rule),
                process: process(notification.thread),
                target,
                rule,
            });
        }
        Ok(found)
    }

    /// What would have been done without a confinement, and by what it is denied.
    fn passes(&self, attempt: &Attempt, rule: Rule) -> Option<(Operation, Rule)> {
        let Attempt {
            operation,
            target,
            needs,
        } = attempt;
        let done = match (needs, target) {
            (Some(needs), Target::File(path)) => needs.passes(*operation, path)?,
            _ => *operation,
        };
        if done == *operation {
            return Some((done, rule));
        }
        self.rules.denied(done, target).map(|rule| (done, rule))
    }

    /// The view of the first process that is seen, which is that of all.
    fn view(&mut self, notification: &Notification) -> Result<&View, Lost> {
        let view = match self.view.take() {
            Some(view) => view,
            None => View::of(notification.thread)
                .ok()
                .filter(|_| self.listener.waits(notification.id))
                .ok_or(Lost)?,
        };
        Ok(self.view.insert(view))
    }
}

/// The process of a thread.
fn process(thread: u32) -> Process {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
    let pid = status
        .lines()
        .find_map(|line| line.strip_prefix("Tgid:"))
        .and_then(|pid| pid.trim().parse().ok())
        .unwrap_or(0);
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Process {
        pid,
        name: name.trim_end_matches('\n').to_owned(),
    }
}
