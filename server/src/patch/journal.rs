//! The journals of patches: what a server that was killed had begun is undone, or ended.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, Stat, flock, fstat, fsync, openat, renameat,
    statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::fault::reach;
use super::place::{Held, identity};
use super::steps::Steps;
use crate::thread::new_id;

/// Bytes of a journal; the limits of a patch keep it far below.
const MOST: u64 = 16 * 1024 * 1024;

/// Of a patch that may be undone.
const OPEN: &str = "open";
/// Of a patch that is done; only what is left of the old files goes.
const DONE: &str = "done";
/// Of one that is being written: no step was taken.
const NEW: &str = "new";

/// The directory of the journals, held open.
#[derive(Debug)]
pub(super) struct Journals {
    path: PathBuf,
    held: Arc<OwnedFd>,
}

/// A journal, locked for as long as its patch lives.
#[derive(Debug)]
pub(super) struct Journal {
    directory: Arc<OwnedFd>,
    /// Its name without the state.
    id: String,
    state: &'static str,
    _locked: File,
}

impl Journals {
    /// The directory in the server's own one; it is made for its owner alone.
    ///
    /// # Errors
    /// It cannot be made or read, it is a link, or somebody else may write it.
    pub(super) fn open(state: &Path) -> io::Result<Self> {
        let path = state.join("patches");
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let wrong = |error: io::Error| io::Error::other(format!("`{}`: {error}", path.display()));
        let held = openat(CWD, &path, flags, Mode::empty()).map_err(|error| wrong(error.into()))?;
        fstat(&held)
            .map_err(io::Error::from)
            .and_then(|found| own(&found))
            .map_err(wrong)?;
        Ok(Self {
            path,
            held: Arc::new(held),
        })
    }

    /// Writes down the steps that are going to be taken.
    pub(super) fn begin(&self, steps: &Steps) -> io::Result<Journal> {
        let id = new_id("patch")?;
        reach("journal")?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let mut file: File = openat(&*self.held, format!("{id}.{NEW}"), flags, mode)?.into();
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let text = serde_json::to_vec(steps)?;
        let mut journal = Journal {
            directory: self.held.clone(),
            id,
            state: NEW,
            _locked: file.try_clone()?,
        };
        let written = reach("journal text")
            .and_then(|()| file.write_all(&text))
            .and_then(|()| file.sync_all())
            .and_then(|()| journal.become_(OPEN));
        match written {
            Ok(()) => Ok(journal),
            Err(error) => {
                journal.end();
                Err(error)
            }
        }
    }

    /// Undoes or ends every patch whose server is dead. What could not be is told, and tried again the next time; so is
    /// what somebody has written meanwhile.
    pub(super) fn recover(&self) -> Vec<String> {
        let entries = match Dir::read_from(&*self.held) {
            Ok(entries) => entries,
            Err(error) => return vec![format!("the journals of patches cannot be read: {error}")],
        };
        let mut told = Vec::new();
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if let Err(error) = self.recover_one(name, &mut told) {
                told.push(format!(
                    "a patch that was begun before is not undone: {error} (its journal is {})",
                    self.path.join(name).display()
                ));
            }
        }
        told
    }

    fn recover_one(&self, name: &str, told: &mut Vec<String>) -> io::Result<()> {
        let state = name.rsplit_once('.').map(|(_, state)| state);
        let Some(state) = state.filter(|state| [NEW, OPEN, DONE].contains(state)) else {
            return Ok(());
        };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match openat(&*self.held, name, flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(()),
            opened => opened?,
        };
        let found = fstat(&file)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(io::Error::other("it is not a file"));
        }
        own(&found)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            // Its owner lives, or somebody else is at it.
            return Ok(());
        }
        // Whoever had the lock before may have gone on with it.
        let now = statat(&*self.held, name, AtFlags::SYMLINK_NOFOLLOW);
        if !now.is_ok_and(|now| now.st_ino == found.st_ino) {
            return Ok(());
        }
        if state != NEW {
            let mut text = Vec::new();
            File::from(file).take(MOST).read_to_end(&mut text)?;
            let steps: Steps = serde_json::from_slice(&text)?;
            steps.check().map_err(io::Error::other)?;
            let mut held = hold(&steps);
            if state == OPEN {
                steps.back(&mut held, told)?;
            } else {
                steps.finish(&held)?;
            }
        }
        Ok(unlinkat(&*self.held, name, AtFlags::empty())?)
    }
}

impl Journal {
    /// From here on the patch is done, whatever happens.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        reach("commit")?;
        self.become_(DONE)
    }

    /// Nothing is left to do.
    pub(super) fn end(self) {
        // One that stays is looked at again by the next patch, and finds nothing to do.
        let _removed = unlinkat(&*self.directory, self.name(self.state), AtFlags::empty());
    }

    fn become_(&mut self, state: &'static str) -> io::Result<()> {
        let (last, next) = (self.name(self.state), self.name(state));
        renameat(&*self.directory, last, &*self.directory, next)?;
        self.state = state;
        // Which of the two names it has after a loss of power is all that is not known then: either is whole.
        let _synced = fsync(&*self.directory);
        Ok(())
    }

    fn name(&self, state: &str) -> String {
        format!("{}.{state}", self.id)
    }
}

/// Refuses what somebody else may have written.
fn own(found: &Stat) -> io::Result<()> {
    let user = geteuid().as_raw();
    if found.st_uid != user {
        return Err(io::Error::other(format!(
            "it belongs to user {}, not to user {user}",
            found.st_uid
        )));
    }
    if found.st_mode & 0o022 != 0 {
        return Err(io::Error::other("it may be written by others than its owner"));
    }
    Ok(())
}

/// The directories of a patch, as far as they are still where they were.
fn hold(steps: &Steps) -> Held {
    let mut held = Held::default();
    for (path, wanted) in &steps.directories {
        let is_same = held
            .hold(path)
            .and_then(|found| identity(&found))
            .is_ok_and(|found| found == *wanted);
        if !is_same {
            held.release(path);
        }
    }
    for path in &steps.made {
        // Only what lies in a directory that is the same counts.
        let parent = path.parent().is_some_and(|parent| held.get(parent).is_ok());
        if parent {
            let _made = held.hold(path);
        }
    }
    held
}
