//! A file or directory that is held on to, so that what comes into its place is told from it.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};

/// A path and what it led to. The descriptor keeps its number from being given to another file meanwhile.
#[derive(Debug)]
pub(crate) struct Pinned {
    path: PathBuf,
    _held: OwnedFd,
    seen: Seen,
}

/// What tells one file from another, and from itself after a change.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Seen {
    device: u64,
    inode: u64,
    /// Seconds and nanoseconds of the last change of content, mode or owner. No program can set it.
    changed: (i64, i64),
}

impl Pinned {
    /// Takes hold of what a path leads to. It is not opened for reading, so nothing waits.
    ///
    /// # Errors
    /// What open(2) and stat(2) say.
    pub(crate) fn take(path: PathBuf) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let held = openat(CWD, &path, flags, Mode::empty())?;
        let found = rustix::fs::fstat(&held)?;
        let seen = Seen::at(&path)?;
        if (found.st_dev, found.st_ino) != (seen.device, seen.inode) {
            return Err(io::Error::other("it is being replaced"));
        }
        Ok(Self {
            path,
            _held: held,
            seen,
        })
    }

    /// What it was when it was taken hold of.
    pub(crate) fn seen(&self) -> Seen {
        self.seen
    }

    /// The path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads to the same file or directory, whatever is in it.
    pub(crate) fn is_in_place(&self) -> bool {
        Seen::at(&self.path).is_ok_and(|now| (now.device, now.inode) == (self.seen.device, self.seen.inode))
    }

    /// Whether the path still leads to the same file, and nobody has changed it.
    pub(crate) fn is_untouched(&self) -> bool {
        Seen::at(&self.path).is_ok_and(|now| now == self.seen)
    }
}

impl Seen {
    /// The device and the inode: what stays when a file or directory is changed.
    pub(crate) fn identity(self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// What a path leads to now.
    ///
    /// # Errors
    /// What stat(2) says.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_is_told_from_its_successor_and_from_itself_after_a_change() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        let put = || fs::write(&file, "old").unwrap();
        for (name, change, in_place, untouched) in [
            ("nothing", Box::new(|| {}) as Box<dyn Fn()>, true, true),
            (
                "removed",
                Box::new(|| fs::remove_file(&file).unwrap()),
                false,
                false,
            ),
            (
                "replaced",
                Box::new(|| {
                    fs::remove_file(&file).unwrap();
                    put();
                }),
                false,
                false,
            ),
            (
                "moved over",
                Box::new(|| {
                    fs::write(root.path().join("other"), "old").unwrap();
                    fs::rename(root.path().join("other"), &file).unwrap();
                }),
                false,
                false,
            ),
            (
                "written",
                Box::new(|| fs::write(&file, "new").unwrap()),
                true,
                false,
            ),
            (
                "made a link",
                Box::new(|| {
                    fs::remove_file(&file).unwrap();
                    symlink("/dev/null", &file).unwrap();
                }),
                false,
                false,
            ),
        ] {
            put();
            let pinned = Pinned::take(file.clone()).unwrap();
            // The kernel counts changes in ticks.
            std::thread::sleep(std::time::Duration::from_millis(20));
            change();
            assert_eq!(
                (pinned.is_in_place(), pinned.is_untouched()),
                (in_place, untouched),
                "{name}"
            );
            fs::remove_file(&file).ok();
        }
    }

    #[test]
    fn a_directory_stays_itself_whatever_is_put_into_it() {
        let root = tempfile::tempdir().unwrap();
        let pinned = Pinned::take(root.path().to_owned()).unwrap();
        fs::write(root.path().join("new"), "").unwrap();
        assert!(pinned.is_in_place());
        assert!(Pinned::take(root.path().join("none")).is_err());
    }
}
