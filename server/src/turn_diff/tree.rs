//! What the files of a work tree hold, kept from one command to the next.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ignore::WalkBuilder;

use super::content::{Content, Seen};
use super::ignored::Ignored;
use crate::slots::Slots;

/// Files that are looked at.
const MOST_FILES: usize = 50_000;

/// Directories that are looked into.
const MOST_DIRECTORIES: usize = 50_000;

/// Bytes that are kept of them.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What the files of one work tree hold. Each look reads again only what has changed since the last one.
#[derive(Debug)]
pub(crate) struct WorkTree {
    /// For the bytes of what is kept, of this tree and of others.
    room: Slots,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    last: Arc<Files>,
    /// When that was.
    time: (i64, i64),
    moments: u64,
}

/// By their absolute paths, which are compared as bytes.
type Files = BTreeMap<OsString, File>;

#[derive(Clone, Debug)]
struct File {
    seen: Seen,
    content: Content,
}

/// What the files of a work tree held at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    files: Arc<Files>,
    at: u64,
    /// The time of day of that moment, as the file system counts.
    time: (i64, i64),
    unseen: Option<&'static str>,
}

impl WorkTree {
    /// One of which nothing is known yet. What is kept of it has its place in this room.
    pub(crate) fn new(room: Slots) -> Self {
        Self {
            room,
            kept: Mutex::default(),
        }
    }

    /// Where the bytes are counted of what is kept.
    pub(crate) fn room(&self) -> &Slots {
        &self.room
    }

    /// A moment: later ones are greater.
    pub(crate) fn moment(&self) -> u64 {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.moments = kept.moments.saturating_add(1);
        kept.moments
    }

    /// Looks at all files below a directory that git would not ignore, hidden ones too; `.git` itself is left out. No
    /// link is followed, and no configuration but ignore files is read; one that is no short file leaves nothing out.
    pub(crate) fn look(&self, root: &Path) -> Snapshot {
        let time = now();
        let at = self.moment();
        let (last, then) = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            (kept.last.clone(), kept.time)
        };
        let (files, unseen) = files(root, &last, then, &self.room);
        let files = Arc::new(files);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last = files.clone();
        kept.time = time;
        Snapshot {
            files,
            at,
            time,
            unseen,
        }
    }
}

impl Snapshot {
    /// When it was taken, as [`WorkTree::moment`] counts.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn unseen(&self) -> Option<&'static str> {
        self.unseen
    }

    pub(super) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path.as_os_str())
    }

    /// What a path held.
    pub(super) fn content(&self, path: &Path) -> Content {
        let file = self.files.get(path.as_os_str());
        file.map_or(Content::Nothing, |file| file.content.clone())
    }

    /// The paths that held something else later.
    pub(super) fn changes(&self, later: &Self) -> Vec<PathBuf> {
        let mut changes = Vec::new();
        for (path, file) in &*self.files {
            let is_changed = match later.files.get(path) {
                Some(now) => now.content != file.content,
                // What is ignored from now on is there still.
                None => later.unseen.is_none() && Content::at(Path::new(path)) != file.content,
            };
            if is_changed {
                changes.push(PathBuf::from(path));
            }
        }
        for (path, file) in &*later.files {
            // What was ignored before, and is not any more, is older than the moment.
            if !self.has(Path::new(path)) && file.seen.changed() >= self.time && self.unseen.is_none() {
                changes.push(PathBuf::from(path));
            }
        }
        changes
    }
}

/// The time of day, less than which no file has that is changed from now on: the kernel counts in ticks.
#[expect(clippy::disallowed_methods, reason = "no verdict depends on it")]
fn now() -> (i64, i64) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = since.saturating_sub(std::time::Duration::from_millis(20));
    (
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        i64::from(since.subsec_nanos()),
    )
}

/// All files, and what was not looked at. What was kept of them at that time counts where nobody has changed them since.
fn files(root: &Path, last: &Files, then: (i64, i64), space: &Slots) -> (Files, Option<&'static str>) {
    let mut files = Files::new();
    let mut bytes = 0_usize;
    let mut directories = 0_usize;
    let ignored = Ignored::default();
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.depth() == 0 || entry.file_name() != ".git" && !ignored.has(entry.path(), is_directory)
        });
    for entry in walk.build().flatten() {
        if entry.file_type().is_none_or(|kind| kind.is_dir()) {
            directories = directories.saturating_add(1);
            if directories > MOST_DIRECTORIES {
                return (files, Some("it has more than 50,000 directories"));
            }
            continue;
        }
        if files.len() >= MOST_FILES {
            return (files, Some("it has more than 50,000 files"));
        }
        let path = entry.into_path();
        let Ok(found) = fs::symlink_metadata(&path) else {
            continue;
        };
        let seen = Seen::of(&found);
        let content = match last.get(path.as_os_str()) {
            // What is changed in the moment that it is read in may look as it did before.
            Some(file) if file.seen == seen && seen.changed() < then => file.content.clone(),
            _ => Content::of(&path, &found).held(space, seen),
        };
        bytes = bytes.saturating_add(content.len());
        let content = if bytes > MOST_BYTES && content.len() > 0 {
            bytes = bytes.saturating_sub(content.len());
            Content::Unkept {
                why: "the work tree holds more than 64 MiB",
                seen,
            }
        } else {
            content
        };
        files.insert(path.into_os_string(), File { seen, content });
    }
    (files, None)
}
