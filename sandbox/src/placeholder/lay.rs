//! Puts placeholders into their places.

use std::ffi::{CString, OsStr};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{FlockOperation, Mode, OFlags, RawDir, fremovexattr, fstat, openat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::make::make;
use super::{MARK, Placeholder, Placeholders, Spare, Spared, is_named, lock, marked};
use crate::no_links;

/// How often a place is tried for, with a millisecond in between, while others make and remove it.
const ATTEMPTS: u32 = 1_000;

/// Why a placeholder that is needed could not be had.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LayError {
    /// A path is not absolute, or has `..` in it.
    #[error("`{}` is not a plain absolute path", .0.display())]
    Plain(PathBuf),
    /// A component is a symbolic link.
    #[error("`{}` is a symbolic link", .0.display())]
    Link(PathBuf),
    /// The kernel refused to look at or make something there.
    #[error("no placeholder can be made at `{}`: {}", .path.display(), std::io::Error::from(*.errno))]
    Refused {
        /// Where it would stand.
        path: PathBuf,
        /// What the kernel said.
        errno: Errno,
    },
    /// Others make and remove it without end, or hold it locked.
    #[error("the directory `{}` stays locked by another process, or is made and removed again and again", .0.display())]
    Contended(PathBuf),
}

/// How one attempt ended.
pub(super) enum Found {
    Held(Placeholder),
    Already,
    Spared(Spare),
    /// Somebody was in between.
    Again(PathBuf),
}

/// Lays one placeholder, or finds that none is needed.
pub(super) fn one(all: &mut Placeholders, path: &Path, writable: &[PathBuf]) -> Result<(), LayError> {
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    if !path.is_absolute() || !is_plain {
        return Err(LayError::Plain(path.to_owned()));
    }
    // The outermost: all others lie in it.
    let root = writable
        .iter()
        .filter(|root| path.starts_with(root))
        .min_by_key(|root| root.components().count());
    let mut contended = path.to_owned();
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let found = match root {
            Some(root) => descend(all, path, root)?,
            None => Found::Spared(Spare::Outside),
        };
        match found {
            Found::Held(placeholder) => all.entries.push(placeholder),
            Found::Already => {}
            Found::Spared(why) => all.spared.push(Spared {
                path: path.to_owned(),
                why,
            }),
            Found::Again(at) => {
                contended = at;
                continue;
            }
        }
        return Ok(());
    }
    Err(LayError::Contended(contended))
}

/// Goes down from a root to the first component that is missing or a placeholder.
fn descend(all: &Placeholders, path: &Path, root: &Path) -> Result<Found, LayError> {
    let refused = |at: &Path, errno| LayError::Refused {
        path: at.to_owned(),
        errno,
    };
    let mut parent = match no_links::directory(root, OFlags::PATH) {
        Ok(directory) => directory,
        Err(Errno::NOENT) => return Ok(Found::Spared(Spare::Outside)),
        Err(Errno::LOOP) => return Err(LayError::Link(root.to_owned())),
        Err(Errno::NOTDIR) => return Ok(Found::Spared(in_the_way(path, root)?)),
        Err(errno) => return Err(refused(root, errno)),
    };
    let mut at = root.to_owned();
    for name in path.strip_prefix(root).unwrap_or(path) {
        let above = at.clone();
        at.push(name);
        let is_last = at == path;
        let how = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = match openat(&parent, name, how | OFlags::RDONLY, Mode::empty()) {
            // Not readable, which is not needed to pass.
            Err(Errno::ACCESS) => openat(&parent, name, how | OFlags::PATH, Mode::empty()),
            opened => opened,
        };
        let directory = match opened {
            Ok(directory) => directory,
            Err(Errno::NOENT) => return make(parent, &above, name, at),
            Err(Errno::NOTDIR | Errno::LOOP) => return Ok(Found::Spared(in_the_way(path, &at)?)),
            Err(Errno::ACCESS | Errno::PERM) => return spared(&parent, above, at, Errno::ACCESS),
            Err(Errno::NAMETOOLONG) => return Ok(Found::Spared(Spare::Impossible)),
            Err(errno) => return Err(refused(&at, errno)),
        };
        // Where nothing can be marked, an empty one may be another run's; held, it does not vanish from under this.
        let may_be_one = match marked(directory.as_fd()) {
            Ok(is_marked) => is_marked,
            Err(Errno::NOTSUP) => is_last,
            Err(_) => false,
        };
        if may_be_one {
            match is_empty(&directory) {
                Ok(true) => return share(all, parent, name, at, directory),
                // Somebody uses it by now. Where the mark stays on, its maker takes it off.
                Ok(false) => fremovexattr(&directory, MARK).unwrap_or_default(),
                Err(Errno::NOENT) => return Ok(Found::Again(at)),
                Err(errno) => return Err(refused(&at, errno)),
            }
        }
        if is_last {
            return Ok(Found::Spared(Spare::Exists));
        }
        parent = directory;
    }
    Ok(Found::Spared(Spare::Exists))
}

/// Something that is no directory: the path itself, or what keeps it from existing.
fn in_the_way(path: &Path, at: &Path) -> Result<Spare, LayError> {
    if at == path {
        return Ok(Spare::Exists);
    }
    match at.symlink_metadata() {
        Ok(about) if about.is_symlink() => Err(LayError::Link(at.to_owned())),
        _ => Ok(Spare::Blocked(at.to_owned())),
    }
}

/// Nothing can be made in this directory by the caller; whether it could be by the command.
pub(super) fn spared(parent: &OwnedFd, above: PathBuf, at: PathBuf, errno: Errno) -> Result<Found, LayError> {
    if errno == Errno::ROFS {
        return Ok(Found::Spared(Spare::Denied));
    }
    match fstat(parent) {
        Ok(about) if about.st_uid == geteuid().as_raw() => Ok(Found::Spared(Spare::Guard(above))),
        Ok(_) => Ok(Found::Spared(Spare::Denied)),
        Err(errno) => Err(LayError::Refused { path: at, errno }),
    }
}

/// Holds a placeholder that stands.
fn share(
    all: &Placeholders,
    parent: OwnedFd,
    name: &OsStr,
    path: PathBuf,
    own: OwnedFd,
) -> Result<Found, LayError> {
    if all.entries.iter().any(|held| held.path == path) {
        return Ok(Found::Already);
    }
    let Ok(name) = CString::new(name.as_bytes()) else {
        return Ok(Found::Spared(Spare::Impossible));
    };
    hold(Placeholder {
        path,
        parent,
        name,
        own,
        made: false,
    })
}

/// Takes the shared lock, and looks whether what was locked still is what the name means.
pub(super) fn hold(placeholder: Placeholder) -> Result<Found, LayError> {
    match lock(placeholder.own.as_fd(), FlockOperation::NonBlockingLockShared) {
        Ok(())
            if is_named(
                placeholder.parent.as_fd(),
                &placeholder.name,
                placeholder.own.as_fd(),
            ) =>
        {
            Ok(Found::Held(placeholder))
        }
        Ok(()) | Err(Errno::WOULDBLOCK) => Ok(Found::Again(placeholder.path)),
        Err(errno) => Err(LayError::Refused {
            path: placeholder.path,
            errno,
        }),
    }
}

/// Whether nothing is in a directory; fails with `NOENT` where it was removed since it was opened.
pub(super) fn is_empty(directory: &OwnedFd) -> rustix::io::Result<bool> {
    // Read through a descriptor of its own, so that the place in the list is always the start.
    let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let readable = openat(directory, c".", how, Mode::empty())?;
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut entries = RawDir::new(&readable, &mut buffer);
    while let Some(entry) = entries.next() {
        if !matches!(entry?.file_name().to_bytes(), b"." | b"..") {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scratch directory, by its path and opened.
    fn ground() -> (tempfile::TempDir, PathBuf, OwnedFd) {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        let opened = no_links::directory(&root, OFlags::RDONLY).unwrap();
        (scratch, root, opened)
    }

    #[test]
    fn what_was_removed_before_the_lock_is_not_held() {
        let (_scratch, root, parent) = ground();
        let path = root.join("a");
        let opened = || {
            std::fs::create_dir(&path).unwrap();
            let own = no_links::directory(&path, OFlags::RDONLY).unwrap();
            let parent = parent.try_clone().unwrap();
            Placeholder {
                path: path.clone(),
                parent,
                name: c"a".to_owned(),
                own,
                made: true,
            }
        };
        let removed = opened();
        std::fs::remove_dir(&path).unwrap();
        assert!(matches!(hold(removed), Ok(Found::Again(_))));
        let replaced = opened();
        std::fs::rename(&path, root.join("b")).unwrap();
        let stands = opened();
        assert!(matches!(hold(replaced), Ok(Found::Again(_))));
        assert!(matches!(hold(stands), Ok(Found::Held(_))));
    }
}
