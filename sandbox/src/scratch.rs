//! A directory for a command's temporary files, where it cannot have a `/tmp` of its own.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

/// How often another name is tried.
const TRIES: u32 = 1000;

/// Where they are made, and what their names begin with; the number of the process and one of its own follow.
const PLACE: &str = "/tmp";
const PREFIX: &str = "execpolicy-scratch-";

/// Names in `/tmp` that are looked at for what was left behind: a directory of very many is the host's to empty.
const MOST_NAMES: usize = 4_000;

/// Tells the directories of one process apart.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A new directory that only its user may enter. Dropping it removes it with all that is in it. If its process is
/// killed, the next one that is made removes it.
#[derive(Debug)]
pub(crate) struct ScratchDirectory {
    path: PathBuf,
    /// Locked for as long as the directory is needed, whatever becomes of the process.
    _lock: File,
}

impl ScratchDirectory {
    /// Makes one below `/tmp`.
    ///
    /// # Errors
    /// Where nothing can be made there.
    pub(crate) fn make() -> io::Result<Self> {
        remove_left_behind();
        for _ in 0..TRIES {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = Path::new(PLACE).join(format!("{PREFIX}{}-{count}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                // Somebody has taken the name, perhaps to be in the way: it is not used.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            // Before it is locked, it may be taken for one that was left behind.
            // A file system without locks keeps nobody out, and lets nobody remove it either.
            if let Some(directory) = open(&path)
                && lock(&directory) != Err(Errno::WOULDBLOCK)
                && fs::symlink_metadata(&path).is_ok_and(|found| is_of(&directory, &found))
            {
                return Ok(Self {
                    path,
                    _lock: directory,
                });
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchDirectory {
    fn drop(&mut self) {
        // What cannot be removed is in the host's `/tmp`, which is emptied by the host.
        drop(fs::remove_dir_all(&self.path));
    }
}

/// The directory itself; `None` where it is a link, gone, or not this user's to open.
fn open(path: &Path) -> Option<File> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).ok()?;
    File::options().read(true).custom_flags(flags).open(path).ok()
}

fn lock(directory: &File) -> Result<(), Errno> {
    flock(directory, FlockOperation::NonBlockingLockExclusive)
}

/// Whether this is the file that was opened.
fn is_of(opened: &File, found: &fs::Metadata) -> bool {
    opened
        .metadata()
        .is_ok_and(|opened| (opened.dev(), opened.ino()) == (found.dev(), found.ino()))
}

/// Removes directories of this user whose processes were killed before they could: those that nobody has locked.
fn remove_left_behind() {
    let Ok(entries) = fs::read_dir(PLACE) else {
        return;
    };
    let user = rustix::process::geteuid().as_raw();
    for entry in entries.take(MOST_NAMES).flatten() {
        if !entry.file_name().to_str().is_some_and(is_name) {
            continue;
        }
        let Some(directory) = open(&entry.path()) else {
            continue;
        };
        let is_ours = |found: fs::Metadata| found.uid() == user && found.mode() & 0o7777 == 0o700;
        if directory.metadata().is_ok_and(is_ours) && lock(&directory).is_ok() {
            // What cannot be removed stays for the host.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Whether a name is one that is made here.
fn is_name(name: &str) -> bool {
    let numbers = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(process, count)| is_number(process) && is_number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_behind_is_removed_and_nothing_else() {
        let held = ScratchDirectory::make().unwrap();
        // No process has so high a number.
        let names = [
            ("execpolicy-scratch-99999999-0", 0o700, false),
            ("execpolicy-scratch-99999999-1", 0o755, true),
            ("execpolicy-scratch-99999999-mine", 0o700, true),
            ("execpolicy-scratch-99999999", 0o700, true),
        ];
        let paths = names.map(|(name, mode, stays)| {
            let path = Path::new(PLACE).join(name);
            let made = DirBuilder::new().mode(mode).create(&path);
            assert!(made.is_ok() || path.is_dir());
            fs::write(path.join("note"), "text").unwrap();
            (path, stays)
        });
        let new = ScratchDirectory::make().unwrap();
        assert!(held.path().is_dir() && new.path().is_dir());
        for (path, stays) in paths {
            assert_eq!(path.is_dir(), stays, "{}", path.display());
            drop(fs::remove_dir_all(path));
        }
        let path = new.path().to_owned();
        drop(new);
        assert!(!path.exists());
    }
}
