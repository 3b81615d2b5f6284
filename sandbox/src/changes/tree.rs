//! What was seen of the files: one flat list, in which the entries of a directory stand side by side.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::fs::{FileType, Statx, StatxTimestamp};

use super::{Kind, Missing};

/// How many are named of what was not looked at.
const NAMED: usize = 1_000;

/// All that was seen. The roots come first, then the entries of each directory in the order of its place in the list.
#[derive(Debug, Default)]
pub(super) struct Tree {
    entries: Vec<Entry>,
    /// Names, and what symbolic links say, one after the other.
    bytes: Vec<u8>,
    /// How many roots there are, each named by its whole path.
    pub(super) roots: u32,
    /// Roots of which not even the kind could be seen.
    pub(super) unseen: Vec<PathBuf>,
    /// What was not looked at.
    pub(super) missing: Vec<Missing>,
    /// How many more.
    pub(super) unnamed: usize,
}

/// A file or directory that was seen.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: Text,
    /// The directory that it stands in; nothing for a root.
    pub(super) parent: Option<u32>,
    pub(super) depth: u16,
    pub(super) stat: Stat,
    /// What it says, for a symbolic link.
    pub(super) target: Text,
    pub(super) inside: Inside,
}

/// A piece of the tree's bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    start: u32,
    length: u16,
}

/// What is known of what stands in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Inside {
    /// It is no directory.
    Nothing,
    /// Everything: these entries, in the order of their names.
    Entries(Range<u32>),
    /// It is an empty directory that a run has put there for its own time, and is not told of.
    Placeholder,
    /// It was not looked at.
    Unseen,
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stat {
    pub(super) device: (u32, u32),
    pub(super) inode: u64,
    pub(super) bytes: u64,
    pub(super) modified: Time,
    pub(super) status: Time,
    /// When the inode was made, where the file system keeps that.
    pub(super) born: Option<Time>,
    pub(super) mode: u16,
    pub(super) links: u32,
    pub(super) owner: (u32, u32),
    /// What a device file stands for.
    pub(super) special: (u32, u32),
}

/// Seconds and nanoseconds since 1970.
pub(super) type Time = (i64, u32);

impl Tree {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(usize::try_from(index).ok()?)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn text(&self, text: Text) -> &[u8] {
        let start = usize::try_from(text.start).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::from(text.length));
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The whole path of an entry.
    pub(super) fn path(&self, index: u32) -> PathBuf {
        let mut names = Vec::new();
        let mut next = Some(index);
        while let Some(entry) = next.and_then(|index| self.entry(index)) {
            names.push(OsStr::from_bytes(self.text(entry.name)));
            next = entry.parent;
        }
        names.iter().rev().collect()
    }

    /// Keeps some bytes. Nothing where there are too many of them.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Option<Text> {
        let start = u32::try_from(self.bytes.len()).ok()?;
        let length = u16::try_from(bytes.len()).ok()?;
        self.bytes.extend_from_slice(bytes);
        Some(Text { start, length })
    }

    /// A place to come back to when what is kept from now on turns out useless.
    pub(super) fn mark(&self) -> usize {
        self.bytes.len()
    }

    /// Forgets what was kept since.
    pub(super) fn forget(&mut self, mark: usize) {
        self.bytes.truncate(mark);
    }

    /// Adds entries, and says where they stand. Nothing where there are too many.
    pub(super) fn add(&mut self, mut entries: Vec<Entry>) -> Option<Range<u32>> {
        entries.sort_unstable_by(|left, right| self.text(left.name).cmp(self.text(right.name)));
        let start = u32::try_from(self.entries.len()).ok()?;
        let end = u32::try_from(self.entries.len() + entries.len()).ok()?;
        self.entries.append(&mut entries);
        Some(start..end)
    }

    pub(super) fn set_inside(&mut self, index: u32, inside: Inside) {
        let place = usize::try_from(index).ok();
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.inside = inside;
        }
    }

    pub(super) fn miss(&mut self, missing: Missing) {
        if self.missing.len() < NAMED {
            self.missing.push(missing);
        } else {
            self.unnamed += 1;
        }
    }

    /// Adds what another tree did not look at.
    pub(super) fn all_missing(&self, other: &Self) -> (Vec<Missing>, usize) {
        let mut missing = [self.missing.as_slice(), other.missing.as_slice()].concat();
        missing.sort_unstable();
        missing.dedup();
        let beyond = missing.len().saturating_sub(NAMED);
        missing.truncate(NAMED);
        // The same ones may be beyond both bounds; the larger number is the least that there are.
        (missing, beyond + self.unnamed.max(other.unnamed))
    }

    /// The order of two names of two trees.
    pub(super) fn order(&self, own: Text, other: &Self, others: Text) -> Ordering {
        self.text(own).cmp(other.text(others))
    }
}

impl Stat {
    pub(super) fn kind(&self) -> Kind {
        match FileType::from_raw_mode(self.mode.into()) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Directory,
            FileType::Symlink => Kind::Symlink,
            FileType::Fifo => Kind::Fifo,
            FileType::Socket => Kind::Socket,
            FileType::CharacterDevice | FileType::BlockDevice => Kind::Device,
            FileType::Unknown => Kind::Unknown,
        }
    }
}

impl From<Statx> for Stat {
    fn from(from: Statx) -> Self {
        let time = |time: StatxTimestamp| (time.tv_sec, time.tv_nsec);
        let has_birth = from.stx_mask & rustix::fs::StatxFlags::BTIME.bits() != 0;
        Self {
            device: (from.stx_dev_major, from.stx_dev_minor),
            inode: from.stx_ino,
            bytes: from.stx_size,
            modified: time(from.stx_mtime),
            status: time(from.stx_ctime),
            born: has_birth.then(|| time(from.stx_btime)),
            mode: from.stx_mode,
            links: from.stx_nlink,
            owner: (from.stx_uid, from.stx_gid),
            special: (from.stx_rdev_major, from.stx_rdev_minor),
        }
    }
}
