//! Makes one placeholder.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, RenameFlags, fchmod, mkdirat, openat, renameat_with, unlinkat,
};
use rustix::io::Errno;

use super::lay::{Found, LayError, hold, spared};
use super::sweep::sweep;
use super::{Placeholder, Spare, lock, mark};

/// What a placeholder is called before it is in its place.
const NEW: &str = ".execpolicy-placeholder-";

/// Sets apart what this process makes.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Makes one: under another name, locked and marked, and then renamed to where nothing may stand by then.
pub(super) fn make(parent: OwnedFd, above: &Path, name: &OsStr, path: PathBuf) -> Result<Found, LayError> {
    sweep(&parent, NEW, AtFlags::REMOVEDIR, |_| true);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::no_links;
    use crate::placeholder::Taken;

    /// A scratch directory, by its path and opened.
    fn ground() -> (tempfile::TempDir, PathBuf, OwnedFd) {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        let opened = no_links::directory(&root, OFlags::RDONLY).unwrap();
        (scratch, root, opened)
    }

    #[test]
    fn one_is_made_in_its_place_where_it_cannot_be_renamed_there() {
        let (_scratch, root, parent) = ground();
        let make = || make_in_place(parent.try_clone().unwrap(), c"a".to_owned(), root.join("a"));
        let Found::Held(held) = make().unwrap() else {
            panic!("nothing was there");
        };
        assert!(matches!(make(), Ok(Found::Again(_))));
        assert_eq!(held.take_away(), Taken::Removed);
    }

    #[test]
    fn only_what_nobody_is_making_is_swept_away() {
        let (_scratch, root, parent) = ground();
        for name in ["-1-1", "-1-2", "-1-3"] {
            std::fs::create_dir(root.join(format!(".execpolicy-placeholder{name}"))).unwrap();
        }
        std::fs::write(root.join(".execpolicy-placeholder-1-2/file"), "").unwrap();
        let (_held, _) = prepare(&parent, c".execpolicy-placeholder-1-3").unwrap();
        sweep(&parent, NEW, AtFlags::REMOVEDIR, |_| true);
        let left = |name: &str| root.join(format!(".execpolicy-placeholder{name}")).exists();
        assert_eq!([left("-1-1"), left("-1-2"), left("-1-3")], [false, true, true]);
    }
}
