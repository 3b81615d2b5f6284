//! Making a process: with namespaces of its own, or as a plain copy; and becoming another program.
#![expect(
    unsafe_code,
    reason = "fork and exec are promises about the whole process that no type can make"
)]

use std::ffi::CStr;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use rustix::io::Errno;
use rustix::process::Pid;

/// Which side of a fork this is.
#[derive(Debug)]
pub(crate) enum Side {
    /// The new process.
    Child,
    /// The old one, with the new one's number and a descriptor of it.
    Parent {
        /// Its number, as the caller's process namespace counts.
        pid: Pid,
        /// A descriptor of it, which is never another process's.
        descriptor: OwnedFd,
    },
}

/// Namespaces to be made with a new process: the `CLONE_NEW*` bits of clone(2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Namespaces(u64);

impl Namespaces {
    /// None.
    pub(crate) const NONE: Self = Self(0);
    /// Users.
    pub(crate) const USER: Self = Self(libc::CLONE_NEWUSER as u64);
    /// Mounts.
    pub(crate) const MOUNTS: Self = Self(libc::CLONE_NEWNS as u64);
    /// Processes, System V objects and host names: what goes without saying.
    pub(crate) const VIEW: Self = Self((libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS) as u64);

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the other's are among them.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::fmt::Display for Namespaces {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = [
            (Self::USER, "user"),
            (Self::MOUNTS, "mount"),
            (Self::VIEW, "process, ipc and host name"),
        ];
        let names: Vec<&str> = names
            .iter()
            .filter(|(one, _)| self.has(*one))
            .map(|(_, name)| *name)
            .collect();
        write!(formatter, "{} namespaces", names.join(", "))
    }
}

/// Makes a process that is a copy of this one, in these namespaces.
///
/// # Errors
/// What clone(2) says: `EPERM` and `ENOSPC` where namespaces are forbidden or used up, `EAGAIN` at a bound of processes.
///
/// # Safety
/// The child has one thread, and may have been forked while others held locks. Until it calls [`execute`] or [`leave`]
/// it must not allocate, take a lock, nor run code that may.
pub(crate) unsafe fn fork(namespaces: Namespaces) -> Result<Side, Errno> {
    let mut descriptor: libc::c_int = -1;
    let flags = namespaces.0 | libc::CLONE_PIDFD as u64 | libc::SIGCHLD as u64;
    let out: *mut libc::c_int = &raw mut descriptor;
    let none = std::ptr::null_mut::<libc::c_void>();
    // The order of the last two arguments differs between architectures; both are null.
    // SAFETY: without CLONE_VM and with a null stack clone(2) copies the process as fork(2) does; `out` points to a
    // live integer, where CLONE_PIDFD stores the descriptor. What the child may do is the caller's promise.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, none, out, none, none) };
    match i32::try_from(pid).unwrap_or(-1) {
        0 => Ok(Side::Child),
        pid if pid > 0 => {
            let pid = Pid::from_raw(pid).ok_or(Errno::SRCH)?;
            // SAFETY: the kernel has just made this descriptor for us, and nobody else knows it.
            let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };
            Ok(Side::Parent { pid, descriptor })
        }
        _ => Err(last_error()),
    }
}

/// Whether a filter refuses new namespaces before the kernel looks at what was asked: a combination that the kernel
/// itself calls invalid is asked for, so that no process comes of it.
pub(crate) fn are_namespaces_refused() -> bool {
    let flags = Namespaces::USER.0 | libc::CLONE_FS as u64;
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: clone(2) refuses CLONE_NEWUSER with CLONE_FS, so no process is made and no memory is touched.
    let result = unsafe { libc::syscall(libc::SYS_clone, flags, none, none, none, none) };
    result != 0 && matches!(last_error(), Errno::PERM | Errno::NOSYS)
}

/// A list of C strings with a null at its end, as exec wants it. Built before the fork.
#[derive(Debug)]
pub(crate) struct Strings {
    pointers: Vec<*const libc::c_char>,
    /// What the pointers point into.
    _texts: Vec<std::ffi::CString>,
}

impl Strings {
    /// The list of these texts.
    pub(crate) fn new(texts: Vec<std::ffi::CString>) -> Self {
        let mut pointers: Vec<*const libc::c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        pointers.push(std::ptr::null());
        Self {
            pointers,
            _texts: texts,
        }
    }
}

/// Becomes another program. Returns only if it could not.
pub(crate) fn execute(program: &CStr, arguments: &Strings, environment: &Strings) -> Errno {
    // SAFETY: the three are ended as execve(2) wants it, and the pointers point into texts that live as long.
    unsafe {
        libc::execve(
            program.as_ptr(),
            arguments.pointers.as_ptr(),
            environment.pointers.as_ptr(),
        )
    };
    last_error()
}

/// Ends this process at once, without any of the program's own ends.
pub(crate) fn leave(status: i32) -> ! {
    // SAFETY: _exit(2) has no preconditions.
    unsafe { libc::_exit(status) }
}

/// Takes a descriptor of this number as its owner.
///
/// # Safety
/// The number must be open, and nobody else may own it.
pub(crate) unsafe fn own(number: RawFd) -> OwnedFd {
    // SAFETY: the caller's promise.
    unsafe { OwnedFd::from_raw_fd(number) }
}

/// What the last call of the C library failed with.
pub(crate) fn last_error() -> Errno {
    // SAFETY: the call has no preconditions.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: the pointer is to this thread's own error number.
    let number = unsafe { *place };
    Errno::from_raw_os_error(number)
}

/// Makes every descriptor from `first` to `last` one that exec closes, or closes it now.
///
/// # Errors
/// `ENOSYS` before Linux 5.9, `EINVAL` for `Closing::AtExec` before 5.11.
pub(crate) fn close_range(first: u32, last: u32, closing: Closing) -> Result<(), Errno> {
    let flags: libc::c_uint = match closing {
        Closing::Now => 0,
        Closing::AtExec => libc::CLOSE_RANGE_CLOEXEC,
    };
    // SAFETY: closing descriptors touches no memory; the child owns all of its descriptors, and uses none of these.
    match unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}

/// When descriptors are closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Closing {
    /// Now.
    Now,
    /// When another program is executed.
    AtExec,
}

/// Makes a second descriptor of the same file, of a number from `lowest` on.
///
/// # Errors
/// `EBADF` where the descriptor is not open.
pub(crate) fn duplicate_above(descriptor: RawFd, lowest: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: fcntl(2) touches no memory with this command.
    match unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, lowest) } {
        // SAFETY: the kernel has just made this descriptor for us.
        number if number >= 0 => Ok(unsafe { own(number) }),
        _ => Err(last_error()),
    }
}

/// Makes `number` a second descriptor of the same file, which exec does not close.
///
/// # Errors
/// `EBADF` where the descriptor is not open.
pub(crate) fn duplicate_onto(descriptor: RawFd, number: RawFd) -> Result<(), Errno> {
    // SAFETY: dup2(2) touches no memory; what it closes belongs to the child.
    match unsafe { libc::dup2(descriptor, number) } {
        number if number >= 0 => Ok(()),
        _ => Err(last_error()),
    }
}

/// Closes a descriptor, if it is open.
pub(crate) fn close(number: RawFd) {
    // SAFETY: the child owns all of its descriptors, and uses this one no more.
    unsafe { libc::close(number) };
}
