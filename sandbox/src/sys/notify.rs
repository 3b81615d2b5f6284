//! System calls that wait for an answer: seccomp's user notification, as `seccomp_unotify(2)` has it.
#![expect(
    unsafe_code,
    reason = "neither seccomp(2) nor its listener has a safe binding"
)]

use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use super::fork::last_error;

/// Of `SECCOMP_IOCTL_NOTIF_SET_FLAGS`, since Linux 6.6: who is woken runs on the waker's processor.
const SYNC_WAKE_UP: libc::c_ulong = 1;

/// A system call that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notification {
    /// What an answer names.
    pub(crate) id: u64,
    /// The thread that called, as the reader's process namespace numbers it. 0 where it is not seen from there.
    pub(crate) thread: u32,
    /// The number of the call, of the native architecture if the filter passes no other.
    pub(crate) call: u32,
    /// Its arguments.
    pub(crate) arguments: [u64; 6],
}

/// The end of a filter that answers.
#[derive(Debug)]
pub(crate) struct Listener {
    descriptor: OwnedFd,
    /// Room for a notification, and for an answer, of the kernel's size, which may be larger than the header's.
    notification: Vec<u64>,
    answer: Vec<u64>,
}

impl Listener {
    /// Takes the descriptor that [`super::seccomp::install_told`] returned.
    pub(crate) fn new(descriptor: OwnedFd) -> Result<Self, Errno> {
        let mut sizes = libc::seccomp_notif_sizes {
            seccomp_notif: 0,
            seccomp_notif_resp: 0,
            seccomp_data: 0,
        };
        // SAFETY: the kernel writes one structure of this type.
        let asked = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_GET_NOTIF_SIZES,
                0,
                &raw mut sizes,
            )
        };
        if asked != 0 {
            return Err(last_error());
        }
        let room = |kernel: u16, header: usize| vec![0; usize::from(kernel).max(header).div_ceil(8)];
        let listener = Self {
            notification: room(sizes.seccomp_notif, size_of::<libc::seccomp_notif>()),
            answer: room(sizes.seccomp_notif_resp, size_of::<libc::seccomp_notif_resp>()),
            descriptor,
        };
        // SAFETY: takes a number. A kernel that does not know it refuses, which costs only speed.
        let _slower = unsafe {
            libc::ioctl(
                listener.descriptor.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS,
                SYNC_WAKE_UP,
            )
        };
        Ok(listener)
    }

    /// The next call that waits; waits for one itself where none does.
    ///
    /// `NOENT`: who called was killed meanwhile. `NOTCONN`: nobody is left who could call.
    pub(crate) fn receive(&mut self) -> Result<Notification, Errno> {
        // The kernel refuses room that is not zero.
        self.notification.fill(0);
        let room = self.notification.as_mut_ptr();
        // SAFETY: the room is as large as the kernel says it needs.
        let received =
            unsafe { libc::ioctl(self.descriptor.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, room) };
        if received != 0 {
            return Err(last_error());
        }
        // SAFETY: the room is at least as large, aligned to eight bytes, and of numbers only, for which all bits are fine.
        let notification = unsafe { room.cast::<libc::seccomp_notif>().read() };
        Ok(Notification {
            id: notification.id,
            thread: notification.pid,
            call: notification.data.nr.cast_unsigned(),
            arguments: notification.data.args,
        })
    }

    /// Lets the call go on as if nobody had looked: the kernel judges it now, on what stands in memory now.
    ///
    /// `NOENT`: it does not wait any more, so that what was read for it may be another process's.
    pub(crate) fn go_on(&mut self, id: u64) -> Result<(), Errno> {
        let room = self.answer.as_mut_ptr();
        // SAFETY: the room is at least as large, and aligned to eight bytes.
        unsafe {
            room.cast::<libc::seccomp_notif_resp>()
                .write(libc::seccomp_notif_resp {
                    id,
                    val: 0,
                    error: 0,
                    flags: CONTINUE,
                });
        }
        // SAFETY: the room is as large as the kernel says it reads.
        let sent = unsafe { libc::ioctl(self.descriptor.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, room) };
        if sent == 0 { Ok(()) } else { Err(last_error()) }
    }

    /// Whether the call still waits, so that its thread was still itself when it was last looked at.
    pub(crate) fn waits(&self, id: u64) -> bool {
        // SAFETY: the kernel reads one number.
        let valid = unsafe {
            libc::ioctl(
                self.descriptor.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_ID_VALID,
                &raw const id,
            )
        };
        valid == 0
    }
}

/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE`, in the answer's type.
const CONTINUE: u32 = 1;

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
