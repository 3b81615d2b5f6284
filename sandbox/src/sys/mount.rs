//! Mounts, as far as rustix has no call for them.
#![expect(unsafe_code, reason = "mount_setattr(2) is reached by number")]

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd};

use rustix::io::Errno;

use super::fork::last_error;

/// Attributes of a mount, of `mount_setattr(2)`.
pub(crate) const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY;
/// Set-user-id bits have no effect.
pub(crate) const NO_SET_ID: u64 = libc::MOUNT_ATTR_NOSUID;
/// Device files cannot be opened.
pub(crate) const NO_DEVICES: u64 = libc::MOUNT_ATTR_NODEV;

/// How far a change of a mount goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// This mount.
    One,
    /// And all below it.
    Tree,
}

/// Sets attributes of what is mounted at `path` below `directory`, or of `directory` itself if the path is empty.
///
/// # Errors
/// `ENOSYS` before Linux 5.12; otherwise what `mount_setattr(2)` says.
pub(crate) fn set_attributes(directory: impl AsFd, path: &CStr, set: u64, reach: Reach) -> Result<(), Errno> {
    change(directory, path, set, 0, reach)
}

/// Cuts what is mounted at `path`, and all below it, off from what other namespaces do.
///
/// # Errors
/// As for [`set_attributes`].
pub(crate) fn make_private(path: &CStr) -> Result<(), Errno> {
    change(rustix::fs::CWD, path, 0, libc::MS_PRIVATE, Reach::Tree)
}

fn change(directory: impl AsFd, path: &CStr, set: u64, propagation: u64, reach: Reach) -> Result<(), Errno> {
    let attributes = libc::mount_attr {
        attr_set: set,
        attr_clr: 0,
        propagation,
        userns_fd: 0,
    };
    let mut flags = libc::AT_EMPTY_PATH;
    if reach == Reach::Tree {
        flags |= libc::AT_RECURSIVE;
    }
    let directory = directory.as_fd().as_raw_fd();
    let size = size_of::<libc::mount_attr>();
    // SAFETY: `path` is ended by a null, and `attributes` lives through the call and is of the size that is told.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            directory,
            path.as_ptr(),
            flags,
            &raw const attributes,
            size,
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}
