//! Empty directories that stand, for the time of a run, where something protected does not exist.
//!
//! What does not exist cannot be mounted read-only, and so could be made by the command. An empty directory is put at
//! the topmost missing component of such a path; git does not see empty directories. Runs share it, the last one takes
//! it away. Who relies on one holds a shared `flock` on it; who gets an exclusive one is alone and may remove it. An
//! extended attribute marks it, so that what a killed run left behind is known, adopted and removed by the next.
//!
//! It comes into its place by a rename, locked and marked already: a directory without the mark is never one of these.
//! On a file system without extended attributes of users nothing can be marked. There the maker still removes its own,
//! but runs that overlap may leave one behind, and so does a killed one. Where a directory cannot be locked
//! exclusively (NFS) it stays behind too.
//!
//! Whoever may write outside of the run can remove an empty directory, and with it what is mounted on it.

mod lay;
mod make;
mod sweep;

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{
    AtFlags, FlockOperation, XattrFlags, fgetxattr, flock, fremovexattr, fsetxattr, fstat, statat, unlinkat,
};
use rustix::io::{Errno, Result};

use crate::stand_in::Standing;

pub use lay::LayError;
pub(crate) use sweep::sweep;

/// The attribute that marks a placeholder.
const MARK: &std::ffi::CStr = c"user.execpolicy.placeholder";

/// All placeholders of one run. Dropping it takes them away, so it has to outlive everything that runs.
#[derive(Debug, Default)]
pub struct Placeholders {
    entries: Vec<Placeholder>,
    spared: Vec<Spared>,
    standing: Vec<Standing>,
}

/// One placeholder, held.
#[derive(Debug)]
pub struct Placeholder {
    path: PathBuf,
    parent: OwnedFd,
    name: CString,
    /// The directory itself, with the shared lock on it.
    own: OwnedFd,
    /// Whether it goes away without the mark: this run made it where nothing can be marked.
    made: bool,
}

/// A path that got no placeholder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spared {
    /// The path, as it was given.
    pub path: PathBuf,
    /// Why it needs none, or what has to be done instead.
    pub why: Spare,
}

/// Why a path got no placeholder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Spare {
    /// It exists, or does by now: it can be mounted read-only as it is.
    Exists,
    /// Where it would be made is in none of the writable roots.
    Outside,
    /// The caller may not make it there and cannot give itself the right: the file system is read-only, or the
    /// directory is another user's. Neither can the command, if it has no more rights than the caller.
    Denied,
    /// The caller may not make it in this directory but owns it, so that the command could change the mode and then
    /// make it. Mount this directory read-only instead: nothing can be made in it as it is.
    Guard(PathBuf),
    /// This stands in its way and is no directory. Protect it instead: once it is gone the path can be made.
    Blocked(PathBuf),
    /// No file can have such a name: it is too long.
    Impossible,
}

/// What became of a placeholder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Taken {
    /// It was removed.
    Removed,
    /// It was gone, or something else stands in its place.
    Gone,
    /// Another run holds it and will remove it.
    Shared,
    /// Somebody outside has put something into it, or made it theirs: it is no placeholder any more.
    Filled,
    /// It is a mount point in the caller's own mount namespace, where nothing can remove it.
    Mounted,
    /// The kernel refused; it stays.
    Failed(Errno),
}

impl Placeholders {
    /// Puts a placeholder wherever one of these paths does not exist and could be made in one of the writable
    /// directories. Paths are absolute and without links or `..`. Each placeholder takes two descriptors.
    ///
    /// # Errors
    ///
    /// One that is needed cannot be had; those that were laid are taken away again.
    pub fn lay(paths: &[PathBuf], writable: &[PathBuf]) -> std::result::Result<Self, LayError> {
        let mut all = Self::default();
        for path in paths {
            lay::one(&mut all, path, writable)?;
        }
        Ok(all)
    }

    /// Has these go with the placeholders.
    pub(crate) fn with(mut self, standing: Vec<Standing>) -> Self {
        self.standing = standing;
        self
    }

    /// What is held, to be mounted read-only and, by the last process of the run, to be taken away.
    pub fn entries(&self) -> &[Placeholder] {
        &self.entries
    }

    /// The paths that got none.
    pub fn spared(&self) -> &[Spared] {
        &self.spared
    }

    /// Takes all of them away once nothing of the run is left, in the order in which they were laid.
    pub fn remove(mut self) -> Vec<(PathBuf, Taken)> {
        let entries = std::mem::take(&mut self.entries);
        entries
            .into_iter()
            .map(|placeholder| {
                let taken = placeholder.take_away();
                (placeholder.path, taken)
            })
            .collect()
    }
}

impl Drop for Placeholders {
    fn drop(&mut self) {
        for placeholder in &self.entries {
            placeholder.take_away();
        }
    }
}

impl Placeholder {
    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a process that is to take it away has to keep open.
    pub(crate) fn descriptors(&self) -> [BorrowedFd<'_>; 2] {
        [self.parent.as_fd(), self.own.as_fd()]
    }

    /// Removes it unless another run holds it. May be called by several processes that inherited it, and again; after
    /// the first call it no longer protects. Allocates nothing and does nothing but system calls, so a forked process
    /// may call it.
    ///
    /// The caller must not be in the mount namespace in which something is mounted on it ([`Taken::Mounted`]).
    pub fn take_away(&self) -> Taken {
        // Of two runs that end at once, each gives its shared lock up first and only then looks for others' locks:
        // at least the later one finds none.
        match lock(self.own.as_fd(), FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Taken::Shared,
            Err(errno) => return Taken::Failed(errno),
        }
        let taken = self.take();
        // Whatever stays must not stay locked: nobody could hold it as a placeholder again.
        match lock(self.own.as_fd(), FlockOperation::Unlock) {
            Ok(()) => taken,
            Err(errno) => Taken::Failed(errno),
        }
    }

    /// Removes it, with the exclusive lock held.
    fn take(&self) -> Taken {
        if !is_named(self.parent.as_fd(), &self.name, self.own.as_fd()) {
            return Taken::Gone;
        }
        if !self.made && !is_marked(self.own.as_fd()) {
            return Taken::Filled;
        }
        match unlinkat(&self.parent, &self.name, AtFlags::REMOVEDIR) {
            Ok(()) => Taken::Removed,
            Err(Errno::NOENT) => Taken::Gone,
            Err(Errno::BUSY) => Taken::Mounted,
            Err(Errno::NOTEMPTY | Errno::EXIST) => match fremovexattr(&self.own, MARK) {
                Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => Taken::Filled,
                Err(errno) => Taken::Failed(errno),
            },
            Err(errno) => Taken::Failed(errno),
        }
    }
}

/// Whether a directory carries the mark.
pub(crate) fn is_marked(directory: BorrowedFd<'_>) -> bool {
    marked(directory) == Ok(true)
}

/// Whether a directory may be a placeholder: it carries the mark or, where none can, is empty.
pub(crate) fn may_be_one(directory: &OwnedFd) -> bool {
    match marked(directory.as_fd()) {
        Err(Errno::NOTSUP) => lay::is_empty(directory) == Ok(true),
        marked => marked == Ok(true),
    }
}

/// Whether a directory carries the mark; fails with `NOTSUP` where none can.
fn marked(directory: BorrowedFd<'_>) -> Result<bool> {
    match fgetxattr(directory, MARK, &mut [MaybeUninit::<u8>::uninit(); 8]) {
        // Longer than ours is still a mark.
        Ok(_) | Err(Errno::RANGE) => Ok(true),
        Err(Errno::NODATA) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Marks a directory. Says whether its file system can carry a mark.
fn mark(directory: BorrowedFd<'_>) -> Result<bool> {
    match fsetxattr(directory, MARK, b"1", XattrFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOTSUP) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Whether this name in a directory is that very directory.
pub(crate) fn is_named(parent: BorrowedFd<'_>, name: &std::ffi::CStr, own: BorrowedFd<'_>) -> bool {
    match (statat(parent, name, AtFlags::SYMLINK_NOFOLLOW), fstat(own)) {
        (Ok(named), Ok(held)) => (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino),
        _ => false,
    }
}

/// `flock`, however often a signal interrupts it: it never waits.
pub(crate) fn lock(directory: BorrowedFd<'_>, operation: FlockOperation) -> Result<()> {
    loop {
        match flock(directory, operation) {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
}
