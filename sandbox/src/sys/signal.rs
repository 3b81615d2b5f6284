//! Signals: none while a process is being made, and none of the host's handlers in it.
#![expect(unsafe_code, reason = "handlers and masks belong to the whole process")]

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

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

/// Gives each signal its default meaning. For a child: the host's handlers are no code that may run in it.
pub(crate) fn reset_handlers() {
    for number in 1..=libc::SIGRTMAX() {
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

fn descriptor_of(numbers: &[i32]) -> Result<OwnedFd, Errno> {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call writes the set that it is given.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for number in numbers {
        // SAFETY: the set has been written.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *number) };
    }
    // SAFETY: the set is live and written.
    let number = unsafe { libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
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

/// Who sent a signal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// The kernel, for a terminal.
    Kernel,
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
        let before = hold_all();
        let mut held = before;
        for number in numbers {
            // SAFETY: the set is live and was written by the kernel.
            unsafe { libc::sigaddset(&raw mut held.0, number) };
        }
        set(held);
        let descriptor = descriptor_of(&numbers).inspect_err(|_| {
            set(before);
        })?;
        Ok(Self { descriptor, before })
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

/// Stops this process, until somebody has it go on.
pub(crate) fn stop_self() {
    // SAFETY: raise(3) touches no memory.
    unsafe { libc::raise(libc::SIGSTOP) };
}
