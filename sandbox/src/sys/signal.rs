//! Signals: none while a process is being made, and none of the host's handlers in it.
#![expect(unsafe_code, reason = "handlers and masks belong to the whole process")]

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::fork::{last_error, own};

/// A set of signals.
#[derive(Clone, Copy)]
pub(crate) struct Mask(libc::sigset_t);

impl std::fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mask")
    }
}

/// Holds all signals of this thread back, and says which were held back before.
pub(crate) fn hold_all() -> Mask {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call writes the set that it is given.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: the call above has written it.
    let all = unsafe { all.assume_init() };
    set(Mask(all))
}

/// Holds these signals back and no others, and says which were before.
pub(crate) fn set(mask: Mask) -> Mask {
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: both sets are live; the second is written, also where the call fails, as it cannot with this first word.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask.0, before.as_mut_ptr()) };
    // SAFETY: written by the call above.
    Mask(unsafe { before.assume_init() })
}

/// Takes the host's handlers away, which are no code that may run in a child. A signal that the host ignores stays
/// ignored, as `nohup` and shells want it, but for three: `SIGPIPE`, which Rust's programs ignore for themselves,
/// `SIGXFSZ`, which [`outlive_file_limits`](super::last_words::outlive_file_limits) does, and `SIGCHLD`, without which
/// nobody can be waited for.
pub(crate) fn reset_handlers() {
    for number in 1..=libc::SIGRTMAX() {
        let mut before = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: the old action is written to `before`, and no new one is set.
        unsafe { libc::sigaction(number, std::ptr::null(), before.as_mut_ptr()) };
        // SAFETY: an action of zeros is a valid one, and the call above has written another if it has not failed.
        let before = unsafe { before.assume_init() };
        let is_ours = matches!(number, libc::SIGPIPE | libc::SIGXFSZ | libc::SIGCHLD);
        if before.sa_sigaction == libc::SIG_IGN && !is_ours {
            continue;
        }
        if before.sa_sigaction == libc::SIG_DFL && before.sa_flags & libc::SA_NOCLDWAIT == 0 {
            continue;
        }
        // SAFETY: an action of zeros is the default one, with no flags and an empty mask.
        let action: libc::sigaction = unsafe { std::mem::zeroed() };
        // The two that cannot be changed fail, and need not be.
        // SAFETY: `action` is live, and the old one is not asked for.
        unsafe { libc::sigaction(number, &raw const action, std::ptr::null_mut()) };
    }
}

/// A descriptor that can be read when a child has changed its state. The signal has to be held back.
///
/// # Errors
/// What signalfd(2) says.
pub(crate) fn of_children() -> Result<OwnedFd, Errno> {
    descriptor_of(&[libc::SIGCHLD])
}

/// The set of these signals.
fn of(numbers: &[i32]) -> Mask {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call writes the set that it is given.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for number in numbers {
        // SAFETY: the set has been written.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *number) };
    }
    // SAFETY: the first call has written it.
    Mask(unsafe { set.assume_init() })
}

/// Holds these back as well, and says which were before.
fn hold(numbers: &[i32]) -> Mask {
    let before = hold_all();
    let mut held = before;
    for number in numbers {
        // SAFETY: the set is live and was written by the kernel.
        unsafe { libc::sigaddset(&raw mut held.0, *number) };
    }
    set(held);
    before
}

fn descriptor_of(numbers: &[i32]) -> Result<OwnedFd, Errno> {
    let set = of(numbers);
    // SAFETY: the set is live.
    let number = unsafe { libc::signalfd(-1, &raw const set.0, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    if number < 0 {
        return Err(last_error());
    }
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { own(number) })
}

/// Sends a signal to a process, or to all that the caller may reach if it is process 1 of its view and names -1.
///
/// # Errors
/// `ESRCH` where nobody is left.
pub(crate) fn send(process: i32, number: i32) -> Result<(), Errno> {
    // SAFETY: kill(2) touches no memory.
    match unsafe { libc::kill(process, number) } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}

/// The process group of a process, 0 being the caller; 0 where the group's leader is outside of the caller's process
/// namespace, and -1 where the process is gone.
pub(crate) fn group_of(process: i32) -> i32 {
    // SAFETY: getpgid(2) touches no memory.
    unsafe { libc::getpgid(process) }
}

/// Who sent a signal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// The kernel, for a terminal.
    Kernel,
    /// The kernel, for a descriptor that has something to read.
    Descriptor,
    /// A process.
    Process,
}

/// The signals that are handed on, held back and to be read from a descriptor. Dropping it gives them back.
#[derive(Debug)]
pub(crate) struct Signals {
    descriptor: OwnedFd,
    before: Mask,
}

impl Signals {
    /// Takes them.
    ///
    /// # Errors
    /// What signalfd(2) says.
    pub(crate) fn take() -> Result<Self, Errno> {
        let numbers = [
            libc::SIGHUP,
            libc::SIGINT,
            libc::SIGQUIT,
            libc::SIGTERM,
            libc::SIGUSR1,
            libc::SIGUSR2,
            libc::SIGCONT,
        ];
        let before = hold(&numbers);
        let descriptor = descriptor_of(&numbers).inspect_err(|_| {
            set(before);
        })?;
        Ok(Self { descriptor, before })
    }

    /// What was held back before them.
    pub(crate) fn before(&self) -> Mask {
        self.before
    }

    /// One that has arrived, and who sent it.
    pub(crate) fn next(&self) -> Option<(i32, Origin)> {
        let mut told = [0_u8; size_of::<libc::signalfd_siginfo>()];
        match rustix::io::read(&self.descriptor, &mut told) {
            Ok(count) if count == told.len() => {}
            _ => return None,
        }
        // The first and the third word of `struct signalfd_siginfo`: the number and the code.
        let word = |first: usize| {
            let bytes = told.get(first..first.saturating_add(4))?;
            Some(i32::from_ne_bytes(bytes.try_into().ok()?))
        };
        let origin = match word(8)? {
            libc::SI_KERNEL => Origin::Kernel,
            code if code > 0 => Origin::Descriptor,
            _ => Origin::Process,
        };
        Some((word(0)?, origin))
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        set(self.before);
    }
}

/// Sends a signal to this thread.
pub(crate) fn send_self(number: i32) {
    // SAFETY: raise(3) touches no memory.
    unsafe { libc::raise(number) };
}

/// Stops this process as a terminal's user does, until somebody has it go on or `wake` has something to read. It does
/// not stop where nobody could have it go on, that is, where no process of its session but of another group started it.
///
/// # Errors
/// What fcntl(2) and poll(2) say; the process has then not stopped.
pub(crate) fn stop_self(wake: BorrowedFd<'_>) -> Result<(), Errno> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    control(wake, libc::F_SETOWN, own)?;
    control(wake, F_SETSIG, libc::SIGCONT)?;
    let flags = rustix::fs::fcntl_getfl(wake)?;
    let before = hold(&[libc::SIGTSTP]);
    let stopped = control(wake, libc::F_SETFL, (flags | OFlags::ASYNC).bits().cast_signed()).and_then(|()| {
        // From here on SIGCONT takes back a stop that is held back still.
        send_self(libc::SIGTSTP);
        let none = Timespec::default();
        let count = poll(&mut [PollFd::new(&wake, PollFlags::IN)], Some(&none))?;
        if count > 0 {
            take_back(libc::SIGTSTP);
        }
        Ok(())
    });
    // The stop is here.
    set(before);
    let ended = control(wake, libc::F_SETFL, flags.bits().cast_signed());
    stopped.and(ended)
}

/// `F_SETSIG` of fcntl(2), the same number on every architecture that is served.
const F_SETSIG: libc::c_int = 10;

fn control(descriptor: BorrowedFd<'_>, command: libc::c_int, argument: libc::c_int) -> Result<(), Errno> {
    // SAFETY: fcntl(2) touches no memory with commands that take a number.
    match unsafe { libc::fcntl(descriptor.as_raw_fd(), command, argument) } {
        -1 => Err(last_error()),
        _ => Ok(()),
    }
}

/// Takes a signal back that is held back.
fn take_back(number: i32) {
    let set = of(&[number]);
    let none = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the set and the time are live, and nothing is to be told of the signal.
    unsafe { libc::sigtimedwait(&raw const set.0, std::ptr::null_mut(), &raw const none) };
}
