//! The journals of patches: what a server that was killed had begun is undone, or ended.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

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

/// The directory of the journals.
#[derive(Clone, Debug)]
pub(super) struct Journals(PathBuf);

/// A journal, locked for as long as its patch lives.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    _locked: File,
}

impl Journals {
    /// The directory in the server's own one; it is made for its owner alone.
    pub(super) fn open(state: &Path) -> io::Result<Self> {
        let path = state.join("patches");
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    /// Writes down the steps that are going to be taken.
    pub(super) fn begin(&self, steps: &Steps) -> io::Result<Journal> {
        let path = self.0.join(new_id("patch")?).with_extension(NEW);
        reach("journal")?;
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = OpenOptions::new();
        options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(flags);
        let mut file = options.open(&path)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let text = serde_json::to_vec(steps)?;
        let mut journal = Journal {
            path,
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

    /// Undoes or ends every patch whose server is dead. What could not be is told, and tried again the next time.
    pub(super) fn recover(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut told = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            if let Err(error) = recover(&path) {
                told.push(format!(
                    "a patch that was begun before is not undone: {error} (its journal is {})",
                    path.display()
                ));
            }
        }
        told
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
        let _removed = fs::remove_file(&self.path);
    }

    fn become_(&mut self, state: &str) -> io::Result<()> {
        let next = self.path.with_extension(state);
        fs::rename(&self.path, &next)?;
        self.path = next;
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        // Which of the two names it has after a loss of power is all that is not known then: either is whole.
        let _synced = File::open(directory).and_then(|directory| directory.sync_all());
        Ok(())
    }
}

fn recover(path: &Path) -> io::Result<()> {
    let Some(state) = path.extension().and_then(|state| state.to_str()) else {
        return Ok(());
    };
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        // Its owner lives, or somebody else is at it.
        return Ok(());
    }
    // Whoever had the lock before may have gone on with it.
    let is_same =
        fs::symlink_metadata(path).is_ok_and(|now| file.metadata().is_ok_and(|held| now.ino() == held.ino()));
    if !is_same {
        return Ok(());
    }
    if state == OPEN || state == DONE {
        let mut text = Vec::new();
        file.take(MOST).read_to_end(&mut text)?;
        let steps: Steps = serde_json::from_slice(&text)?;
        let mut held = hold(&steps);
        if state == OPEN {
            steps.back(&mut held)?;
        } else {
            steps.finish(&held)?;
        }
    } else if state != NEW {
        return Ok(());
    }
    fs::remove_file(path)
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
