//! What the forked child does: confine itself, fork the command, wait for it, and leave nothing behind.
//!
//! From here to the command's exec nothing allocates and nothing takes a lock. All that is needed was made before.
#![expect(
    unsafe_code,
    reason = "the command is forked from the process that waits for it"
)]

mod failure;
mod gaps;
mod turn;

use std::ffi::CString;
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::UnmountFlags;
use rustix::pipe::PipeFlags;
use rustix::process::{Resource, Rlimit};

use failure::{EXEC, Failure, failure_of};
use turn::Turn;

use super::attend::{Attended, attend, end, linger};
use super::channel::{self, Message};
use super::fork::{self, Closing, Namespaces, Side, Strings};
use super::memory::Origins;
use super::signal::{self, Mask};
use super::step::{State, take};
use super::stream::pass_place;
use crate::Placeholders;
use crate::plan::Step;
use crate::streams::{Device, ReadFile};

pub(crate) use failure::{FAILURE, read_failure};
use gaps::gaps;

/// All that a child needs, made before it is.
#[derive(Debug)]
pub(crate) struct Birth {
    /// Its namespaces.
    pub(crate) namespaces: Namespaces,
    /// What the waiting process takes, but for the steps about the network behind `forked_at`.
    pub(crate) outer: Vec<Step>,
    /// How many of them are taken before the command's process is forked, which makes the network meanwhile.
    pub(crate) forked_at: usize,
    /// What the command's process takes before it becomes the command.
    pub(crate) inner: Vec<Step>,
    /// Places for what steps leave for later ones.
    pub(crate) slots: Vec<Option<OwnedFd>>,
    /// Stretches of descriptors that are not handed on.
    pub(crate) closed: Vec<(u32, u32)>,
    /// What the command's first three descriptors are.
    pub(crate) streams: [RawFd; 3],
    /// What is opened in the command's own view instead of a stream.
    pub(crate) devices: [Option<Device>; 3],
    /// Files of streams, as steps have opened them.
    pub(crate) read: [Option<ReadFile>; 3],
    /// The file that is executed.
    pub(crate) program: CString,
    /// The command's arguments, its name first.
    pub(crate) arguments: Strings,
    /// The command's environment.
    pub(crate) environment: Strings,
    /// The signals that the command has held back; `None` are those of whoever makes it.
    pub(crate) mask: Option<Mask>,
    /// Where this process keeps what it was started with.
    pub(crate) origins: Option<Origins>,
    /// Milliseconds after which the command is ended.
    pub(crate) wall: Option<u64>,
    /// Whether the command is in a session of its own.
    pub(crate) is_apart: bool,
    /// How many open files it may have, until it asks for more.
    pub(crate) open_files: Option<u64>,
    /// How all that is left is ended.
    pub(crate) ending: Ending,
    /// The step that fails as if the kernel had refused it, for tests.
    pub(crate) fault: Option<usize>,
    /// What is taken away at the end.
    pub(crate) placeholders: Held,
}

/// Places of protected paths that do not exist. The supervisor takes them away when the waiting process has ended, and
/// this view with it; the waiting process does where it outlives the supervisor.
#[derive(Debug)]
pub(crate) struct Held {
    /// The paths, in the order of the placeholders.
    pub(crate) paths: Vec<CString>,
    /// The placeholders.
    pub(crate) placeholders: Arc<Placeholders>,
}

impl Held {
    /// Takes them away: what is mounted on them in this view first.
    fn take_away(&self) {
        for (path, placeholder) in self.paths.iter().zip(self.placeholders.entries()) {
            // Nothing is mounted on it if the steps did not come so far; what stays is found by the next run.
            let _unmounted = rustix::mount::unmount(path.as_c_str(), UnmountFlags::DETACH);
            placeholder.take_away();
        }
    }
}

/// How all that is left of a command is ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// By the end of its process namespace, of which the waiting process is the first.
    Namespace,
    /// By the waiting process, to which orphans come, one generation after the other.
    Sweep,
    /// By nobody: there is no waiting process.
    #[cfg(feature = "measure")]
    Nobody,
}

/// A child that has been made.
#[derive(Debug)]
pub(crate) struct Born {
    /// The waiting process.
    pub(crate) process: OwnedFd,
    /// The way to it.
    pub(crate) channel: OwnedFd,
    /// Ends when the command is executed, or tells why it could not be.
    pub(crate) started: OwnedFd,
}

/// Makes the child.
///
/// # Errors
/// What clone(2), pipe(2) and socketpair(2) say.
pub(crate) fn spawn(birth: &mut Birth) -> Result<Born, Errno> {
    let (channel, theirs) = channel::pair()?;
    let (started, starting) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
    let mut kept: Vec<u32> = birth
        .streams
        .iter()
        .map(|stream| u32::try_from(*stream).unwrap_or(0))
        .collect();
    kept.extend([number_of(&theirs), number_of(&starting)]);
    for placeholder in birth.placeholders.placeholders.entries() {
        kept.extend(placeholder.descriptors().iter().map(number_of));
    }
    birth.closed = gaps(kept);
    let before = signal::hold_all();
    birth.mask.get_or_insert(before);
    // SAFETY: the child runs `run` alone, which only takes steps and waits.
    let forked = unsafe { fork::fork(birth.namespaces) };
    if let Ok(Side::Child) = forked {
        run(birth, &theirs, starting);
    }
    signal::set(before);
    match forked? {
        Side::Parent { descriptor, .. } => Ok(Born {
            process: descriptor,
            channel,
            started,
        }),
        Side::Child => fork::leave(124),
    }
}

/// Runs the child to its end. `channel` leads to the supervisor, `started` is closed when the command is executed.
pub(crate) fn run(birth: &mut Birth, channel: &OwnedFd, started: OwnedFd) -> ! {
    #[cfg(test)]
    super::no_allocation::forbid();
    signal::reset_handlers();
    if let Err((place, error)) = confine(birth, channel.as_fd()) {
        fail(&started, place, error);
    }
    #[cfg(feature = "measure")]
    if birth.ending == Ending::Nobody {
        command(birth, channel, &started, None);
    }
    let children = match signal::of_children() {
        Ok(children) => children,
        Err(error) => fail(&started, EXEC, error),
    };
    let (own_turn, their_turn) = match Turn::pair() {
        Ok(turns) => turns,
        Err(error) => fail(&started, EXEC, error),
    };
    // Before it leaves that. The command begins in it.
    let group = signal::group_of(0);
    // SAFETY: this process was forked itself and has one thread; the child only takes steps and executes.
    let command = match unsafe { fork::fork(Namespaces::NONE) } {
        Ok(Side::Child) => {
            drop(own_turn);
            command(birth, channel, &started, Some(their_turn))
        }
        Ok(Side::Parent { pid, descriptor }) => {
            drop(their_turn);
            if let Err((place, error)) = stand_apart(birth, channel.as_fd(), &own_turn, &descriptor) {
                fail(&started, place, error);
            }
            pid
        }
        Err(error) => fail(&started, EXEC, error),
    };
    drop(started);
    // A stream that is still open here would not end for its reader when the command closes it.
    close_streams(birth.streams);
    let message = attend(Attended { command, group }, channel, &children, birth.wall);
    if let Message::Exited(_) = message {
        linger(channel, &children);
    }
    end(birth.ending);
    for ReadFile { file, original } in birth.read.iter().flatten() {
        // Who was given the file with the command reads on where it has stopped.
        pass_place(file, original);
    }
    let is_heard = channel::send(channel, message, &[]).is_ok()
        && (birth.placeholders.paths.is_empty() || channel::is_heard(channel));
    if !is_heard {
        birth.placeholders.take_away();
    }
    fork::leave(i32::from(!is_heard))
}

/// Takes the outer steps that come before the command's process is forked.
fn confine(birth: &mut Birth, channel: BorrowedFd<'_>) -> Result<(), Failure> {
    for (first, last) in &birth.closed {
        fork::close_range(*first, *last, Closing::Now).map_err(|error| (EXEC, error))?;
    }
    if birth.ending == Ending::Sweep {
        let own = Some(rustix::process::getpid());
        rustix::process::set_child_subreaper(own).map_err(|error| (EXEC, error))?;
    }
    take_outer(birth, 0..birth.forked_at, channel, |_| true)
}

/// Goes out of the command's reach and takes the outer steps that are left, while the command's process makes the
/// network; then goes into that, and lets it go on.
fn stand_apart(
    birth: &mut Birth,
    channel: BorrowedFd<'_>,
    turn: &Turn,
    command: &OwnedFd,
) -> Result<(), Failure> {
    // Who kills the launcher's process group does not kill who ends what is left. Of a session of its own it does not
    // count as a parent that could have the command go on when it has stopped.
    rustix::process::setsid().map_err(|error| (EXEC, error))?;
    let left = birth.forked_at..birth.outer.len();
    if left.is_empty() {
        return turn.give();
    }
    take_outer(birth, left, channel, |step| !step.is_about_network())?;
    turn.wait()?;
    super::network::join(command).map_err(|error| (EXEC, error))?;
    turn.give()
}

/// Makes the command's network, while the waiting process makes the view of the files; then waits for that.
fn make_network(birth: &mut Birth, channel: BorrowedFd<'_>, turn: &Turn) -> Result<(), Failure> {
    let left = birth.forked_at..birth.outer.len();
    if left.is_empty() {
        return turn.wait();
    }
    take_outer(birth, left.clone(), channel, Step::is_about_network)?;
    turn.give()?;
    turn.wait()?;
    take_outer(birth, left, channel, |step| *step == Step::Forget)
}

/// Takes those outer steps in these places that are meant.
fn take_outer(
    birth: &mut Birth,
    places: Range<usize>,
    channel: BorrowedFd<'_>,
    is_meant: fn(&Step) -> bool,
) -> Result<(), Failure> {
    let mut state = State {
        slots: &mut birth.slots,
        streams: birth.streams,
        read: &mut birth.read,
        channel,
        origins: birth.origins,
    };
    let steps = (0..).zip(&birth.outer).skip(places.start).take(places.len());
    take_all(steps.filter(|(_, step)| is_meant(step)), birth.fault, &mut state)
}

fn take_all<'s>(
    steps: impl Iterator<Item = (usize, &'s Step)>,
    fault: Option<usize>,
    state: &mut State<'_>,
) -> Result<(), Failure> {
    for (place, step) in steps {
        let taken = if fault == Some(place) {
            Err(Errno::IO)
        } else {
            take(step, state)
        };
        taken.map_err(|error| (u32::try_from(place).unwrap_or(EXEC), error))?;
    }
    Ok(())
}

/// Says why the command was not started, and ends.
fn fail(started: &OwnedFd, place: u32, error: Errno) -> ! {
    let failure = failure_of(place, error.raw_os_error());
    let told = rustix::io::write(started, &failure);
    fork::leave(if told.is_ok() { 125 } else { 124 })
}

/// The command's own process: takes the inner steps and becomes the command.
fn command(birth: &mut Birth, channel: &OwnedFd, started: &OwnedFd, turn: Option<Turn>) -> ! {
    let (place, error) = match prepare(birth, channel.as_fd(), turn) {
        Ok(()) => (
            EXEC,
            fork::execute(&birth.program, &birth.arguments, &birth.environment),
        ),
        Err(failure) => failure,
    };
    fail(started, place, error)
}

fn prepare(birth: &mut Birth, channel: BorrowedFd<'_>, turn: Option<Turn>) -> Result<(), Failure> {
    let own = |error| (EXEC, error);
    if let Some(turn) = turn {
        make_network(birth, channel, &turn)?;
    }
    give_streams(birth).map_err(own)?;
    fork::close_range(3, u32::MAX, Closing::AtExec).map_err(own)?;
    if birth.is_apart {
        rustix::process::setsid().map_err(own)?;
    }
    if let Some(most) = birth.open_files {
        let maximum = rustix::process::getrlimit(Resource::Nofile).maximum;
        let current = Some(maximum.map_or(most, |maximum| most.min(maximum)));
        rustix::process::setrlimit(Resource::Nofile, Rlimit { current, maximum }).map_err(own)?;
    }
    let mut state = State {
        slots: &mut [],
        streams: birth.streams,
        read: &mut birth.read,
        channel,
        origins: None,
    };
    let steps = (birth.outer.len()..).zip(&birth.inner);
    take_all(steps, birth.fault, &mut state)?;
    if birth.fault == Some(birth.outer.len().saturating_add(birth.inner.len())) {
        return Err((EXEC, Errno::IO));
    }
    if let Some(mask) = birth.mask {
        signal::set(mask);
    }
    Ok(())
}

/// Makes the three the command's first descriptors. Each is first moved out of the way of the others.
fn give_streams(birth: &Birth) -> Result<(), Errno> {
    let mut moved = [const { None }; 3];
    let kept = birth.streams.iter().zip(&birth.read).zip(&birth.devices);
    for (place, ((stream, read), device)) in moved.iter_mut().zip(kept) {
        let given = match (read, device) {
            (Some(read), _) => fork::duplicate_above(read.file.as_raw_fd(), 3)?,
            (None, Some(device)) => {
                let flags = device.flags | OFlags::CLOEXEC | OFlags::NOCTTY;
                let opened = rustix::fs::openat(CWD, device.path.as_c_str(), flags, Mode::empty())?;
                fork::duplicate_above(opened.as_raw_fd(), 3)?
            }
            (None, None) => fork::duplicate_above(*stream, 3)?,
        };
        *place = Some(given);
    }
    for (number, stream) in (0..).zip(moved.iter().flatten()) {
        fork::duplicate_onto(stream.as_raw_fd(), number)?;
    }
    Ok(())
}

fn close_streams(given: [RawFd; 3]) {
    for number in (0..3).chain(given) {
        // Where one was closed from the start, there is nothing to do.
        fork::close(number);
    }
}

/// A descriptor's number as `close_range` counts.
fn number_of(descriptor: &impl AsRawFd) -> u32 {
    u32::try_from(descriptor.as_raw_fd()).unwrap_or(u32::MAX)
}
