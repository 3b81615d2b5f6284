//! Files as an observed process sees them: its own root, its own mounts, its own directories.

use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, openat, openat2, readlinkat, statat};
use rustix::io::Errno;

use crate::sys::foreign_memory;

/// The root directory of what is observed. One for all of it: who confines refuses `chroot` and new mounts.
#[derive(Debug)]
pub(super) struct View {
    root: OwnedFd,
}

/// What could not be looked at, though a call depends on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Lost;

/// A path without links, and whether something stood there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) there: bool,
}

/// The most links that are followed one after the other by us; the kernel follows 40 itself.
const LINKS: usize = 16;

/// The most bytes of a path, the closing zero included.
const PATH: usize = 4096;

/// What is read at first: most paths are no longer.
const SHORT: u64 = 256;

/// The smallest piece of memory that is mapped or not.
const PAGE: u64 = 4096;

impl View {
    /// The view of this thread.
    pub(super) fn of(thread: u32) -> Result<Self, Errno> {
        let path = format!("/proc/{thread}/root");
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = openat(CWD, path, flags, Mode::empty())?;
        Ok(Self { root })
    }

    /// Where an absolute path leads, through links of directories, and of the last component if told to follow it. `None`:
    /// nowhere, to the kernel's own files below `/proc`, or too far.
    ///
    /// A directory that is not there, or not to be looked into, does not end it: it may be hidden from the process, and be
    /// there for everybody else. What follows it is then taken as it is written.
    pub(super) fn resolve(&self, path: &Path, follow: bool) -> Option<Seen> {
        self.plain(path, follow).or_else(|| self.followed(path, follow))
    }

    /// The path itself, if there is no link on it: most have none, and to ask the kernel for a path takes longer than all
    /// the rest.
    fn plain(&self, path: &Path, follow: bool) -> Option<Seen> {
        let written = path
            .components()
            .all(|component| matches!(component, Component::RootDir | Component::Normal(_)));
        if !written || path.starts_with("/proc") {
            return None;
        }
        let plain = |path: &Path, flags: OFlags| {
            let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS;
            openat2(
                &self.root,
                path,
                flags | OFlags::PATH | OFlags::CLOEXEC,
                Mode::empty(),
                resolve,
            )
        };
        let last = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        let there = match plain(path, last) {
            Ok(_) => true,
            Err(Errno::NOENT) => {
                plain(path.parent()?, OFlags::DIRECTORY).ok()?;
                false
            }
            Err(_) => return None,
        };
        // Without what only repeats: `//`, `/.` and a `/` at the end.
        let path = path.components().collect();
        Some(Seen { path, there })
    }

    fn followed(&self, path: &Path, follow: bool) -> Option<Seen> {
        let mut path = path.to_path_buf();
        for _ in 0..LINKS {
            if path.starts_with("/proc") {
                return None;
            }
            let Some(name) = path.file_name() else {
                // The root, or a directory by way of another.
                let directory = self.open(&path).ok()?;
                return Some(Seen {
                    path: path_of(&directory)?,
                    there: true,
                });
            };
            let parent = match self.open(path.parent()?) {
                Ok(parent) => parent,
                Err(Errno::NOENT | Errno::ACCESS | Errno::NOTDIR) => return self.beyond(&path),
                Err(_) => return None,
            };
            let real = path_of(&parent)?;
            let found = Seen {
                path: real.join(name),
                there: true,
            };
            match statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) if follow && FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => {
                    let link = readlinkat(&parent, name, Vec::new()).ok()?;
                    path = real.join(OsString::from_vec(link.into_bytes()));
                }
                Ok(_) => return Some(found),
                Err(Errno::NOENT | Errno::ACCESS | Errno::NOTDIR) => {
                    return Some(Seen {
                        there: false,
                        ..found
                    });
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// The nearest directory above that is there, and the rest as it is written.
    fn beyond(&self, path: &Path) -> Option<Seen> {
        for above in path.ancestors().skip(2) {
            if let Ok(directory) = self.open(above) {
                let rest = path.strip_prefix(above).ok()?;
                let plain = rest
                    .components()
                    .all(|component| matches!(component, Component::Normal(_)));
                let path = path_of(&directory)?.join(rest);
                return plain.then_some(Seen { path, there: false });
            }
        }
        None
    }

    fn open(&self, path: &Path) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        openat2(&self.root, path, flags, Mode::empty(), ResolveFlags::IN_ROOT)
    }
}

/// The path of what is open, as whoever has its root sees it.
fn path_of(descriptor: impl AsFd) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    let own = format!("/proc/self/fd/{}", descriptor.as_fd().as_raw_fd());
    absolute(readlinkat(CWD, own, Vec::new()).ok()?.into_bytes())
}

/// A path that leads somewhere: no pipe or the like, and nothing that was removed.
fn absolute(bytes: Vec<u8>) -> Option<PathBuf> {
    let plain = bytes.starts_with(b"/") && !bytes.ends_with(b" (deleted)");
    plain.then(|| PathBuf::from(OsString::from_vec(bytes)))
}

/// The directory that a thread's relative path starts from: the descriptor's, or its own. `None`: there is no such
/// descriptor, or it has no path.
pub(super) fn base(thread: u32, descriptor: Option<u64>) -> Result<Option<PathBuf>, Lost> {
    // The kernel takes the lower half for the descriptor.
    let descriptor = descriptor.and_then(|wide| u32::try_from(wide & u64::from(u32::MAX)).ok());
    let path = match descriptor.map(u32::cast_signed) {
        None | Some(libc::AT_FDCWD) => format!("/proc/{thread}/cwd"),
        Some(descriptor) => format!("/proc/{thread}/fd/{descriptor}"),
    };
    match readlinkat(CWD, path, Vec::new()) {
        Ok(link) => Ok(absolute(link.into_bytes())),
        Err(Errno::NOENT) => Ok(None),
        Err(_) => Err(Lost),
    }
}

/// The bytes up to a zero at that address of a thread. `None`: the kernel cannot read them either, or they are no path
/// for being too long.
pub(super) fn text(thread: u32, address: u64) -> Result<Option<Vec<u8>>, Lost> {
    let mut text = Vec::new();
    let mut at = address;
    let mut room = SHORT;
    while text.len() < PATH {
        // Never across the end of a page, which is mapped as a whole or not at all.
        let page = PAGE - at % PAGE;
        let start = text.len();
        text.resize(start + usize::try_from(room.min(page)).unwrap_or(0), 0);
        let Some(read) = bytes(thread, at, text.get_mut(start..).unwrap_or_default())? else {
            return Ok(None);
        };
        text.truncate(start + read);
        if let Some(end) = text.iter().position(|byte| *byte == 0) {
            text.truncate(end);
            return Ok((end < PATH).then_some(text));
        }
        at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        room = PAGE;
    }
    Ok(None)
}

/// As many bytes as there are from that address of a thread, none where the kernel cannot read them either.
pub(super) fn bytes(thread: u32, address: u64, into: &mut [u8]) -> Result<Option<usize>, Lost> {
    match foreign_memory::read(thread, address, into) {
        Ok(0) | Err(Errno::FAULT) => Ok(None),
        Ok(read) => Ok(Some(read)),
        Err(_) => Err(Lost),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_leads_where_its_links_lead() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        std::fs::write(top.join("a/file"), "").unwrap();
        symlink("a/b", top.join("to-b")).unwrap();
        symlink("a/file", top.join("to-file")).unwrap();
        symlink("a/new", top.join("to-new")).unwrap();
        symlink("circle", top.join("circle")).unwrap();
        let view = View::of(std::process::id()).unwrap();
        let cases = [
            ("itself", "a/file", true, Some(("a/file", true))),
            ("with what repeats", "./a//file/", true, Some(("a/file", true))),
            ("not there", "a/other", true, Some(("a/other", false))),
            ("a link", "to-file", true, Some(("a/file", true))),
            ("a link itself", "to-file", false, Some(("to-file", true))),
            ("a link to nothing", "to-new", true, Some(("a/new", false))),
            ("by a linked directory", "to-b/x", false, Some(("a/b/x", false))),
            (
                "up from a linked directory",
                "to-b/../file",
                true,
                Some(("a/file", true)),
            ),
            ("a directory by another", "a/b/..", true, Some(("a", true))),
            ("below nothing", "none/x/y", true, Some(("none/x/y", false))),
            ("up from nothing", "none/x/../../y", true, None),
            ("below a file", "a/file/x", true, Some(("a/file/x", false))),
            ("a circle", "circle", true, None),
        ];
        for (name, path, follow, expected) in cases {
            let expected = expected.map(|(path, there)| Seen {
                path: top.join(path),
                there,
            });
            assert_eq!(view.resolve(&top.join(path), follow), expected, "{name}");
        }
        assert_eq!(view.resolve(Path::new("/proc/self/fd/1"), true), None);
        let root = Seen {
            path: "/".into(),
            there: true,
        };
        assert_eq!(view.resolve(Path::new("/"), true), Some(root));
    }

    #[test]
    fn text_is_read_across_pages_and_no_further_than_a_path() {
        let own = |text_: &[u8]| text(std::process::id(), u64::try_from(text_.as_ptr().addr()).unwrap());
        let long = [vec![b'x'; PATH - 1], vec![0]].concat();
        assert_eq!(own(&long), Ok(Some(vec![b'x'; PATH - 1])));
        let longer = [vec![b'x'; PATH], vec![0]].concat();
        assert_eq!(own(&longer), Ok(None));
        assert_eq!(own(b"\0"), Ok(Some(Vec::new())));
        assert_eq!(text(std::process::id(), 8), Ok(None));
        assert_eq!(text(u32::MAX, 8), Err(Lost));
    }
}
