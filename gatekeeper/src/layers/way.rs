//! The way from a directory to what lies below it, taken link by link, so that each step is the one that was checked.

use std::ffi::{CStr, OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::rc::Rc;

use rustix::fs::{CWD, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat};
use rustix::io::Errno;

/// Symbolic links on one way; the kernel follows as many.
const MAX_LINKS: usize = 40;

/// What is asked of those who may change what lies on a way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ownership {
    /// Every directory on the way and its end belong to this user, and nobody else may write them.
    Wholly(u32),
    /// The end belongs to this user or to root, and not everybody may write it.
    End(u32),
    /// Whoever it belongs to; no link leads out of the directory that the way begins in.
    Inside,
}

/// Why a way has no end.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum WayError {
    /// Nothing is there.
    #[error("nothing is there")]
    Missing,
    /// A symbolic link whose target is not there.
    #[error("the link leads nowhere")]
    Dangling,
    /// A symbolic link out of where it may lead.
    #[error("a link leads out of the project")]
    Leaves,
    /// Neither a file nor a directory, or the wrong one of both.
    #[error("it is not a {0}")]
    Kind(&'static str),
    /// Somebody else's.
    #[error("{what} belongs to user {owner}, not to {wanted}")]
    Owner {
        /// What it is.
        what: String,
        /// Whose it is.
        owner: u32,
        /// Whose it has to be.
        wanted: String,
    },
    /// Somebody else may write it.
    #[error("{what} may be written by others than its owner (mode {mode:03o})")]
    Writable {
        /// What it is.
        what: String,
        /// Its mode.
        mode: u32,
    },
    /// What the kernel says.
    #[error("it cannot be read: {0}")]
    Refused(Errno),
}

/// A directory, and those above it as far as the way may go back. They are held, so that they stay the same whatever
/// their paths lead to later.
#[derive(Clone, Debug)]
pub(super) struct Way {
    above: Vec<Rc<OwnedFd>>,
    here: Rc<OwnedFd>,
    ownership: Ownership,
}

/// Where a way has led.
#[derive(Debug)]
pub(super) enum End {
    /// A directory.
    Directory(Way),
    /// A regular file, opened for reading.
    File(File),
}

impl Way {
    /// The way that begins in this directory.
    pub(super) fn from(root: &Path, ownership: Ownership) -> Result<Self, WayError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let held = openat(CWD, root, flags, Mode::empty()).map_err(of_errno)?;
        let found = fstat(&held).map_err(WayError::Refused)?;
        check_passed(ownership, &found, root.as_os_str())?;
        Ok(Self {
            above: Vec::new(),
            here: Rc::new(held),
            ownership,
        })
    }

    /// Goes this way, and opens what is at its end. Nothing that waits is opened, and nothing but files and directories.
    pub(super) fn to(&self, path: &Path) -> Result<End, WayError> {
        let mut way = self.clone();
        let mut waiting: Vec<OsString> = Vec::new();
        push(&mut waiting, path);
        let mut links = 0_usize;
        while let Some(name) = waiting.pop() {
            if name == ".." {
                way.back()?;
                continue;
            }
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let held = openat(&*way.here, &*name, flags, Mode::empty());
            let held = held.map_err(|error| match (of_errno(error), links) {
                (WayError::Missing, 1..) => WayError::Dangling,
                (other, _) => other,
            })?;
            let found = fstat(&held).map_err(WayError::Refused)?;
            match FileType::from_raw_mode(found.st_mode) {
                FileType::Symlink => {
                    links = links.saturating_add(1);
                    if links > MAX_LINKS {
                        return Err(WayError::Refused(Errno::LOOP));
                    }
                    let target = readlinkat(&held, c"", Vec::new()).map_err(WayError::Refused)?;
                    way.turn(&target, &mut waiting)?;
                }
                FileType::Directory => {
                    check_passed(way.ownership, &found, &name)?;
                    let above = std::mem::replace(&mut way.here, Rc::new(held));
                    way.above.push(above);
                }
                FileType::RegularFile if waiting.is_empty() => return way.open(&name).map(End::File),
                FileType::RegularFile
                | FileType::Fifo
                | FileType::Socket
                | FileType::CharacterDevice
                | FileType::BlockDevice
                | FileType::Unknown => {
                    return Err(WayError::Kind(if waiting.is_empty() {
                        "file"
                    } else {
                        "directory"
                    }));
                }
            }
        }
        Ok(End::Directory(way))
    }

    /// The directory itself, opened to be listed, as it is now.
    pub(super) fn list(&self) -> Result<(OwnedFd, Stat), WayError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let listed = openat(&*self.here, c".", flags, Mode::empty()).map_err(WayError::Refused)?;
        let found = fstat(&listed).map_err(WayError::Refused)?;
        check_end(self.ownership, &found, "the directory")?;
        Ok((listed, found))
    }

    fn back(&mut self) -> Result<(), WayError> {
        match (self.above.pop(), self.ownership) {
            (Some(step), _) => self.here = step,
            (None, Ownership::Inside) => return Err(WayError::Leaves),
            // Above the root is the root.
            (None, Ownership::Wholly(_) | Ownership::End(_)) => {}
        }
        Ok(())
    }

    /// Follows a link from here.
    fn turn(&mut self, target: &CStr, waiting: &mut Vec<OsString>) -> Result<(), WayError> {
        let target = Path::new(OsStr::from_bytes(target.to_bytes()));
        if target.is_absolute() {
            if self.ownership == Ownership::Inside {
                return Err(WayError::Leaves);
            }
            if let Some(root) = self.above.first() {
                self.here = root.clone();
                self.above.clear();
            }
        }
        push(waiting, target);
        Ok(())
    }

    /// Opens a file that lies here: it was one a moment ago, and is looked at again once it is open.
    fn open(&self, name: &OsStr) -> Result<File, WayError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = openat(&*self.here, name, flags, Mode::empty()).map_err(of_errno)?;
        let found = fstat(&file).map_err(WayError::Refused)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(WayError::Kind("file"));
        }
        check_end(self.ownership, &found, "it")?;
        Ok(File::from(file))
    }
}

/// Puts the names of a path on what waits, the first on top.
fn push(waiting: &mut Vec<OsString>, path: &Path) {
    let names = path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    waiting.extend(names);
}

fn of_errno(error: Errno) -> WayError {
    match error {
        Errno::NOENT => WayError::Missing,
        Errno::NOTDIR => WayError::Kind("directory"),
        other => WayError::Refused(other),
    }
}

fn check_passed(ownership: Ownership, found: &Stat, name: &OsStr) -> Result<(), WayError> {
    match ownership {
        Ownership::Wholly(owner) => {
            let what = format!("the directory `{}` on the way to it", name.to_string_lossy());
            check(found, &[owner], 0o022, &what)
        }
        Ownership::End(_) | Ownership::Inside => Ok(()),
    }
}

fn check_end(ownership: Ownership, found: &Stat, what: &str) -> Result<(), WayError> {
    match ownership {
        Ownership::Wholly(owner) => check(found, &[owner], 0o022, what),
        Ownership::End(owner) => check(found, &[owner, 0], 0o002, what),
        Ownership::Inside => Ok(()),
    }
}

fn check(found: &Stat, owners: &[u32], writers: u32, what: &str) -> Result<(), WayError> {
    if !owners.contains(&found.st_uid) {
        let wanted = owners.iter().map(|owner| match owner {
            0 => "root".to_owned(),
            other => format!("user {other}"),
        });
        let mut wanted: Vec<String> = wanted.collect();
        wanted.dedup();
        return Err(WayError::Owner {
            what: what.to_owned(),
            owner: found.st_uid,
            wanted: wanted.join(" or "),
        });
    }
    if found.st_mode & writers != 0 {
        return Err(WayError::Writable {
            what: what.to_owned(),
            mode: found.st_mode & 0o7777,
        });
    }
    Ok(())
}
