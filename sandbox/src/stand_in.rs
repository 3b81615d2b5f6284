//! Files that stand, for the time of a run, where a protected file does not exist.
//!
//! Where an empty directory would be taken for a broken file by who reads it, a file with a text that changes nothing
//! for its reader is put instead. Runs share it, the last one takes it away. It is known by its text: what a killed run
//! left behind means nothing, and the next one adopts it.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, RenameFlags, openat, renameat_with, unlinkat};
use rustix::io::Errno;

use crate::placeholder::{is_named, lock, sweep};
use crate::{LayError, no_links};

/// What stands in for a protected file that does not exist.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StandIn {
    /// The file.
    pub path: PathBuf,
    /// What it says, at most [`StandIn::MOST`] bytes: something that means the same to who reads it as no file at all.
    pub text: &'static str,
}

/// One that stands. Dropping it takes it away, unless another run holds it.
#[derive(Debug)]
pub(crate) struct Standing {
    parent: OwnedFd,
    name: CString,
    /// The file itself, with the shared lock on it.
    own: OwnedFd,
    text: &'static str,
}

/// What one is called before it is in its place.
const NEW: &str = ".execpolicy-stand-in-";

/// How often a place is tried for, with a millisecond in between, while others make and remove what stands there.
const ATTEMPTS: u32 = 1_000;

/// Sets apart what this process makes.
static MADE: AtomicU64 = AtomicU64::new(0);

impl StandIn {
    /// Bytes of a text.
    pub const MOST: usize = 128;

    /// Puts it there, or holds what another run has put there. `None` where something else stands there, or nothing can
    /// be made.
    pub(crate) fn lay(&self) -> Result<Option<Standing>, LayError> {
        let refused = |errno| LayError::Refused {
            path: self.path.clone(),
            errno,
        };
        let (Some(above), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Ok(None);
        };
        let name = CString::new(name.as_bytes()).map_err(|_| refused(Errno::INVAL))?;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            // What is missing or in the way further up is somebody else's business.
            let Ok(parent) = no_links::directory(above, OFlags::PATH) else {
                return Ok(None);
            };
            let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let own = match openat(&parent, &name, how, Mode::empty()) {
                Ok(own) => own,
                Err(Errno::NOENT) => match self.make(&parent, &name) {
                    Ok(own) => own,
                    // Somebody was faster, or has swept it away as a dead run's.
                    Err(Errno::EXIST | Errno::NOENT) => continue,
                    Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => return Ok(None),
                    Err(errno) => return Err(refused(errno)),
                },
                Err(_) => return Ok(None),
            };
            if !says(&own, self.text) {
                return Ok(None);
            }
            let is_locked = match lock(own.as_fd(), FlockOperation::NonBlockingLockShared) {
                Ok(()) => true,
                Err(Errno::WOULDBLOCK) => false,
                Err(errno) => return Err(refused(errno)),
            };
            if is_locked && is_named(parent.as_fd(), &name, own.as_fd()) {
                let text = self.text;
                return Ok(Some(Standing {
                    parent,
                    name,
                    own,
                    text,
                }));
            }
        }
        Err(LayError::Contended(self.path.clone()))
    }

    /// Makes it under another name, and renames it to where nothing may stand by then.
    fn make(&self, parent: &OwnedFd, name: &CString) -> Result<OwnedFd, Errno> {
        // A killed run's is empty still, or says it all.
        sweep(parent, NEW, AtFlags::empty(), |file| {
            says(file, "") || says(file, self.text)
        });
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let new = format!("{NEW}{}-{number}", std::process::id());
        let how = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let own = openat(parent, &new, how, Mode::from_raw_mode(0o644))?;
        let put = self.fill(&own);
        let put = put.and_then(|()| renameat_with(parent, &new, parent, name, RenameFlags::NOREPLACE));
        if put.is_err() {
            unlinkat(parent, &new, AtFlags::empty()).unwrap_or_default();
        }
        put.map(|()| own)
    }

    /// Locks what was just made, so that nobody takes it for a dead run's, and writes the text into it.
    fn fill(&self, own: &OwnedFd) -> Result<(), Errno> {
        match lock(own.as_fd(), FlockOperation::NonBlockingLockShared) {
            // Being swept away.
            Err(Errno::WOULDBLOCK) => return Err(Errno::NOENT),
            locked => locked?,
        }
        match rustix::io::write(own, self.text.as_bytes())? {
            count if count == self.text.len() => Ok(()),
            _ => Err(Errno::IO),
        }
    }
}

/// Whether a file says this and no more.
fn says(file: &OwnedFd, text: &str) -> bool {
    let mut bytes = [0_u8; StandIn::MOST + 1];
    match rustix::io::pread(file, &mut bytes, 0) {
        Ok(count) => bytes.get(..count) == Some(text.as_bytes()),
        Err(_) => false,
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        // Of two runs that end at once, at least the later one finds no lock but its own.
        if lock(self.own.as_fd(), FlockOperation::NonBlockingLockExclusive).is_ok()
            && is_named(self.parent.as_fd(), &self.name, self.own.as_fd())
            && says(&self.own, self.text)
        {
            // What stays is adopted by the next run.
            unlinkat(&self.parent, &self.name, AtFlags::empty()).unwrap_or_default();
        }
    }
}

/// Those that are wanted where something protected is missing.
pub(crate) fn lay(wanted: &[StandIn], missing: &[PathBuf]) -> Result<Vec<Standing>, LayError> {
    let is_missing = |path: &Path| missing.iter().any(|one| one == path);
    let mut standing = Vec::new();
    for one in wanted.iter().filter(|one| is_missing(&one.path)) {
        standing.extend(one.lay()?);
    }
    Ok(standing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn runs_share_one_and_the_last_takes_it_away() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().canonicalize().unwrap().join("file");
        let wanted = StandIn {
            path: path.clone(),
            text: ".\n",
        };
        let first = wanted.lay().unwrap().unwrap();
        let second = wanted.lay().unwrap().unwrap();
        drop(first);
        assert_eq!(fs::read_to_string(&path).unwrap(), ".\n");
        drop(second);
        assert!(!path.exists());
        fs::write(&path, ".\n").unwrap();
        drop(wanted.lay().unwrap().unwrap());
        assert!(!path.exists(), "what a killed run left is adopted");
        let new = |number| scratch.path().join(format!("{NEW}1-{number}"));
        let texts = [
            (0, "", false),
            (1, ".\n", false),
            (2, ".\nmine\n", true),
            (3, ".\n", true),
        ];
        for (number, text, _) in texts {
            fs::write(new(number), text).unwrap();
        }
        let made = fs::File::open(new(3)).unwrap();
        lock(made.as_fd(), FlockOperation::NonBlockingLockShared).unwrap();
        drop(wanted.lay().unwrap().unwrap());
        for (number, text, stays) in texts {
            assert_eq!(new(number).exists(), stays, "{number}: {text}");
            drop(fs::remove_file(new(number)));
        }
        fs::write(&path, "mine\n").unwrap();
        assert!(wanted.lay().unwrap().is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine\n");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }
}
