//! What the waiting process does while the command runs, and at its end. Nothing here allocates.

use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::RecvFlags;
use rustix::process::{Pid, WaitOptions, WaitStatus, wait};
use rustix::time::ClockId;

use super::channel::{self, Message, Received};
use super::child::Ending;
use super::signal;

/// The command, as the process that waits for it knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attended {
    /// Its process.
    pub(super) command: Pid,
    /// The launcher's process group, in which the command begins.
    pub(super) group: i32,
}

/// Waits for the command and hands signals on to it, until it ends, its time is over, or the supervisor is gone.
pub(super) fn attend(
    attended: Attended,
    channel: &OwnedFd,
    children: &OwnedFd,
    wall: Option<u64>,
) -> Message {
    let Attended { command, group } = attended;
    let process = command.as_raw_nonzero().get();
    let deadline = wall.map(|milliseconds| now().saturating_add(milliseconds));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_sub(now()));
        if left == Some(0) {
            return Message::TimedOut;
        }
        let timeout = left.map(milliseconds);
        let mut polled = [
            PollFd::new(children, PollFlags::IN),
            PollFd::new(channel, PollFlags::IN),
        ];
        match poll(&mut polled, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return GONE,
        }
        let [ended, told] = polled.map(|one| !one.revents().is_empty());
        if ended {
            drain(children);
            if let Some(status) = reap(command, channel) {
                return match (status.exit_status(), status.terminating_signal()) {
                    (Some(code), _) => Message::Exited(code),
                    (None, signal) => Message::Killed(signal.unwrap_or(0)),
                };
            }
        }
        if told {
            match channel::receive(channel, RecvFlags::DONTWAIT) {
                Ok(Received::Message(Message::Key(_), _)) if signal::group_of(process) == group => {}
                Ok(Received::Message(Message::Signal(number) | Message::Key(number), _)) => {
                    // Who is gone needs no signal.
                    let _gone = signal::send(process, number);
                }
                Ok(Received::Message(..)) | Err(Errno::AGAIN) => {}
                Ok(Received::End) | Err(_) => return GONE,
            }
        }
    }
}

/// The supervisor is gone, and nobody waits for an answer.
const GONE: Message = Message::Killed(libc::SIGKILL);

/// Milliseconds of a clock that only goes forward.
fn now() -> u64 {
    let now = rustix::time::clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    seconds
        .saturating_mul(1000)
        .saturating_add(u64::try_from(now.tv_nsec / 1_000_000).unwrap_or(0))
}

fn milliseconds(count: u64) -> Timespec {
    let seconds = i64::try_from(count / 1000).unwrap_or(i64::MAX);
    let rest = i64::try_from(count % 1000).unwrap_or(0).saturating_mul(1_000_000);
    Timespec {
        tv_sec: seconds,
        tv_nsec: rest,
    }
}

/// Takes note of every child that has changed its state.
fn reap(command: Pid, channel: &OwnedFd) -> Option<WaitStatus> {
    while let Ok(Some((child, status))) = wait(WaitOptions::NOHANG | WaitOptions::UNTRACED) {
        if child != command {
            continue;
        }
        match status.stopping_signal() {
            Some(signal) => {
                // A supervisor that has gone is seen by the next poll. One that does not read, as one that has stopped
                // itself, is not waited for, or no time would be over for the command; it has many of these to read.
                let _told = channel::offer(channel, Message::Stopped(signal));
            }
            None => return Some(status),
        }
    }
    None
}

/// Milliseconds that what a command leaves behind has to come to its own end.
const GRACE: u64 = 200;

/// Lets what the command has left behind come to its own end, for a moment: a shell does not wait for its process
/// substitutions, and `tee >(cat > copy)` would lose what `cat` has still to write. Where nothing is left, or the
/// supervisor wants an end, there is no waiting.
pub(super) fn linger(channel: &OwnedFd, children: &OwnedFd) {
    let deadline = now().saturating_add(GRACE);
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(Errno::INTR) => continue,
            Ok(None) => {}
            // No child is left.
            Err(_) => return,
        }
        let left = deadline.saturating_sub(now());
        let mut polled = [
            PollFd::new(children, PollFlags::IN),
            PollFd::new(channel, PollFlags::IN),
        ];
        if left == 0 || poll(&mut polled, Some(&milliseconds(left))).is_err() {
            return;
        }
        let [ended, told] = polled.map(|one| !one.revents().is_empty());
        if told {
            // A signal or the end of the supervisor: either way nobody waits any more.
            return;
        }
        if ended {
            drain(children);
        }
    }
}

/// Takes what has been told of children; what it was they say themselves.
fn drain(children: &OwnedFd) {
    let mut drained = [0_u8; 128];
    while matches!(rustix::io::read(children, &mut drained), Ok(count) if count > 0) {}
}

/// Ends all that is left, and waits until it has ended.
pub(super) fn end(ending: Ending) {
    loop {
        match ending {
            Ending::Namespace => {
                // All but this process itself, which is the first of its namespace.
                let _none_left = signal::send(-1, libc::SIGKILL);
            }
            Ending::Sweep => kill_children(),
            #[cfg(feature = "measure")]
            Ending::Nobody => return,
        }
        // Children that are killed leave children of their own, which come to this process.
        match wait(WaitOptions::empty()) {
            Ok(_) | Err(Errno::INTR) => {}
            // No child is left.
            Err(_) => return,
        }
    }
}

/// Kills every child of this process, as `proc_pid_task_children(5)` lists them.
fn kill_children() {
    let path = c"/proc/thread-self/children";
    let Ok(file) = rustix::fs::openat(CWD, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) else {
        return;
    };
    let mut buffer = [0_u8; 4096];
    let mut number = 0_i32;
    while let Ok(count) = rustix::io::read(&file, &mut buffer) {
        if count == 0 {
            break;
        }
        for byte in buffer.iter().take(count) {
            if byte.is_ascii_digit() {
                number = number
                    .saturating_mul(10)
                    .saturating_add(i32::from(byte.saturating_sub(b'0')));
            } else {
                if number > 1 {
                    let _gone = signal::send(number, libc::SIGKILL);
                }
                number = 0;
            }
        }
    }
}
