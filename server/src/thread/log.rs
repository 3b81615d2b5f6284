//! The log of one thread: a file that facts are appended to, and that only one connection has.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatekeeper::KeptDirectory;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::fact::{Fact, Kept};

/// Bytes of a log past which items are kept without their output.
const LONG: u64 = 8 * 1024 * 1024;

/// Bytes of a log. Past it nothing more is kept.
const MOST: u64 = 16 * 1024 * 1024;

/// The log of one thread, locked for as long as somebody has it: another connection, of this server or of another, gets
/// [`OpenLogError::Taken`].
#[derive(Debug)]
pub(crate) struct Log(Mutex<Written>);

#[derive(Debug)]
struct Written {
    file: File,
    /// Bytes of the whole lines in it.
    length: u64,
    /// Somebody else may have it by now.
    is_released: bool,
}

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenLogError {
    /// There is no such file.
    #[error("there is no such thread in the log")]
    Missing,
    /// Another connection has it.
    #[error("the thread belongs to another connection; fork it, or resume it when that is over")]
    Taken,
    /// It is no log of this thread.
    #[error("the log of the thread cannot be read: {0}")]
    Corrupt(&'static str),
    /// What the kernel said.
    #[error("the log of the thread cannot be opened: {0}")]
    System(#[from] io::Error),
}

impl Log {
    /// A new one, which nobody has.
    ///
    /// # Errors
    /// It is there already, or cannot be made.
    pub(crate) fn create(directory: &KeptDirectory, name: &str) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
        let file = open(directory, name, flags)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self(Mutex::new(Written::of(file, 0))))
    }

    /// One that is there, with what it says. A line that was not finished is cut off.
    ///
    /// # Errors
    /// [`OpenLogError`].
    pub(crate) fn take(directory: &KeptDirectory, name: &str) -> Result<(Self, Vec<Fact>), OpenLogError> {
        let mut file = open(directory, name, OFlags::RDWR | OFlags::APPEND).map_err(missing)?;
        lock(&file)?;
        let (facts, length) = facts(&mut file)?;
        // Whoever removed it while it was opened had the lock then.
        if file.metadata()?.nlink() == 0 {
            return Err(OpenLogError::Missing);
        }
        file.set_len(length)?;
        // It may have been put there by hand, for others to read.
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok((Self(Mutex::new(Written::of(file, length))), facts))
    }

    /// What one says, whoever has it.
    ///
    /// # Errors
    /// [`OpenLogError`].
    pub(crate) fn read(directory: &KeptDirectory, name: &str) -> Result<Vec<Fact>, OpenLogError> {
        let mut file = open(directory, name, OFlags::RDONLY).map_err(missing)?;
        Ok(facts(&mut file)?.0)
    }

    /// Appends a fact, by one call; the whole line, or nothing.
    ///
    /// # Errors
    /// The log was released or is full, or cannot be written.
    pub(crate) fn append(&self, fact: Fact) -> io::Result<()> {
        let kept = if self.written().length > LONG {
            Kept::Outline
        } else {
            Kept::Bounded
        };
        // Nobody waits for what is masked here.
        let mut line = serde_json::to_vec(&fact.kept(kept))?;
        line.push(b'\n');
        let mut written = self.written();
        if written.is_released {
            return Err(io::Error::other("it was given back"));
        }
        let length = |line: &[u8]| u64::try_from(line.len()).unwrap_or(u64::MAX);
        let after = written.length.saturating_add(length(&line));
        if after > MOST {
            return Err(io::Error::other(format!("it is longer than {MOST} bytes")));
        }
        let found = written.file.metadata()?;
        if found.nlink() == 0 {
            return Err(io::Error::other("somebody has removed it"));
        }
        // What a full disk or a kill has left of a line shall not spoil the next one.
        if found.len() > written.length {
            let whole = written.length;
            written.file.set_len(whole)?;
        }
        // Neither shall what somebody has cut off.
        if found.len() < written.length {
            written.length = found.len();
            line.insert(0, b'\n');
        }
        if written.file.write(&line)? < line.len() {
            let whole = written.length;
            written.file.set_len(whole)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        written.length = written.length.saturating_add(length(&line));
        Ok(())
    }

    /// Gives the lock back, even where a process still has the descriptor. Nothing is written after that.
    pub(crate) fn release(&self) {
        // Where that fails the lock goes with the descriptor.
        let mut written = self.written();
        written.is_released = true;
        let _released = flock(&written.file, FlockOperation::Unlock);
    }

    /// Each change is one step: what is there is whole.
    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn of(file: File, length: u64) -> Self {
        Self {
            file,
            length,
            is_released: false,
        }
    }
}

impl Drop for Log {
    /// A process that is being made may have the descriptor for another moment.
    fn drop(&mut self) {
        self.release();
    }
}

/// Opens a file of the user's own.
pub(super) fn open(directory: &KeptDirectory, name: &str, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file: File = openat(directory, name, flags, Mode::RUSR | Mode::WUSR)?.into();
    let found = file.metadata()?;
    if !found.is_file() || found.uid() != geteuid().as_raw() || found.mode() & 0o022 != 0 {
        return Err(io::Error::other(
            "it is not a file that this user alone may write",
        ));
    }
    Ok(file)
}

/// Locks a file that nobody has.
pub(super) fn lock(file: impl AsFd) -> Result<(), OpenLogError> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => Err(OpenLogError::Taken),
        Err(error) => Err(io::Error::from(error).into()),
    }
}

fn missing(error: io::Error) -> OpenLogError {
    if error.kind() == io::ErrorKind::NotFound {
        OpenLogError::Missing
    } else {
        OpenLogError::System(error)
    }
}

/// What the whole lines of a log say, and how many bytes they have.
fn facts(file: &mut File) -> Result<(Vec<Fact>, u64), OpenLogError> {
    let mut bytes = Vec::new();
    file.take(MOST.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST) {
        return Err(OpenLogError::Corrupt("it is too long"));
    }
    let whole = bytes.iter().rposition(|byte| *byte == b'\n');
    let whole = whole.map_or(0, |last| last.saturating_add(1));
    let lines = bytes
        .get(..whole)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n');
    // A line that cannot be read says nothing, and keeps no other from being read.
    let facts = lines.filter_map(|line| serde_json::from_slice(line).ok());
    Ok((facts.collect(), u64::try_from(whole).unwrap_or(MOST)))
}
