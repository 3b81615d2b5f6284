//! The log: every decision one line of JSON, appended, bounded, and without secrets.
//!
//! A line is written by one call, so that lines of several processes never mix, and no lock is taken for it. A file that
//! is full is moved aside under a lock, and the oldest of those goes; while somebody else holds the lock, lines go to the
//! full one. Nothing is forced to the disk: what the kernel has is safe from the end of this process, and a power failure
//! may cost the last lines.

mod context;
mod end;
mod entry;
mod journal;
mod last_uses;
mod mask;
mod reader;
mod reason;
#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use rustix::fs::{CWD, Mode, OFlags, openat};
use serde::Serialize;

use crate::kept_directory::{Patience, wait_for};

pub use context::{ApprovalEntry, ContextEntry, DialectWord, ProgramEntry};
pub use end::{EndEntry, ViolationEntry};
pub(crate) use entry::asks;
pub use entry::{AnswerEntry, Asker, Entry, LogSchemaName, NotReplayable, Record, SegmentEntry};
pub use journal::Journal;
pub use last_uses::{LastUse, LastUses};
pub use mask::masked;
pub use reader::{Line, Lines, ReadError, files};
pub use reason::{Reason, ReasonKind, RulePlace};

/// Bytes of one line; a decision that takes more is told without its segments.
const LONGEST_LINE: usize = 1024 * 1024;

/// For how long the lock is waited for. To move files aside takes far less, and a decision waits for it.
const PATIENCE: Patience = Patience {
    tries: 100,
    pause: Duration::from_millis(2),
};

/// How much is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Bytes of one file; one line may reach beyond, and more while another process holds the lock.
    pub file: u64,
    /// Files that are kept beside the one that is written to.
    pub files: u32,
}

impl Default for Bounds {
    /// Eight files of 32 MiB beside the one that is written to.
    fn default() -> Self {
        Self {
            file: 32 * 1024 * 1024,
            files: 8,
        }
    }
}

/// A log that lines are appended to. Share it between threads and processes.
#[derive(Debug)]
pub struct Log {
    directory: PathBuf,
    bounds: Bounds,
    file: Mutex<File>,
}

/// Why nothing was appended, or not all of a line. No verdict depends on it; whoever decided says so.
#[derive(Debug, thiserror::Error)]
#[error("the log `{}` cannot be written: {source}", path.display())]
pub struct LogError {
    /// The file or directory.
    pub path: PathBuf,
    /// What the kernel said.
    #[source]
    pub source: io::Error,
}

impl Log {
    /// Opens the log of a directory, and makes both where they are missing, for this user alone. A link in the place of
    /// the file is not followed.
    ///
    /// # Errors
    /// [`LogError`] where the directory cannot be made or the file cannot be opened.
    pub fn open(directory: &Path) -> Result<Self, LogError> {
        Self::with_bounds(directory, Bounds::default())
    }

    /// As [`Log::open`], with other bounds.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn with_bounds(directory: &Path, bounds: Bounds) -> Result<Self, LogError> {
        let file = match open(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
                made.and_then(|()| open(directory))
            }
            opened => opened,
        };
        let failed = |source| LogError {
            path: path_of(directory),
            source,
        };
        Ok(Self {
            directory: directory.to_owned(),
            bounds,
            file: Mutex::new(file.map_err(failed)?),
        })
    }

    /// Appends a decision. It costs about a tenth of a millisecond.
    ///
    /// # Errors
    /// [`LogError`]; the line is then missing, or cut where the disk is full.
    pub fn append(&self, entry: &Entry) -> Result<(), LogError> {
        let mut line = line_of(&Written::Decision(entry));
        if line.len() > LONGEST_LINE {
            let short = Entry {
                segments: Vec::new(),
                further_segments: entry.further_segments.saturating_add(entry.segments.len()),
                ..entry.clone()
            };
            line = line_of(&Written::Decision(&short));
        }
        self.write(line)
    }

    /// Appends how a run ended.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn append_end(&self, end: &EndEntry) -> Result<(), LogError> {
        self.write(line_of(&Written::End(end)))
    }

    fn write(&self, line: Vec<u8>) -> Result<(), LogError> {
        self.try_write(line).map_err(|source| LogError {
            path: path_of(&self.directory),
            source,
        })
    }

    fn try_write(&self, mut line: Vec<u8>) -> io::Result<()> {
        let mut file = match self.file.lock() {
            Ok(file) => file,
            // Whoever panicked with it has left a file that is open.
            Err(poisoned) => poisoned.into_inner(),
        };
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let found = file.metadata()?;
        let mut size = found.len();
        if found.nlink() == 0 || size > 0 && size.saturating_add(length) > self.bounds.file {
            *file = rotated(&self.directory, self.bounds, length)?;
            size = file.metadata()?.len();
        }
        if let Some(last) = size.checked_sub(1) {
            let mut byte = [0];
            // A line that a full disk cut off shall not spoil the next one.
            if file.read_at(&mut byte, last)? == 1 && byte != *b"\n" {
                line.insert(0, b'\n');
            }
        }
        let written = file.write(&line)?;
        if written < line.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

/// The file that is written to in a log's directory.
pub fn path_of(directory: &Path) -> PathBuf {
    directory.join("log.jsonl")
}

/// A file that was full; the greater the number, the older.
pub(crate) fn older(directory: &Path, number: u32) -> PathBuf {
    directory.join(format!("log.{number}.jsonl"))
}

/// The JSON Schema of a [`Record`] as it is written.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings
        .into_generator()
        .into_root_schema_for::<Record>()
        .to_value()
}

fn open(directory: &Path) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE;
    let file = open_private(&path_of(directory), flags)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    // It may have been made by hand, for others to read.
    if found.mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn open_private(path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    Ok(openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)?.into())
}

/// The file to write so many bytes to, after full ones were moved aside. Whoever comes second finds it done, and where
/// somebody keeps the lock nothing is moved.
fn rotated(directory: &Path, bounds: Bounds, length: u64) -> io::Result<File> {
    let lock = open_private(&directory.join("log.lock"), OFlags::RDWR | OFlags::CREATE)?;
    match wait_for(&lock, PATIENCE) {
        // A line too many in a file is better than a decision that never comes.
        Err(error) if error.kind() == io::ErrorKind::TimedOut => return open(directory),
        held => held?,
    }
    let file = open(directory)?;
    if file.metadata()?.len().saturating_add(length) <= bounds.file {
        return Ok(file);
    }
    let mut number = bounds.files;
    while let Some(newer) = number.checked_sub(1).filter(|newer| *newer > 0) {
        move_aside(&older(directory, newer), &older(directory, number))?;
        number = newer;
    }
    if bounds.files > 0 {
        move_aside(&path_of(directory), &older(directory, 1))?;
    } else {
        fs::remove_file(path_of(directory))?;
    }
    open(directory)
}

fn move_aside(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved,
    }
}

/// A [`Record`] that is written.
#[derive(Serialize)]
#[serde(tag = "record", rename_all = "camelCase")]
enum Written<'a> {
    Decision(&'a Entry),
    End(&'a EndEntry),
}

fn line_of(record: &Written<'_>) -> Vec<u8> {
    let mut line = diagnostics::render::to_json(record).into_bytes();
    line.push(b'\n');
    line
}
