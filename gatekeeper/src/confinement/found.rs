//! Which paths a profile's patterns mean on this file system.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use execpolicy::{Context, PathGlob, PathPart};

use super::{is_anywhere, places, real};

/// Directories of the work tree that are searched for names that are hidden or protected wherever they stand. What
/// lies past it is told.
const DIRECTORIES: usize = 4_096;

/// Entries that are looked at for patterns and in the search.
const ENTRIES: usize = 100_000;

/// Directories that are not searched: what is in them was put there by tools, and is very much.
const SKIPPED: &[&str] = &[
    "node_modules",
    "target",
    ".venv",
    "venv",
    "__pycache__",
    ".git",
    ".tox",
    "dist",
    "build",
];

/// Whether paths are wanted that are named outright and not there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Absent {
    /// They are.
    Kept,
    /// They are not.
    Left,
}

/// A directory in which names are looked for that may stand anywhere.
struct Start {
    path: PathBuf,
    /// What is in it; `None` if nobody says.
    names: Option<BTreeSet<OsString>>,
}

impl Start {
    fn list(path: PathBuf) -> Self {
        let entries = fs::read_dir(&path).ok();
        let names = entries.map(|entries| entries.flatten().map(|entry| entry.file_name()).collect());
        Self { path, names }
    }

    /// Whether something of this name may be in it.
    fn has(&self, name: &str) -> bool {
        self.names
            .as_ref()
            .is_none_or(|names| names.contains(OsStr::new(name)))
    }
}

/// An entry of a directory.
struct Listed {
    name: OsString,
    /// What a pattern is asked of: what is no UTF-8 is meant by a star as everything is.
    text: Box<str>,
}

impl Listed {
    fn of(name: OsString) -> Self {
        let text = name.to_string_lossy().into();
        Self { name, text }
    }
}

/// Which paths are of interest.
#[derive(Clone, Copy, Debug)]
pub(super) enum Within<'a> {
    /// Those in one of these directories.
    Roots(&'a [PathBuf]),
    /// All.
    Anywhere,
}

impl Within<'_> {
    /// Whether something of interest may be at or below this path.
    fn reaches(self, path: &Path) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Roots(roots) => roots
                .iter()
                .any(|root| lies_in(path, root) || lies_in(root, path)),
        }
    }
}

/// Finds paths.
pub(super) struct Finder<'c> {
    context: &'c Context,
    /// Where a name that stands anywhere is looked for: the work tree, and the home directory.
    starts: Vec<Start>,
    /// What the search has found, by the first name of the patterns.
    found: BTreeMap<OsString, BTreeSet<PathBuf>>,
    /// What each directory holds that was listed.
    listed: BTreeMap<PathBuf, Rc<[Listed]>>,
    /// How many entries are still looked at.
    left: usize,
    unseen: Vec<String>,
}

impl<'c> Finder<'c> {
    /// Nothing is found yet.
    pub(super) fn new(context: &'c Context) -> Self {
        let home = context.home.as_deref().map(real);
        Self {
            context,
            starts: places(context).into_iter().chain(home).map(Start::list).collect(),
            found: BTreeMap::new(),
            listed: BTreeMap::new(),
            left: ENTRIES,
            unseen: Vec::new(),
        }
    }

    /// Notes something that is not kept as it should be.
    pub(super) fn tell(&mut self, what: String) {
        self.unseen.push(what);
    }

    /// What was not looked at.
    pub(super) fn into_unseen(self) -> Vec<String> {
        self.unseen
    }

    /// Searches these directories once for what the patterns name anywhere.
    pub(super) fn search<'g>(&mut self, roots: &[PathBuf], globs: impl Iterator<Item = &'g PathGlob>) {
        let wanted: BTreeSet<&OsStr> = globs.filter_map(first_name).map(OsStr::new).collect();
        let mut waiting: VecDeque<PathBuf> = roots.iter().cloned().collect();
        let mut left = DIRECTORIES;
        while let Some(directory) = waiting.pop_front() {
            let Some(less) = left.checked_sub(1) else {
                let why = "more than 4096 directories: what is hidden or protected by its name is looked for no deeper than";
                self.unseen.push(format!("{why} `{}`", directory.display()));
                return;
            };
            left = less;
            let Ok(entries) = fs::read_dir(&directory) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let is_skipped = SKIPPED.iter().any(|skipped| name == *skipped);
                if !is_skipped && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    waiting.push_back(entry.path());
                }
                if wanted.contains(&*name) {
                    self.found.entry(name).or_default().insert(entry.path());
                }
            }
        }
    }

    /// The paths that these patterns mean, in no order: those that are there, and those that are named outright.
    pub(super) fn find(&mut self, globs: &[PathGlob], absent: Absent, within: Within<'_>) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for glob in globs {
            if is_anywhere(glob) {
                self.find_anywhere(glob, absent, within, &mut paths);
                continue;
            }
            for beginning in glob.beginnings(self.context) {
                // Told by a caller or a variable, it may have slashes or dots to spare.
                let beginning = Path::new(&beginning).components().collect();
                self.follow(beginning, glob.parts(), within, &mut paths);
            }
        }
        paths
    }

    /// What a pattern means that begins with `**`: in the home directory, at the root of the work tree, and where the
    /// search has found its first name.
    fn find_anywhere(
        &mut self,
        glob: &PathGlob,
        absent: Absent,
        within: Within<'_>,
        paths: &mut Vec<PathBuf>,
    ) {
        let first = first_name(glob);
        // One listing answers for the many names that are nowhere.
        let is_wanted = |start: &&Start| absent == Absent::Kept || first.is_none_or(|name| start.has(name));
        let starts: Vec<PathBuf> = self
            .starts
            .iter()
            .filter(is_wanted)
            .map(|start| start.path.clone())
            .collect();
        for start in starts {
            self.follow(start, glob.parts().skip(1), within, paths);
        }
        let found = first.and_then(|name| self.found.get(OsStr::new(name))).cloned();
        for path in found.into_iter().flatten() {
            self.follow(path, glob.parts().skip(2), within, paths);
        }
    }

    /// Follows what is left of a pattern from a directory on.
    fn follow<'p>(
        &mut self,
        at: PathBuf,
        mut parts: impl Iterator<Item = PathPart<'p>> + Clone,
        within: Within<'_>,
        paths: &mut Vec<PathBuf>,
    ) {
        if !within.reaches(&at) {
            return;
        }
        let Some(part) = parts.next() else {
            paths.push(at);
            return;
        };
        match part {
            PathPart::Name(name) => self.follow(at.join(name), parts, within, paths),
            // All that lies below: the directory stands for it.
            PathPart::Any if parts.clone().next().is_none() => paths.push(at),
            // In the middle: each name below, one level is enough for what profiles say.
            PathPart::Any => {
                self.follow(at.clone(), parts.clone(), within, paths);
                for entry in &*self.entries(&at) {
                    let path = at.join(&entry.name);
                    if path.is_dir() {
                        self.follow(path, parts.clone(), within, paths);
                    }
                }
            }
            PathPart::Names(names) => {
                for entry in &*self.entries(&at) {
                    if names.means(&entry.text) {
                        self.follow(at.join(&entry.name), parts.clone(), within, paths);
                    }
                }
            }
        }
    }

    /// What a directory holds, listed once: several patterns ask for that of `/etc`.
    fn entries(&mut self, directory: &Path) -> Rc<[Listed]> {
        if let Some(listed) = self.listed.get(directory) {
            return Rc::clone(listed);
        }
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let listed: Rc<[Listed]> = entries
            .take(self.left)
            .map(|entry| Listed::of(entry.file_name()))
            .collect();
        self.left = self.left.saturating_sub(listed.len());
        if self.left == 0 {
            self.unseen.push(format!(
                "more than {ENTRIES} entries were to be looked at, the last in `{}`",
                directory.display()
            ));
        }
        self.listed.insert(directory.to_owned(), Rc::clone(&listed));
        listed
    }
}

/// Whether a path is this directory or below it, by their bytes: neither has slashes or dots to spare.
fn lies_in(path: &Path, directory: &Path) -> bool {
    let (path, directory) = (path.as_os_str().as_bytes(), directory.as_os_str().as_bytes());
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || directory.ends_with(b"/"))
}

/// The first name of a pattern that begins with `**`.
fn first_name(glob: &PathGlob) -> Option<&str> {
    if !is_anywhere(glob) {
        return None;
    }
    let mut parts = glob.parts();
    parts.next()?;
    match parts.next()? {
        PathPart::Name(name) => Some(name),
        PathPart::Names(_) | PathPart::Any => None,
    }
}
