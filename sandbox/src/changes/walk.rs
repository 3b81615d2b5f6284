//! Looks at all files below the roots, near ones first, by directory descriptors and without following a link.

use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, OFlags, RawDir, StatxFlags, readlinkat, statx};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};

use super::tree::{Entry, Inside, Stat, Text, Time, Tree};
use super::{Bounds, Kind, Missing, Unseen};
use crate::{no_links, placeholder};

/// Bytes of directory entries that are read at once.
const BUFFER: usize = 64 << 10;

/// The longest tick of the kernel's clock is 10 ms; two cover it wherever it begins.
const TICKS: u32 = 20;

/// Looks at the roots and all below them.
pub(super) fn walk(roots: &[PathBuf], bounds: Bounds) -> Tree {
    let mut walk = Walk {
        tree: Tree::default(),
        bounds,
        buffer: vec![MaybeUninit::uninit(); BUFFER],
    };
    walk.roots(roots);
    let mut next = 0;
    while let Some(entry) = walk.tree.entry(next) {
        if entry.inside == Inside::Unseen {
            let depth = entry.depth;
            walk.directory(next, depth);
        }
        next += 1;
    }
    walk.tree
}

/// Those of the roots that a walk from another one does not come by. A path that leads through a link to one that is
/// named as lying inside is not come by.
pub(super) fn outermost(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut sorted = roots.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut kept: Vec<PathBuf> = Vec::new();
    for root in sorted {
        let above = root.parent().unwrap_or(&root);
        let through_link = matches!(
            no_links::directory(above, OFlags::PATH),
            Err(Errno::LOOP | Errno::NOTDIR)
        );
        if through_link || !kept.iter().any(|outer| root.starts_with(outer)) {
            kept.push(root);
        }
    }
    kept
}

/// Waits until the kernel's clock is past the newest status time that was seen, so that whatever is changed from now
/// on gets another one. Times that lie further ahead are of another clock, and are not waited for.
pub(super) fn let_the_clock_go_on(tree: &Tree) {
    let Some(newest) = tree
        .entries()
        .iter()
        .map(|entry| entry.stat.status)
        .filter(|time| *time <= ahead())
        .max()
    else {
        return;
    };
    for _ in 0..TICKS {
        if now() > newest {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What time the kernel writes to files now, where it does not count finer.
fn now() -> Time {
    let now = clock_gettime(ClockId::RealtimeCoarse);
    (now.tv_sec, u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The time that it is when the longest waiting is over.
fn ahead() -> Time {
    let (seconds, nanoseconds) = now();
    let later = nanoseconds + TICKS * 1_000_000;
    (seconds + i64::from(later / 1_000_000_000), later % 1_000_000_000)
}

struct Walk {
    tree: Tree,
    bounds: Bounds,
    buffer: Vec<MaybeUninit<u8>>,
}

impl Walk {
    fn roots(&mut self, roots: &[PathBuf]) {
        let mut entries = Vec::new();
        for path in roots {
            match self.root(path) {
                Ok(entry) => entries.push(entry),
                // What does not exist is nothing; it may be added.
                Err(Unseen::Refused(errno)) if errno == Errno::NOENT.raw_os_error() => {}
                Err(why) => {
                    self.tree.unseen.push(path.clone());
                    self.tree.miss(Missing {
                        path: path.clone(),
                        why,
                    });
                }
            }
        }
        let range = self.tree.add(entries).unwrap_or_default();
        self.tree.roots = range.end;
    }

    fn root(&mut self, path: &Path) -> Result<Entry, Unseen> {
        let (parent, name) = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => (parent, name),
            _ => (path, ".".as_ref()),
        };
        let parent = match no_links::directory(parent, OFlags::PATH) {
            // A file stands in the way: nothing is there.
            Err(Errno::NOTDIR) if parent.symlink_metadata().is_ok_and(|about| !about.is_symlink()) => {
                return Err(Errno::NOENT.into());
            }
            parent => parent?,
        };
        let text = self
            .tree
            .keep(path.as_os_str().as_bytes())
            .ok_or(Unseen::TooMany)?;
        Ok(self.entry(&parent, name, text, None, 0)?)
    }

    /// What the file system says of one name in a directory.
    fn entry(
        &mut self,
        directory: &OwnedFd,
        name: impl rustix::path::Arg + Copy,
        text: Text,
        parent: Option<u32>,
        depth: u16,
    ) -> rustix::io::Result<Entry> {
        let how = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        let mask = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
        let stat = Stat::from(statx(directory, name, how, mask)?);
        let target = if stat.kind() == Kind::Symlink {
            let target = readlinkat(directory, name, Vec::new())?;
            self.tree.keep(target.as_bytes()).ok_or(Errno::NAMETOOLONG)?
        } else {
            Text::default()
        };
        let inside = if stat.kind() == Kind::Directory {
            Inside::Unseen
        } else {
            Inside::Nothing
        };
        Ok(Entry {
            name: text,
            parent,
            depth,
            stat,
            target,
            inside,
        })
    }

    /// Looks into a directory: all of it, or none.
    fn directory(&mut self, index: u32, depth: u16) {
        let path = self.tree.path(index);
        let mark = self.tree.mark();
        let inside = if usize::from(depth) >= self.bounds.depth {
            Err(Unseen::TooDeep)
        } else {
            self.read(index, &path, depth.saturating_add(1))
        };
        match inside {
            Ok(inside) => self.tree.set_inside(index, inside),
            // It went away in between, and with it all below; the directory itself was seen.
            Err(Unseen::Refused(errno)) if errno == Errno::NOENT.raw_os_error() => {
                self.tree.forget(mark);
                self.tree.set_inside(index, Inside::Entries(0..0));
            }
            Err(why) => {
                self.tree.forget(mark);
                self.tree.miss(Missing { path, why });
            }
        }
    }

    fn read(&mut self, index: u32, path: &Path, depth: u16) -> Result<Inside, Unseen> {
        let directory = no_links::directory(path, OFlags::RDONLY)?;
        let room = self.bounds.entries.saturating_sub(self.tree.len());
        // The buffer is lent out while entries are made.
        let mut buffer = std::mem::take(&mut self.buffer);
        let entries = self.entries(&directory, &mut buffer, room, index, depth);
        self.buffer = buffer;
        let entries = entries?;
        if entries.is_empty() && placeholder::is_marked(directory.as_fd()) {
            return Ok(Inside::Placeholder);
        }
        Ok(Inside::Entries(self.tree.add(entries).ok_or(Unseen::TooMany)?))
    }

    fn entries(
        &mut self,
        directory: &OwnedFd,
        buffer: &mut [MaybeUninit<u8>],
        room: usize,
        parent: u32,
        depth: u16,
    ) -> Result<Vec<Entry>, Unseen> {
        let mut entries = Vec::new();
        let mut listed = RawDir::new(directory, buffer);
        while let Some(entry) = listed.next() {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            if entries.len() >= room {
                return Err(Unseen::TooMany);
            }
            let text = self.tree.keep(name.to_bytes()).ok_or(Unseen::TooMany)?;
            match self.entry(directory, name, text, Some(parent), depth) {
                Ok(entry) => entries.push(entry),
                // Gone since it was listed.
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(entries)
    }
}
