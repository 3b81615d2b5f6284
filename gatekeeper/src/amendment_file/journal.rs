//! What was changed in policy files, newest last, so that it can be taken back.

use std::io;
use std::path::{Path, PathBuf};

use execpolicy::Edit;
use serde::{Deserialize, Serialize};

use super::AmendmentFileError;
use crate::Digest;
use crate::kept_directory::{KeptDirectory, Lock};

/// The file.
const FILE: &str = "amendments.jsonl";

/// What is held while any policy file is changed.
const LOCK: &str = "amendments.lock";

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
    /// The digest of the text before; none where there was no file.
    before: Option<String>,
    /// Of the text after.
    after: Option<String>,
}

/// The journal of one user, locked.
#[derive(Debug)]
pub(super) struct Journal {
    kept: KeptDirectory,
    lock: Lock,
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
        let path = state.join(FILE);
        let failed = |error| unusable(&path, error);
        let kept = KeptDirectory::create(state).map_err(failed)?;
        let lock = kept.lock(LOCK).map_err(failed)?;
        let bytes = kept.read(FILE, MAX_BYTES).map_err(failed)?.unwrap_or_default();
        // A line that cannot be read takes nothing back, and keeps no other from it.
        let lines = bytes.split(|byte| *byte == b'\n');
        let entries = lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        Ok(Self {
            kept,
            lock,
            path,
            entries,
        })
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

    fn save(&self) -> Result<(), AmendmentFileError> {
        let text: String = self.entries.iter().map(line).collect();
        let saved = self.kept.replace(FILE, text.as_bytes(), &self.lock);
        saved.map_err(|error| unusable(&self.path, error))
    }
}

fn unusable(path: &Path, error: io::Error) -> AmendmentFileError {
    AmendmentFileError::System {
        doing: "written",
        path: path.to_owned(),
        error,
    }
}

fn line(entry: &Entry) -> String {
    // Texts and numbers: nothing of it can fail to be written.
    serde_json::to_string(entry).map_or_else(|_| String::new(), |line| line + "\n")
}

fn digest(text: &str) -> String {
    Digest::of_text(text).to_string()
}
