//! Installing a filter over system calls.
#![expect(unsafe_code, reason = "seccomp(2) is reached by number")]

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::fork::{last_error, own};
use crate::bpf::Instruction;

/// Has the kernel ask this program before each system call of this thread and of its children, for good.
///
/// # Errors
/// `EACCES` without `no_new_privs`, `EINVAL` for a program that the kernel does not accept.
pub(crate) fn install(program: &[Instruction]) -> Result<(), Errno> {
    let filter = program_of(program)?;
    // SAFETY: `Instruction` has the layout of `sock_filter`, the kernel only reads it, and it lives through the call.
    match unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            0,
            &raw const filter,
        )
    } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}

/// As [`install`], for a program that has calls told: gives the descriptor where they are told.
///
/// # Errors
/// `EBUSY` where calls of this process are told to somebody already.
pub(crate) fn install_told(program: &[Instruction]) -> Result<OwnedFd, Errno> {
    let filter = program_of(program)?;
    // The observer does not let a killed process wait for it, where the kernel can tell the difference (5.19).
    for flags in [
        libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
        libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
    ] {
        // SAFETY: as for `install`.
        let number = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                flags,
                &raw const filter,
            )
        };
        match i32::try_from(number) {
            // SAFETY: the kernel has just made this descriptor for us.
            Ok(number) if number >= 0 => return Ok(unsafe { own(number) }),
            _ if last_error() == Errno::INVAL => {}
            _ => return Err(last_error()),
        }
    }
    Err(Errno::INVAL)
}

fn program_of(program: &[Instruction]) -> Result<libc::sock_fprog, Errno> {
    Ok(libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| Errno::INVAL)?,
        filter: program.as_ptr().cast::<libc::sock_filter>().cast_mut(),
    })
}

/// Whether the kernel knows this action of a filter.
pub(crate) fn knows(action: u32) -> bool {
    // SAFETY: the pointer is to a live word that the kernel only reads.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_GET_ACTION_AVAIL,
            0,
            &raw const action,
        )
    };
    result == 0
}
