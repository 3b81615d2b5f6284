//! What was changed in policy files, newest last, so that it can be taken back.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use execpolicy::Edit;
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::directory::{lock, make};
use super::{AmendmentFileError, system};

/// The directory in which the journal stands alone, and which is locked for it.
const DIRECTORY: &str = "amendments";

/// The file.
const FILE: &str = "journal.jsonl";

/// A journal that is being written anew.
const NEW: &str = "journal.new";

/// Bytes of a journal.
const MAX_BYTES: u64 = 16 << 20;

/// Changes that are kept.
const KEPT: usize = 200;

/// One change of one file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    path: String,
    at: usize,
    removed: Box<str>,
    inserted: Box<str>,
    /// Of the text before, by BLAKE3; none where there was no file.
    before: Option<String>,
    /// Of the text after.
    after: Option<String>,
}

/// The journal of one user, locked.
#[derive(Debug)]
pub(super) struct Journal {
    held: OwnedFd,
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Entry {
    pub(super) fn of(path: &Path, edit: &Edit, before: Option<&str>, after: Option<&str>) -> Self {
        Self {
            path: path.to_string_lossy().into_owned(),
            at: edit.at,
            removed: edit.removed.clone(),
            inserted: edit.inserted.clone(),
            before: before.map(digest),
            after: after.map(digest),
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        Path::new(&self.path)
    }

    /// The change.
    pub(super) fn edit(&self) -> Edit {
        Edit {
            at: self.at,
            removed: self.removed.clone(),
            inserted: self.inserted.clone(),
        }
    }

    /// Whether this is what the file held before; `None` is no file.
    pub(super) fn found(&self, text: Option<&str>) -> bool {
        self.before == text.map(digest)
    }

    /// Whether this is what the file held after.
    pub(super) fn leaves(&self, text: Option<&str>) -> bool {
        self.after == text.map(digest)
    }
}

impl Journal {
    /// Waits for the journal in this directory, which is made where there is none.
    pub(super) fn lock(state: &Path) -> Result<Self, AmendmentFileError> {
        let path = state.join(DIRECTORY);
        make(&path, 0o700)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = rustix::fs::openat(CWD, &path, flags, Mode::empty()).map_err(system("opened", &path))?;
        lock(&held, &path)?;
        let mut journal = Self {
            held,
            path: path.join(FILE),
            entries: Vec::new(),
        };
        let text = journal.read()?;
        // A line that cannot be read takes nothing back, and keeps no other from it.
        let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        journal.entries = lines.collect();
        Ok(journal)
    }

    /// All changes, newest last.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Notes a change; it is on the disk before this returns.
    pub(super) fn append(&mut self, entry: Entry) -> Result<(), AmendmentFileError> {
        self.entries.push(entry);
        let mut room = MAX_BYTES;
        let newest = self.entries.iter().rev().take(KEPT).take_while(|entry| {
            let length = u64::try_from(line(entry).len()).unwrap_or(u64::MAX);
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        });
        let kept = newest.count();
        self.entries.drain(..self.entries.len().saturating_sub(kept));
        self.save()
    }

    /// Forgets the newest change.
    pub(super) fn forget_last(&mut self) -> Result<(), AmendmentFileError> {
        self.forget(self.entries.len().saturating_sub(1))
    }

    /// Forgets one change.
    pub(super) fn forget(&mut self, place: usize) -> Result<(), AmendmentFileError> {
        if place < self.entries.len() {
            self.entries.remove(place);
        }
        self.save()
    }

    fn read(&self) -> Result<String, AmendmentFileError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.held, FILE, flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(String::new()),
            opened => opened.map_err(system("read", &self.path))?,
        };
        let mut bytes = Vec::new();
        let read = File::from(file).take(MAX_BYTES).read_to_end(&mut bytes);
        read.map_err(|error| self.error(error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn save(&self) -> Result<(), AmendmentFileError> {
        let text: String = self.entries.iter().map(line).collect();
        let flags = OFlags::WRONLY | OFlags::TRUNC | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.held, NEW, flags, Mode::from_raw_mode(0o600));
        let mut file = File::from(opened.map_err(system("noted", &self.path))?);
        let put = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        put.map_err(|error| self.error(error))?;
        rustix::fs::renameat(&self.held, NEW, &self.held, FILE).map_err(system("noted", &self.path))
    }

    fn error(&self, error: io::Error) -> AmendmentFileError {
        AmendmentFileError::System {
            doing: "noted",
            path: self.path.clone(),
            error,
        }
    }
}

fn line(entry: &Entry) -> String {
    // Texts and numbers: nothing of it can fail to be written.
    serde_json::to_string(entry).map_or_else(|_| String::new(), |line| line + "\n")
}

fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
