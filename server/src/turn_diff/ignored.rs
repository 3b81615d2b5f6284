//! What the ignore files of a work tree leave out. Commands write those files: none is waited for, and none read to an end
//! that it does not have.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustix::fs::OFlags;

/// Bytes of one ignore file; a longer one leaves nothing out.
const LONGEST: u64 = 64 * 1024;

/// Bytes of all of them. Those past it leave nothing out.
const MOST: usize = 512 * 1024;

/// Bytes of a file that says where a repository is.
const LONGEST_POINTER: u64 = 8 * 1024;

/// The ignore files of one look at a work tree, each read when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Ignored(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// What counts for the entries of a directory.
    by_directory: HashMap<PathBuf, Option<Arc<Rules>>>,
    bytes: usize,
}

/// What the ignore files of one directory say, and those above it that count there, too.
#[derive(Debug)]
struct Rules {
    own: Gitignore,
    /// Of a repository's own file, which counts where no other says anything.
    excluded: Gitignore,
    /// `None` in the root of a repository: what lies above is another's.
    above: Option<Arc<Rules>>,
}

impl Ignored {
    /// Whether git would leave out this path.
    pub(super) fn has(&self, path: &Path, is_directory: bool) -> bool {
        let Some(parent) = path.parent() else {
            return false;
        };
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = read.of(parent);
        drop(read);
        let said = |of: fn(&Rules) -> &Gitignore| {
            let mut rules = rules.as_deref();
            while let Some(here) = rules {
                match of(here).matched(path, is_directory) {
                    Match::None => rules = here.above.as_deref(),
                    Match::Ignore(_) => return Some(true),
                    Match::Whitelist(_) => return Some(false),
                }
            }
            None
        };
        let said = said(|rules| &rules.own).or_else(|| said(|rules| &rules.excluded));
        said.unwrap_or(false)
    }
}

impl Kept {
    fn of(&mut self, directory: &Path) -> Option<Arc<Rules>> {
        let mut missing = Vec::new();
        let mut above = None;
        for directory in directory.ancestors() {
            if let Some(known) = self.by_directory.get(directory) {
                above.clone_from(known);
                break;
            }
            missing.push(directory);
        }
        for directory in missing.into_iter().rev() {
            above = self.read(directory, above);
            self.by_directory.insert(directory.to_owned(), above.clone());
        }
        above
    }

    /// What counts in a directory below which these count.
    fn read(&mut self, directory: &Path, above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let repository = repository(directory);
        let own = self.file(directory, &directory.join(".gitignore"));
        let git = repository.as_ref().and_then(|repository| repository.0.as_ref());
        let excluded = git.map(|git| self.file(directory, &git.join("info/exclude")));
        let excluded = excluded.unwrap_or_else(Gitignore::empty);
        if repository.is_none() && own.is_empty() {
            return above;
        }
        Some(Arc::new(Rules {
            own,
            excluded,
            above: above.filter(|_| repository.is_none()),
        }))
    }

    /// One file; without rules where it cannot be read, or is too long.
    fn file(&mut self, directory: &Path, path: &Path) -> Gitignore {
        let text = read(path, LONGEST).ok().filter(|text| {
            let bytes = self.bytes.saturating_add(text.len());
            let fits = bytes <= MOST;
            self.bytes = if fits { bytes } else { self.bytes };
            fits
        });
        let Some(text) = text else {
            return Gitignore::empty();
        };
        let mut rules = GitignoreBuilder::new(directory);
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        for line in text.split(|byte| *byte == b'\n') {
            // A line that is no pattern leaves nothing out.
            let _added = std::str::from_utf8(line).map(|line| rules.add_line(None, line).is_ok());
        }
        rules.build().unwrap_or_else(|_| Gitignore::empty())
    }
}

/// A repository, and where it keeps what is its own, as far as that can be found out.
#[derive(Debug)]
struct Repository(Option<PathBuf>);

/// The repository that a directory is the root of.
fn repository(directory: &Path) -> Option<Repository> {
    let git = directory.join(".git");
    let found = fs::metadata(&git).ok()?;
    if !found.is_file() {
        return Some(Repository(found.is_dir().then_some(git)));
    }
    let line = |path: &Path| {
        let text = read(path, LONGEST_POINTER).ok()?;
        let text = String::from_utf8(text).ok()?;
        text.lines().next().map(str::to_owned)
    };
    let own = line(&git).and_then(|line| Some(directory.join(line.strip_prefix("gitdir: ")?)));
    // A work tree beside the first one has its ignore file in common with it.
    Some(Repository(own.map(|own| match line(&own.join("commondir")) {
        Some(common) => own.join(common),
        None => own,
    })))
}

/// A regular file, of at most so many bytes.
fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let mut options = File::options();
    let file = options.read(true).custom_flags(flags.cast_signed()).open(path)?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        Ok(bytes)
    } else {
        Err(ErrorKind::FileTooLarge.into())
    }
}
