//! A network namespace, and its interfaces.
#![expect(
    unsafe_code,
    reason = "ioctl(2) takes a structure that only its number tells, and unshare(2) is about the whole process"
)]

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::fork::last_error;

/// `struct ifreq` of netdevice(7), as far as flags need it.
#[repr(C)]
struct Request {
    name: [u8; libc::IFNAMSIZ],
    flags: libc::c_short,
    rest: [u8; 22],
}

/// Makes a network namespace for this process, with nothing in it that is switched on.
///
/// # Errors
/// `EPERM` without power over the user namespace, `ENOSPC` where there are too many.
pub(crate) fn make() -> Result<(), Errno> {
    // SAFETY: the call touches no memory, and this process has one thread, so nothing is left in the old namespace.
    match unsafe { libc::unshare(libc::CLONE_NEWNET) } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}

/// Goes into the network namespace of this process.
///
/// # Errors
/// `EPERM` without power over it.
pub(crate) fn join(process: impl AsFd) -> Result<(), Errno> {
    move_into_thread_name_spaces(process.as_fd(), ThreadNameSpaceType::NETWORK)
}

/// Switches an interface of this network namespace on.
///
/// # Errors
/// `ENODEV` where there is none of that name, `EPERM` without power over the namespace.
pub(crate) fn switch_on(name: &CStr) -> Result<(), Errno> {
    let socket =
        rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    let up = libc::c_short::try_from(libc::IFF_UP | libc::IFF_RUNNING).map_err(|_| Errno::INVAL)?;
    let mut request = Request {
        name: [0; libc::IFNAMSIZ],
        flags: up,
        rest: [0; 22],
    };
    // The name keeps a null at its end.
    let places = request.name.iter_mut().take(libc::IFNAMSIZ - 1);
    for (place, byte) in places.zip(name.to_bytes()) {
        *place = *byte;
    }
    // SAFETY: the request is live, of the kernel's layout and size, and only read.
    match unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}
