//! Puts placeholders into their places.

use std::ffi::{CString, OsStr};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, RawDir, RenameFlags, fchmod, fremovexattr, fstat, mkdirat, openat,
    renameat_with, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::{MARK, Placeholder, Placeholders, Spare, Spared, is_named, lock, mark, marked};
use crate::no_links;

/// How often a place is tried for, with a millisecond in between, while others make and remove it.
const ATTEMPTS: u32 = 1_000;

/// What a placeholder is called before it is in its place.
const NEW: &str = ".execpolicy-placeholder-";

/// Entries of a directory that are looked through for what killed runs left.
const SWEPT: usize = 10_000;

/// Sets apart what this process makes.
static MADE: AtomicU64 = AtomicU64::new(0);

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
enum Found {
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
fn spared(parent: &OwnedFd, above: PathBuf, at: PathBuf, errno: Errno) -> Result<Found, LayError> {
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
fn hold(placeholder: Placeholder) -> Result<Found, LayError> {
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

/// Makes one: under another name, locked and marked, and then renamed to where nothing may stand by then.
fn make(parent: OwnedFd, above: &Path, name: &OsStr, path: PathBuf) -> Result<Found, LayError> {
    sweep(&parent);
    let Ok(name) = CString::new(name.as_bytes()) else {
        return Ok(Found::Spared(Spare::Impossible));
    };
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let new = format!("{NEW}{}-{number}", std::process::id());
    let refused = |path: PathBuf, errno| Err(LayError::Refused { path, errno });
    match mkdirat(&parent, &new, Mode::from_raw_mode(0o755)) {
        Ok(()) => {}
        Err(Errno::EXIST | Errno::NOENT) => return Ok(Found::Again(path)),
        Err(errno @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) => {
            return spared(&parent, above.to_owned(), path, errno);
        }
        Err(errno) => return refused(path, errno),
    }
    let (own, made) = match prepare(&parent, &new) {
        Ok(prepared) => prepared,
        Err(errno) => {
            discard(&parent, &new);
            // Swept away by another run that took it for a dead one's.
            return if errno == Errno::NOENT {
                Ok(Found::Again(path))
            } else {
                refused(path, errno)
            };
        }
    };
    let moved = match renameat_with(&parent, &new, &parent, &name, RenameFlags::NOREPLACE) {
        // No such rename here: it is made in its place, and for a moment is not marked there.
        Err(Errno::INVAL | Errno::NOSYS) => {
            discard(&parent, &new);
            return make_in_place(parent, name, path);
        }
        moved => moved,
    };
    if let Err(errno) = moved {
        discard(&parent, &new);
        return match errno {
            Errno::EXIST | Errno::NOTEMPTY | Errno::NOENT => Ok(Found::Again(path)),
            Errno::NAMETOOLONG => Ok(Found::Spared(Spare::Impossible)),
            errno => refused(path, errno),
        };
    }
    hold(Placeholder {
        path,
        parent,
        name,
        own,
        made,
    })
}

fn make_in_place(parent: OwnedFd, name: CString, path: PathBuf) -> Result<Found, LayError> {
    match mkdirat(&parent, &name, Mode::from_raw_mode(0o755)) {
        Ok(()) => {}
        Err(Errno::EXIST | Errno::NOENT) => return Ok(Found::Again(path)),
        Err(errno) => return Err(LayError::Refused { path, errno }),
    }
    match prepare(&parent, name.as_c_str()) {
        Ok((own, made)) => hold(Placeholder {
            path,
            parent,
            name,
            own,
            made,
        }),
        Err(errno) => {
            discard(&parent, name.as_c_str());
            Err(LayError::Refused { path, errno })
        }
    }
}

/// Opens, locks and marks what was just made. Says also whether it can only be known by who made it.
fn prepare(parent: &OwnedFd, name: impl rustix::path::Arg) -> rustix::io::Result<(OwnedFd, bool)> {
    let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let own = openat(parent, name, how, Mode::empty())?;
    match lock(own.as_fd(), FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => return Err(Errno::NOENT),
        locked => locked?,
    }
    // Runs of other users have to open it to hold it, whatever this one's `umask` is.
    fchmod(&own, Mode::from_raw_mode(0o755))?;
    let is_marked = mark(own.as_fd())?;
    Ok((own, !is_marked))
}

/// Removes what did not get into its place; if that fails, the next run sweeps it away.
fn discard(parent: &OwnedFd, name: impl rustix::path::Arg) {
    unlinkat(parent, name, AtFlags::REMOVEDIR).unwrap_or_default();
}

/// Removes what runs that were killed while they made a placeholder have left in a directory.
fn sweep(parent: &OwnedFd) {
    let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(readable) = openat(parent, c".", how, Mode::empty()) else {
        return;
    };
    let mut buffer = vec![MaybeUninit::uninit(); 16 << 10];
    let mut left = RawDir::new(&readable, &mut buffer);
    for _ in 0..SWEPT {
        let Some(Ok(entry)) = left.next() else {
            return;
        };
        let name = entry.file_name();
        if name.to_bytes().starts_with(NEW.as_bytes())
            && let Ok(own) = openat(parent, name, how, Mode::empty())
            && lock(own.as_fd(), FlockOperation::NonBlockingLockExclusive).is_ok()
        {
            discard(parent, name);
        }
    }
}

/// Whether nothing is in a directory; fails with `NOENT` where it was removed since it was opened.
fn is_empty(directory: &OwnedFd) -> rustix::io::Result<bool> {
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
