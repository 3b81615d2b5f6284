//! What a path holds, as far as it is kept.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::OFlags;

use super::held::Held;
use crate::slots::Slots;

/// Bytes of a file whose content is kept.
const LONGEST: u64 = 256 * 1024;

/// What a path holds. Copies share the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Content {
    /// Nothing that a diff is made of: no file, or a directory.
    Nothing,
    /// Text.
    Text {
        /// All of it.
        text: Arc<Held>,
        /// Whether it is a program.
        is_executable: bool,
    },
    /// Where a link leads.
    Link(Arc<str>),
    /// Bytes that are no text.
    Binary {
        /// Their hash.
        hash: [u8; 32],
        /// Whether it is a program.
        is_executable: bool,
    },
    /// A file whose content is not kept.
    Unkept {
        /// Why, for the diff.
        why: &'static str,
        /// What tells it from itself after a change.
        seen: Seen,
    },
}

/// What the file system says of a file; it differs after a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    device: u64,
    inode: u64,
    size: u64,
    mode: u32,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Content {
    /// What a path holds now; no link is followed but those on the way.
    pub(crate) fn at(path: &Path) -> Self {
        fs::symlink_metadata(path).map_or(Self::Nothing, |found| Self::of(path, &found))
    }

    /// What the path holds now that held this before: the same, where nobody has touched it.
    pub(super) fn after(&self, path: &Path) -> Self {
        let Ok(found) = fs::symlink_metadata(path) else {
            return Self::Nothing;
        };
        match self {
            Self::Unkept { seen, .. } if *seen == Seen::of(&found) => self.clone(),
            // What a patch has put back is of any length.
            Self::Text { text, .. } if found.is_file() && u64::try_from(text.len()) == Ok(found.len()) => {
                Self::read(path, &found, found.len())
            }
            Self::Nothing | Self::Text { .. } | Self::Link(_) | Self::Binary { .. } | Self::Unkept { .. } => {
                Self::of(path, &found)
            }
        }
    }

    /// The content of a file that a patch has read, with its mode, as far as it is kept: its text in this room.
    pub(crate) fn kept_of(bytes: &[u8], mode: u32, room: &Slots) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        // It is of no file that is there.
        let seen = Seen {
            device: 0,
            inode: 0,
            size,
            mode,
            written: (0, 0),
            changed: (0, 0),
        };
        if size <= LONGEST {
            return Self::of_bytes(bytes, mode).held(room, seen);
        }
        Self::Unkept {
            why: "it is longer than 256 KiB",
            seen,
        }
    }

    /// The same to be kept: its text has a place in this room, or is not kept.
    pub(super) fn held(self, room: &Slots, seen: Seen) -> Self {
        let Self::Text { text, is_executable } = self else {
            return self;
        };
        Held::in_room(&text, room).map_or(
            Self::Unkept {
                why: "the server keeps too much already",
                seen,
            },
            |text| Self::Text {
                text: Arc::new(text),
                is_executable,
            },
        )
    }

    /// The content of a file that somebody else has read, with its mode.
    pub(crate) fn of_bytes(bytes: &[u8], mode: u32) -> Self {
        let is_executable = mode & 0o100 != 0;
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Self::Text {
                text: Arc::new(Held::free(text)),
                is_executable,
            },
            _ => Self::Binary {
                hash: *blake3::hash(bytes).as_bytes(),
                is_executable,
            },
        }
    }

    /// What a path holds that was looked at.
    pub(super) fn of(path: &Path, found: &Metadata) -> Self {
        let seen = Seen::of(found);
        let unkept = |why| Self::Unkept { why, seen };
        if found.is_symlink() {
            let leads = fs::read_link(path).ok();
            let leads = leads.as_ref().and_then(|leads| leads.to_str());
            return leads.map_or(unkept("it leads to no UTF-8"), |leads| Self::Link(leads.into()));
        }
        if !found.is_file() {
            return Self::Nothing;
        }
        Self::read(path, found, LONGEST)
    }

    /// What a file holds, of at most so many bytes.
    fn read(path: &Path, found: &Metadata, most: u64) -> Self {
        let seen = Seen::of(found);
        let unkept = |why| Self::Unkept { why, seen };
        if found.len() > most {
            return unkept("it is longer than 256 KiB");
        }
        match read(path, most) {
            Ok(bytes) if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) => {
                Self::of_bytes(&bytes, found.permissions().mode())
            }
            Ok(_) => unkept("it is longer than 256 KiB"),
            Err(_) => unkept("it cannot be read"),
        }
    }

    /// Bytes that it keeps.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text { text, .. } => text.len(),
            Self::Link(leads) => leads.len(),
            Self::Nothing | Self::Binary { .. } | Self::Unkept { .. } => 0,
        }
    }
}

impl Seen {
    pub(super) fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.len(),
            mode: found.mode(),
            written: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }

    /// When it was changed last: seconds and nanoseconds since 1970.
    pub(super) fn changed(self) -> (i64, i64) {
        self.changed
    }
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let mut options = File::options();
    let file = options.read(true).custom_flags(flags.cast_signed()).open(path)?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a path may stand in a header of a diff as it is.
pub(super) fn is_plain(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    !bytes
        .iter()
        .any(|byte| byte.is_ascii_control() || matches!(byte, b'"' | b'\\' | 0x80..))
}
