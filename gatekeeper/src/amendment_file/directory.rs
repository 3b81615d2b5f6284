//! A policy file in its directory, held by a lock, and replaced as a whole.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawMode};
use rustix::io::Errno;

use super::{AmendmentFileError, system};
use crate::kept_directory::{Patience, wait_for};
use crate::policy_file::MAX_BYTES;

/// A new file's mode, as far as the user's mask lets it.
const MODE: RawMode = 0o644;

/// The directory that really holds a file, locked for everybody who changes files in it by this module.
#[derive(Debug)]
pub(super) struct Directory {
    held: OwnedFd,
    path: PathBuf,
    name: OsString,
}

/// What a file holds.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) text: String,
    pub(super) mode: Mode,
}

/// A new text beside the old one, on the disk already.
#[derive(Debug)]
#[must_use]
pub(super) struct Written<'a> {
    directory: &'a Directory,
    new: OsString,
    is_published: bool,
}

impl Directory {
    /// Finds the directory that the file lies in, links followed as long as they stay `within`, and locks it.
    pub(super) fn lock(
        path: &Path,
        within: Option<&Path>,
        may_create: bool,
    ) -> Result<Self, AmendmentFileError> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        if may_create {
            // What a project holds is for everybody who may see the project.
            make(parent, if within.is_some() { 0o755 } else { 0o700 })?;
        }
        // A file that is a link stays one, and what it leads to is replaced.
        let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
        let real = if is_link {
            real(path)?
        } else {
            real(parent)?.join(path.file_name().unwrap_or_default())
        };
        if let Some(within) = within
            && !real.starts_with(self::real(within)?)
        {
            return Err(AmendmentFileError::Outside {
                path: path.to_owned(),
            });
        }
        let directory = real.parent().unwrap_or(Path::new("/")).to_owned();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = rustix::fs::openat(CWD, &directory, flags, Mode::empty())
            .map_err(system("opened", &directory))?;
        wait_for(&held, Patience::LONG).map_err(|error| AmendmentFileError::System {
            doing: "locked",
            path: directory.clone(),
            error,
        })?;
        Ok(Self {
            held,
            path: directory,
            name: real.file_name().unwrap_or_default().to_owned(),
        })
    }

    /// The file; `None` where there is none.
    pub(super) fn read(&self) -> Result<Option<Held>, AmendmentFileError> {
        let path = self.path.join(&self.name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.held, &self.name, flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(None),
            opened => opened.map_err(system("read", &path))?,
        };
        let found = rustix::fs::fstat(&file).map_err(system("read", &path))?;
        let unreadable = |error: io::Error| AmendmentFileError::System {
            doing: "read",
            path: path.clone(),
            error,
        };
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(unreadable(io::Error::other("it is not a file")));
        }
        let mut text = String::new();
        let read = File::from(file)
            .take(MAX_BYTES.saturating_add(1))
            .read_to_string(&mut text);
        read.map_err(unreadable)?;
        if u64::try_from(text.len()).is_ok_and(|length| length > MAX_BYTES) {
            return Err(unreadable(io::Error::other(format!(
                "it is longer than {MAX_BYTES} bytes"
            ))));
        }
        Ok(Some(Held {
            text,
            mode: Mode::from_raw_mode(found.st_mode),
        }))
    }

    /// Puts a new text beside the file, with the mode of the old one, on the disk before it is published.
    pub(super) fn write(&self, text: &str, mode: Option<Mode>) -> Result<Written<'_>, AmendmentFileError> {
        let new = beside(&self.name);
        let path = self.path.join(&new);
        // Whoever holds the lock owns the name: what lies there was left by one who was killed.
        match rustix::fs::unlinkat(&self.held, &new, AtFlags::empty()) {
            Err(Errno::NOENT) | Ok(()) => {}
            Err(error) => return Err(system("removed", &path)(error)),
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.held, &new, flags, Mode::from_raw_mode(MODE));
        let file = opened.map_err(system("written", &path))?;
        let written = Written {
            directory: self,
            new,
            is_published: false,
        };
        if let Some(mode) = mode {
            rustix::fs::fchmod(&file, mode).map_err(system("written", &path))?;
        }
        let mut file = File::from(file);
        let put = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        put.map_err(|error| AmendmentFileError::System {
            doing: "written",
            path,
            error,
        })?;
        Ok(written)
    }

    /// Removes the file.
    pub(super) fn remove(&self) -> Result<(), AmendmentFileError> {
        let removed = rustix::fs::unlinkat(&self.held, &self.name, AtFlags::empty());
        removed.map_err(system("removed", &self.path.join(&self.name)))?;
        self.settle();
        Ok(())
    }

    /// Brings the names in the directory to the disk. Where that fails the file is whole all the same, and which one it
    /// is after a loss of power is all that is not known.
    fn settle(&self) {
        let _settled = rustix::fs::fsync(&self.held);
    }
}

impl Written<'_> {
    /// Puts it in the place of the old one.
    pub(super) fn publish(mut self) -> Result<(), AmendmentFileError> {
        let Directory { held, path, name } = self.directory;
        let moved = rustix::fs::renameat(held, &self.new, held, name);
        moved.map_err(system("replaced", &path.join(name)))?;
        self.is_published = true;
        self.directory.settle();
        Ok(())
    }
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            // The next one who changes the file removes it.
            let _gone = rustix::fs::unlinkat(&self.directory.held, &self.new, AtFlags::empty());
        }
    }
}

/// Makes a directory, and those above it, where there are none.
fn make(path: &Path, mode: u32) -> Result<(), AmendmentFileError> {
    let result = DirBuilder::new().recursive(true).mode(mode).create(path);
    result.map_err(|error| AmendmentFileError::System {
        doing: "made",
        path: path.to_owned(),
        error,
    })
}

fn real(path: &Path) -> Result<PathBuf, AmendmentFileError> {
    fs::canonicalize(path).map_err(|error| AmendmentFileError::System {
        doing: "found",
        path: path.to_owned(),
        error,
    })
}

/// The name of a new text. No layer reads a file of this name.
fn beside(name: &OsStr) -> OsString {
    let mut new = OsString::from(".");
    new.push(name);
    new.push(".new");
    new
}
