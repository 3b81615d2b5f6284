//! The logs of all threads of a user: a file each, in one directory.

use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gatekeeper::KeptDirectory;
use rustix::fs::{AtFlags, Dir, OFlags, unlinkat};

use super::fact::{Fact, Start};
use super::history::History;
use super::id::is_thread_id;
use super::log::{Log, OpenLogError, lock, open};

/// Logs that are kept. A new thread costs the one that was written to least recently, unless a connection has it.
const KEPT: usize = 1000;

/// Names in the directory that are looked at.
const NAMES: usize = 20_000;

/// Bytes of the first line of a log.
const FIRST_LINE: u64 = 64 * 1024;

/// The logs of all threads of a user.
#[derive(Debug)]
pub(crate) struct Archive {
    /// Where they are; `None` keeps none.
    directory: Option<PathBuf>,
    kept: usize,
}

/// The threads of an archive.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// The youngest first.
    pub(crate) threads: Vec<Start>,
    /// Logs that could not be read.
    pub(crate) passed_over: usize,
}

impl Archive {
    /// The one below this directory of states; `None` keeps none.
    pub(crate) fn new(state: Option<&Path>) -> Self {
        Self {
            directory: state.map(|state| state.join("threads")),
            kept: KEPT,
        }
    }

    /// A new log, with these facts; `None` where none is kept.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub(crate) fn create(&self, id: &str, facts: Vec<Fact>) -> io::Result<Option<Log>> {
        let Some(path) = &self.directory else {
            return Ok(None);
        };
        let directory = KeptDirectory::create(path)?;
        make_room(&directory, self.kept)?;
        let log = Log::create(&directory, &name_of(id))?;
        for fact in facts {
            log.append(fact)?;
        }
        Ok(Some(log))
    }

    /// The log of a thread that nobody has, and what it did.
    ///
    /// # Errors
    /// [`OpenLogError`].
    pub(crate) fn take(&self, id: &str) -> Result<(Log, History), OpenLogError> {
        let (log, facts) = Log::take(&self.directory_of(id)?, &name_of(id))?;
        Ok((log, History::of(facts, id, "the server ended")?))
    }

    /// What a thread did, whoever has it.
    ///
    /// # Errors
    /// [`OpenLogError`].
    pub(crate) fn read(&self, id: &str) -> Result<History, OpenLogError> {
        let facts = Log::read(&self.directory_of(id)?, &name_of(id))?;
        History::of(facts, id, "it had not ended when the thread was forked")
    }

    /// All threads.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub(crate) fn list(&self) -> io::Result<Listed> {
        let mut listed = Listed::default();
        let Some(directory) = self.open()? else {
            return Ok(listed);
        };
        for name in names(&directory)? {
            match start_of(&directory, &name) {
                Some(start) => listed.threads.push(start),
                None => listed.passed_over = listed.passed_over.saturating_add(1),
            }
        }
        listed
            .threads
            .sort_by(|one, other| (other.at, &other.id).cmp(&(one.at, &one.id)));
        Ok(listed)
    }

    /// The directory, where there may be a log of this id. Nothing else a client says becomes a name of a file.
    fn directory_of(&self, id: &str) -> Result<KeptDirectory, OpenLogError> {
        if !is_thread_id(id) {
            return Err(OpenLogError::Missing);
        }
        self.open()?.ok_or(OpenLogError::Missing)
    }

    fn open(&self) -> io::Result<Option<KeptDirectory>> {
        let directory = self.directory.as_deref();
        directory.map_or(Ok(None), KeptDirectory::open)
    }
}

fn name_of(id: &str) -> String {
    format!("{id}.jsonl")
}

/// The names of all logs, in no order.
fn names(directory: &KeptDirectory) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory.as_fd())?.take(NAMES) {
        let entry = entry?;
        let name = entry.file_name().to_str().ok();
        let is_log = |name: &&str| name.strip_suffix(".jsonl").is_some_and(is_thread_id);
        names.extend(name.filter(is_log).map(str::to_owned));
    }
    Ok(names)
}

/// The first line of a log.
fn start_of(directory: &KeptDirectory, name: &str) -> Option<Start> {
    let file = open(directory, name, OFlags::RDONLY).ok()?;
    let mut line = Vec::new();
    let read = BufReader::new(file.take(FIRST_LINE)).read_until(b'\n', &mut line);
    read.ok()?;
    if line.pop() != Some(b'\n') {
        return None;
    }
    match serde_json::from_slice(&line).ok()? {
        Fact::ThreadStarted(start) => (name_of(&start.id) == name).then_some(start),
        Fact::ThreadResumed { .. }
        | Fact::TurnStarted { .. }
        | Fact::TurnEnded { .. }
        | Fact::ItemStarted { .. }
        | Fact::ItemCompleted { .. } => None,
    }
}

/// Removes the logs that were written to least recently, until there is room for one more.
fn make_room(directory: &KeptDirectory, kept: usize) -> io::Result<()> {
    let names = names(directory)?;
    let Some(surplus) = names.len().checked_sub(kept) else {
        return Ok(());
    };
    let mut by_age: Vec<(SystemTime, String)> = Vec::with_capacity(names.len());
    for name in names {
        let modified = open(directory, &name, OFlags::RDONLY).and_then(|file| file.metadata()?.modified());
        // What is no log of ours stays where it is.
        by_age.extend(modified.ok().map(|modified| (modified, name)));
    }
    by_age.sort();
    let mut left = surplus.saturating_add(1);
    for (_, name) in by_age {
        if left == 0 {
            break;
        }
        let Ok(file) = open(directory, &name, OFlags::RDWR) else {
            continue;
        };
        // It stays locked while its name goes, so that nobody resumes it meanwhile.
        if lock(&file).is_ok() {
            unlinkat(directory, &*name, AtFlags::empty())?;
            left = left.saturating_sub(1);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
