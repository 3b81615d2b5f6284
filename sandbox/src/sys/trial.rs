//! A child that makes namespaces and ends: what no setting says is found out by trying.
#![expect(unsafe_code, reason = "a process is forked")]

use std::ffi::CStr;
use std::os::fd::AsFd;

use rustix::io::Errno;
use rustix::mount::MountFlags;
use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::fork::{self, Namespaces, Side};
use super::{mount, signal};

/// Tries a view of the files and of the processes, with users of its own or without.
///
/// # Errors
/// What the kernel said to the first thing that it refused.
pub(crate) fn view(own_users: bool) -> Result<(), Errno> {
    let namespaces = Namespaces::MOUNTS.and(Namespaces::VIEW);
    let namespaces = if own_users {
        namespaces.and(Namespaces::USER)
    } else {
        namespaces
    };
    let before = signal::hold_all();
    // SAFETY: the child only makes two mounts, without allocating, and leaves.
    let forked = unsafe { fork::fork(namespaces) };
    if let Ok(Side::Child) = forked {
        fork::leave(mounts().map_or_else(Errno::raw_os_error, |()| 0));
    }
    signal::set(before);
    let Side::Parent { descriptor, .. } = forked? else {
        fork::leave(124);
    };
    let status = loop {
        match waitid(WaitId::PidFd(descriptor.as_fd()), WaitIdOptions::EXITED) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    match status.and_then(|status| status.exit_status()) {
        Some(0) => Ok(()),
        Some(number) => Err(Errno::from_raw_os_error(number)),
        None => Err(Errno::CHILD),
    }
}

fn mounts() -> Result<(), Errno> {
    mount::make_private(c"/")?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    rustix::mount::mount(c"proc", c"/proc", c"proc", flags, None::<&CStr>)
}
