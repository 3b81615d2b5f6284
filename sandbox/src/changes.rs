//! Which files a run added, changed or deleted, told by what the file system says of them before and after.

mod compare;
mod tree;
mod walk;

use std::path::PathBuf;

use rustix::io::Errno;

use tree::Tree;

/// What was there before a run.
///
/// Contents are not read: a file counts as changed by its size, its times, its inode, its mode and owner. The status
/// time cannot be set by a program, so a time of modification that was put back hides nothing. Since Linux 6.13 ext4,
/// xfs, btrfs and tmpfs give a file that was looked at a status time of its own with the next change. Elsewhere two
/// changes in one tick of the kernel's clock share a status time; [`Snapshot::take`] therefore returns only when the
/// clock has gone on since the newest that it saw, at most 20 ms later. What remains are file systems that keep whole
/// seconds only (FAT, ext3): a file that was changed within a second before the snapshot can there be rewritten at
/// the same length within that second, unseen. What the file system says is believed: one in user space or across
/// the network may say anything.
#[derive(Debug)]
pub struct Snapshot {
    roots: Vec<PathBuf>,
    bounds: Bounds,
    before: Tree,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Files and directories of all roots together. What is nearer to a root is looked at first; a directory that
    /// does not fit in is not looked at at all.
    pub entries: usize,
    /// How many directories deep below a root.
    pub depth: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            entries: 200_000,
            depth: 128,
        }
    }
}

impl Snapshot {
    /// Looks at all that stands in these directories, and at these files. Absolute paths without symbolic links; they
    /// may lie in each other and need not exist. No link is followed; what is mounted below a root is looked at too.
    pub fn take(roots: &[PathBuf], bounds: Bounds) -> Self {
        let roots = walk::outermost(roots);
        let before = walk::walk(&roots, bounds);
        walk::let_the_clock_go_on(&before);
        Self {
            roots,
            bounds,
            before,
        }
    }

    /// Looks again, and says what is different. Whatever changed since belongs to it, by whomever it was done.
    pub fn changes(&self) -> Changes {
        compare::compare(&self.before, &walk::walk(&self.roots, self.bounds))
    }

    /// How many files and directories were seen.
    pub fn entries(&self) -> usize {
        self.before.len()
    }
}

/// What is different, each list in the order of the paths' bytes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Changes {
    /// What was not there before.
    pub added: Vec<Change>,
    /// What was there and is not as it was.
    pub changed: Vec<Change>,
    /// What is there no more.
    pub deleted: Vec<Change>,
    /// What was not looked at before, after, or both. At most 1,000 are named.
    pub missing: Vec<Missing>,
    /// How many more were not looked at.
    pub unnamed: usize,
}

/// One file or directory that is different.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Where it is, or was.
    pub path: PathBuf,
    /// What it is now, or was when it was deleted.
    pub kind: Kind,
    /// Its size now, or when it was deleted; 0 for what is no file.
    pub bytes: u64,
    /// In which ways a changed one is different; empty for one that was added or deleted.
    pub aspects: Vec<Aspect>,
    /// Where an added one was before. Said only where it is sure: the same inode with the same time of birth, which
    /// one name lost and one name gained. File systems that keep no time of birth have no renames.
    pub renamed_from: Option<PathBuf>,
}

/// What a path names.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A unix socket.
    Socket,
    /// A device, of characters or of blocks.
    Device,
    /// Something that this list does not know.
    Unknown,
}

impl Kind {
    /// A name for reports, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Device => "device",
            Self::Unknown => "unknown",
        }
    }
}

/// A way in which something is different. Extended attributes of a directory or of a symbolic link are not looked at.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Aspect {
    /// It was written to or replaced: size, time of modification or inode differ, or what a symbolic link says.
    Content,
    /// Who may do what.
    Mode,
    /// Owner or group.
    Owner,
    /// How many names the file has.
    Links,
    /// It is of another kind.
    Kind,
    /// Only its status time: its extended attributes were changed, it was renamed there and back, or it was written
    /// to and the time of modification put back.
    Status,
}

impl Aspect {
    /// A name for reports, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Mode => "mode",
            Self::Owner => "owner",
            Self::Links => "links",
            Self::Kind => "kind",
            Self::Status => "status",
        }
    }
}

/// Something in a root that was not looked at. Of a directory, that is all below it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Missing {
    /// Where it is.
    pub path: PathBuf,
    /// Why it was not looked at.
    pub why: Unseen,
}

/// Why something was not looked at.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, thiserror::Error)]
pub enum Unseen {
    /// [`Bounds::entries`] was reached.
    #[error("there are more files than are looked at")]
    TooMany,
    /// [`Bounds::depth`] was reached, or the kernel's longest path.
    #[error("it lies too deep")]
    TooDeep,
    /// The kernel refused; the number is its error.
    #[error("{}", std::io::Error::from_raw_os_error(*.0))]
    Refused(i32),
}

impl From<Errno> for Unseen {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NAMETOOLONG => Self::TooDeep,
            errno => Self::Refused(errno.raw_os_error()),
        }
    }
}
