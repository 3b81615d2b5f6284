//! A directory of the user's own in which the gate keeps what nobody else may change.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{
    AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, Stat, fchmod, flock, fstat, fsync, openat,
    renameat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

/// How long somebody waits for a lock that another process holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How often it is tried.
    pub(crate) tries: usize,
    /// What is waited after each.
    pub(crate) pause: Duration,
}

impl Patience {
    /// Ten seconds, for what has to be written.
    pub(crate) const LONG: Self = Self {
        tries: 1000,
        pause: Duration::from_millis(10),
    };
}

/// A directory of the user's own in which the gate keeps what nobody else may change, held open.
#[derive(Debug)]
pub struct KeptDirectory(OwnedFd);

/// The right to change what is kept, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _held: OwnedFd,
}

impl KeptDirectory {
    /// Opens it to be read; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read, it is somebody else's, or somebody else may write it.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let held = match openat(CWD, path, flags, Mode::empty()) {
            Ok(held) => held,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        own(&fstat(&held)?, "the directory")?;
        Ok(Some(Self(held)))
    }

    /// Opens it to be written; it is made where there is none, for its owner alone.
    ///
    /// # Errors
    /// It cannot be made or read, it is somebody else's, or somebody else may write it.
    pub fn create(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let kept = Self::open(path)?.ok_or(Errno::NOENT)?;
        fchmod(&kept.0, Mode::RWXU)?;
        Ok(kept)
    }

    /// Waits for the lock of this name, for ten seconds at most.
    ///
    /// # Errors
    /// The lock cannot be made, or somebody else holds it all the while.
    pub(crate) fn lock(&self, name: &str) -> io::Result<Lock> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let held = openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?;
        wait_for(&held, Patience::LONG)?;
        Ok(Lock { _held: held })
    }

    /// What a file in it holds; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read, is not a file, is longer than this, is somebody else's, or somebody else may write it.
    pub(crate) fn read(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let held = match openat(&self.0, name, flags, Mode::empty()) {
            Ok(held) => held,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = fstat(&held)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(io::Error::other("it is not a file"));
        }
        own(&found, "it")?;
        let mut bytes = Vec::new();
        File::from(held)
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
            Ok(Some(bytes))
        } else {
            Err(io::Error::other(format!("it is longer than {most} bytes")))
        }
    }

    /// Puts this in the place of what a file in it holds: who reads it meanwhile, or after a crash, sees the one or the
    /// other, whole. Whoever calls this holds the lock.
    ///
    /// # Errors
    /// Whatever keeps it from being written; what was there is there still.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8], _lock: &Lock) -> io::Result<()> {
        let new = format!("{name}.new");
        let written = self.write(&new, bytes).and_then(|()| {
            renameat(&self.0, &*new, &self.0, name)?;
            fsync(&self.0)?;
            Ok(())
        });
        if written.is_err() {
            // What is left of it disturbs nobody: the next one is written over it.
            unlinkat(&self.0, &*new, AtFlags::empty()).ok();
        }
        written
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?;
        let mut file = File::from(held);
        file.write_all(bytes)?;
        file.sync_all()
    }
}

impl AsFd for KeptDirectory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Waits until nobody else holds the lock of a file or directory. It is given back when the descriptor is closed.
///
/// # Errors
/// Somebody else holds it all the while ([`io::ErrorKind::TimedOut`]), or it has none.
pub(crate) fn wait_for(held: impl AsFd, patience: Patience) -> io::Result<()> {
    for _ in 0..patience.tries {
        match flock(&held, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(Errno::WOULDBLOCK | Errno::INTR) => thread::sleep(patience.pause),
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        "another process holds it",
    ))
}

/// Refuses what somebody else may have changed.
fn own(found: &Stat, what: &str) -> io::Result<()> {
    let user = geteuid().as_raw();
    if found.st_uid != user {
        let owner = found.st_uid;
        return Err(io::Error::other(format!(
            "{what} belongs to user {owner}, not to user {user}"
        )));
    }
    if found.st_mode & 0o022 != 0 {
        let mode = found.st_mode & 0o7777;
        return Err(io::Error::other(format!(
            "{what} may be written by others than its owner (mode {mode:03o})"
        )));
    }
    Ok(())
}
