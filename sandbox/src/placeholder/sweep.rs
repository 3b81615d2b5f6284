//! Removes what runs that were killed while they made something have left under its first name.

use std::mem::MaybeUninit;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, RawDir, openat, unlinkat};

use super::lock;

/// Entries of a directory that are looked through for what killed runs left.
const SWEPT: usize = 10_000;

/// Removes what is in a directory under a name that begins so, and that nobody holds locked: directories that are empty,
/// where `how` is to remove these, and else files that are known.
pub(crate) fn sweep(parent: &OwnedFd, prefix: &str, how: AtFlags, is_known: impl Fn(&OwnedFd) -> bool) {
    let plain = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(readable) = openat(parent, c".", plain | OFlags::DIRECTORY, Mode::empty()) else {
        return;
    };
    let opened_as = if how.contains(AtFlags::REMOVEDIR) {
        plain | OFlags::DIRECTORY
    } else {
        plain
    };
    let mut buffer = vec![MaybeUninit::uninit(); 16 << 10];
    let mut left = RawDir::new(&readable, &mut buffer);
    for _ in 0..SWEPT {
        let Some(Ok(entry)) = left.next() else {
            return;
        };
        let name = entry.file_name();
        if name.to_bytes().starts_with(prefix.as_bytes())
            && let Ok(own) = openat(parent, name, opened_as, Mode::empty())
            && is_known(&own)
            && lock(own.as_fd(), FlockOperation::NonBlockingLockExclusive).is_ok()
        {
            // What stays is swept away by the next run.
            unlinkat(parent, name, how).unwrap_or_default();
        }
    }
}
