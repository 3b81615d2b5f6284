//! What a patch makes of the files that are there: looked at as a whole, before anybody is asked.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, openat, statat};
use rustix::io::Errno;

use super::hunks::{COMPARED, Hunks};
use super::place::{Held, Identity, Place};
use super::steps::{Like, New, Step, Steps, hash};
use super::{MOST_OF_A_FILE, MOST_OF_ALL};
use crate::protocol::{FileChange, FileChangeKind};

/// What a patch makes of the files that are there.
#[derive(Debug, Default)]
pub(super) struct Plan {
    held: Held,
    pub(super) edits: Vec<Edit>,
}

/// What becomes of one name.
#[derive(Debug)]
pub(super) struct Edit {
    /// Its real path.
    pub(super) path: PathBuf,
    /// The path that was given, absolute; it may have links on its way.
    pub(super) given: PathBuf,
    place: Place,
    pub(super) before: Option<Found>,
    pub(super) after: Option<New>,
}

/// A file that is there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) like: Like,
    seen: Seen,
}

/// What is remembered of a plan while a person thinks about it.
#[derive(Debug)]
pub(super) struct Looked {
    /// Of each name which file was there, and the hash of what it is to hold.
    edits: Vec<(PathBuf, Option<Seen>, Option<String>)>,
    directories: Vec<(PathBuf, Identity)>,
}

/// What tells a file from another, and from itself after somebody has written to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Seen {
    identity: Identity,
    size: i64,
    written: (i64, i64),
}

impl Edit {
    fn looked(&self) -> (PathBuf, Option<Seen>, Option<String>) {
        let before = self.before.as_ref().map(|found| found.seen);
        let after = self.after.as_ref().map(|new| hash(&new.bytes));
        (self.path.clone(), before, after)
    }

    /// Whether the name is gone afterwards.
    pub(super) fn is_removal(&self) -> bool {
        self.after.is_none()
    }
}

impl Plan {
    /// Looks at all files of a patch, and takes hold of their directories.
    ///
    /// # Errors
    /// What is in conflict with it, in words.
    pub(super) fn of(changes: &[FileChange], cwd: &Path) -> Result<Self, String> {
        let mut plan = Self::default();
        let mut left = COMPARED;
        let mut total = 0_usize;
        for change in changes {
            let known = plan.edits.len();
            plan.add(change, cwd, &mut left)?;
            let bytes = plan.edits.iter().skip(known).map(|edit| {
                let before = edit.before.as_ref().map_or(0, |found| found.bytes.len());
                before.saturating_add(edit.after.as_ref().map_or(0, |new| new.bytes.len()))
            });
            total = bytes.fold(total, usize::saturating_add);
            if total > MOST_OF_ALL {
                return Err(format!("its files hold more than {MOST_OF_ALL} bytes"));
            }
        }
        plan.check_names()?;
        Ok(plan)
    }

    fn add(&mut self, change: &FileChange, cwd: &Path, left: &mut usize) -> Result<(), String> {
        let known = self.edits.len();
        let from = self.edit(&change.path, cwd)?;
        let wrong = |why: &dyn std::fmt::Display| format!("`{}`: {why}", change.path.display());
        let found = |edit: &mut Edit| edit.before.take().ok_or_else(|| wrong(&"there is no such file"));
        match &change.kind {
            FileChangeKind::Add {} => {
                if from.before.is_some() {
                    return Err(wrong(&"there is a file already"));
                }
                let after = Some(New {
                    bytes: change.diff.clone().into_bytes(),
                    like: None,
                });
                self.edits.push(Edit { after, ..from });
            }
            FileChangeKind::Delete {} => {
                let mut from = from;
                let before = found(&mut from)?;
                if before.bytes != change.diff.as_bytes() {
                    return Err(wrong(&"it does not have the content that is to be deleted"));
                }
                from.before = Some(before);
                self.edits.push(from);
            }
            FileChangeKind::Update { move_path } => {
                let mut from = from;
                let before = found(&mut from)?;
                let bytes = if change.diff.is_empty() && move_path.is_some() {
                    before.bytes.clone()
                } else {
                    let text = std::str::from_utf8(&before.bytes);
                    let text = text.map_err(|_| wrong(&"it is not UTF-8, and a diff is of text"))?;
                    let hunks = Hunks::parse(&change.diff).map_err(|error| wrong(&error))?;
                    let made = hunks.apply(text, left).map_err(|error| wrong(&error))?;
                    made.into_bytes()
                };
                let after = Some(New {
                    bytes,
                    like: Some(before.like),
                });
                from.before = Some(before);
                match move_path {
                    None => from.after = after,
                    Some(path) => {
                        let to = self.edit(path, cwd)?;
                        if to.before.is_some() {
                            return Err(format!("`{}`: there is a file already", path.display()));
                        }
                        self.edits.push(Edit { after, ..to });
                    }
                }
                self.edits.push(from);
            }
        }
        let added = self.edits.iter().skip(known);
        let longest = added
            .filter_map(|edit| edit.after.as_ref())
            .map(|new| new.bytes.len());
        if u64::try_from(longest.max().unwrap_or(0)).is_ok_and(|longest| longest > MOST_OF_A_FILE) {
            return Err(wrong(&"it would be too long"));
        }
        Ok(())
    }

    /// A name as it is now.
    fn edit(&mut self, path: &Path, cwd: &Path) -> Result<Edit, String> {
        let place = Place::of(path, cwd)?;
        let wrong = |why: &dyn std::fmt::Display| format!("`{}`: {why}", path.display());
        let held = self.held.hold(&place.base).map_err(|error| wrong(&error))?;
        let before = if place.missing.is_empty() {
            look(&held, &place.name).map_err(|why| wrong(&why))?
        } else {
            None
        };
        Ok(Edit {
            path: place.path(),
            given: cwd.join(path),
            place,
            before,
            after: None,
        })
    }

    /// No name is there twice, and none is a directory of another.
    fn check_names(&self) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for edit in &self.edits {
            if !names.insert(edit.path.as_path()) {
                return Err(format!("`{}` is in it twice", edit.path.display()));
            }
        }
        for edit in &self.edits {
            let mut above = edit.path.ancestors().skip(1);
            if let Some(above) = above.find(|above| names.contains(above)) {
                return Err(format!("`{}` is a file and a directory in it", above.display()));
            }
        }
        Ok(())
    }

    /// What is to be remembered of it, without the contents and the descriptors.
    pub(super) fn looked(&self) -> std::io::Result<Looked> {
        Ok(Looked {
            edits: self.edits.iter().map(Edit::looked).collect(),
            directories: self.held.identities()?,
        })
    }

    /// Whether it is what an earlier one was. Directories that were made since are none of another.
    ///
    /// # Errors
    /// What differs, in words.
    pub(super) fn check_is(&self, earlier: &Looked) -> Result<(), String> {
        if !Held::are_there(&earlier.directories) {
            return Err("a directory of it was moved or replaced meanwhile".to_owned());
        }
        let mut before = earlier.edits.iter();
        let changed = self
            .edits
            .iter()
            .find(|edit| before.next() != Some(&edit.looked()));
        match changed {
            Some(edit) => Err(format!("`{}`: it was changed meanwhile", edit.path.display())),
            None => Ok(()),
        }
    }

    /// Looks again whether all is as it was.
    pub(super) fn check_again(&self) -> Result<(), String> {
        if !self.held.are_in_place() {
            return Err("a directory of it was moved or replaced meanwhile".to_owned());
        }
        for edit in &self.edits {
            let wrong = |why: &dyn std::fmt::Display| format!("`{}`: {why}", edit.path.display());
            let held = self.held.get(&edit.place.base).map_err(|error| wrong(&error))?;
            let first = edit.place.missing.first().unwrap_or(&edit.place.name);
            let now = match statat(&*held, first, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(found) => Some(found),
                Err(Errno::NOENT) => None,
                Err(error) => return Err(wrong(&error)),
            };
            let is_same = match (&edit.before, now) {
                (Some(before), Some(now)) => before.seen == Seen::of(&now),
                (None, None) => true,
                (None, Some(_)) | (Some(_), None) => false,
            };
            if !is_same {
                return Err(wrong(&"it was changed meanwhile"));
            }
        }
        Ok(())
    }

    /// The steps that make it so. The id is one that nobody can guess.
    pub(super) fn steps(&self, id: &str) -> std::io::Result<Steps> {
        let mut made = BTreeSet::new();
        for edit in &self.edits {
            let mut path = edit.place.base.clone();
            for name in &edit.place.missing {
                path.push(name);
                made.insert(path.clone());
            }
        }
        let edits = self.edits.iter().enumerate().map(|(number, edit)| Step {
            directory: edit.place.directory(),
            name: edit.place.name.clone(),
            aside: format!(".{id}.{number}"),
            before: edit.before.as_ref().map(|found| found.seen.identity),
            after: edit.after.as_ref().map(|new| hash(&new.bytes)),
        });
        Ok(Steps {
            directories: self.held.identities()?,
            // Sorted, those above are first.
            made: made.into_iter().collect(),
            edits: edits.collect(),
        })
    }

    /// Takes the steps.
    ///
    /// # Errors
    /// At the first that fails; then the steps are to be undone.
    pub(super) fn take(&mut self, steps: &Steps) -> std::io::Result<()> {
        let news: Vec<Option<New>> = self.edits.iter().map(|edit| edit.after.clone()).collect();
        let edits = &self.edits;
        let is_still = |index: usize, now: &Stat| {
            let before = edits.get(index).and_then(|edit| edit.before.as_ref());
            before.is_some_and(|before| before.seen == Seen::of(now))
        };
        steps.forward(&mut self.held, &news, &is_still)
    }

    /// The directories of it.
    pub(super) fn held(&mut self) -> &mut Held {
        &mut self.held
    }
}

impl Seen {
    fn of(found: &Stat) -> Self {
        Self {
            identity: (found.st_dev, found.st_ino),
            size: found.st_size,
            written: (found.st_mtime, found.st_mtime_nsec.cast_signed()),
        }
    }
}

/// The file of this name.
///
/// # Errors
/// It cannot be read or is no file that a patch may be of, in words.
fn look(directory: &OwnedFd, name: &str) -> Result<Option<Found>, String> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP) => {
            return Err("it is a symbolic link; name the file that it leads to".to_owned());
        }
        Err(error) => return Err(error.to_string()),
    };
    let found = rustix::fs::fstat(&file).map_err(|error| error.to_string())?;
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let most = MOST_OF_A_FILE.saturating_add(1);
    let mut file = File::from(file);
    let read = file.by_ref().take(most).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_OF_A_FILE) {
        return Err(format!("it is longer than {MOST_OF_A_FILE} bytes"));
    }
    let file = OwnedFd::from(file);
    let again = rustix::fs::fstat(&file).map_err(|error| error.to_string())?;
    let seen = Seen::of(&found);
    if seen != Seen::of(&again) {
        return Err("somebody writes to it".to_owned());
    }
    Ok(Some(Found {
        bytes,
        like: Like {
            mode: found.st_mode,
            owner: (found.st_uid, found.st_gid),
        },
        seen,
    }))
}
