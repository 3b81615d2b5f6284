//! The log as a host keeps it: what cannot be written is told once, and changes no verdict.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use diagnostics::visible;
use execpolicy::Context;
use sandbox::Outcome;

use super::{Asker, EndEntry, Entry, Log, LogError};
use crate::{Digest, Judgement};

/// The log of a host whose decisions stand whether they are logged or not. Share it between threads.
#[derive(Debug)]
pub struct Journal {
    log: Option<Log>,
    trouble: Mutex<Trouble>,
}

/// What is wrong with the log.
#[derive(Debug)]
enum Trouble {
    /// Nothing.
    None,
    /// This, and nobody knows of it.
    Untold(String),
    /// Somebody knows of it.
    Told,
}

impl Journal {
    /// The log in this directory; `None` logs nothing. Where it cannot be opened, that is its [trouble](Journal::trouble).
    pub fn open(directory: Option<&Path>) -> Self {
        let (log, trouble) = match directory.map(Log::open) {
            None => (None, Trouble::None),
            Some(Ok(log)) => (Some(log), Trouble::None),
            Some(Err(error)) => (None, Trouble::Untold(error.to_string())),
        };
        Self {
            log,
            trouble: Mutex::new(trouble),
        }
    }

    /// Logs a decision by the policy of this digest, with who answered it and what, where somebody was to. Gives its id,
    /// for the end of its run; `None` where nothing is logged.
    pub fn decided(
        &self,
        asker: Asker,
        judgement: &Judgement,
        context: &Context,
        policy: Digest,
        answer: Option<(&str, &str)>,
    ) -> Option<String> {
        let log = self.log.as_ref()?;
        let entry = Entry::of(judgement, context, policy, asker);
        let entry = match answer {
            Some((by, answer)) => entry.answered(by, answer),
            None => entry,
        };
        self.note(log.append(&entry));
        Some(entry.id)
    }

    /// Logs how a run ended.
    pub fn ended(&self, id: Option<&str>, outcome: &Outcome) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            self.note(log.append_end(&EndEntry::of(id, outcome)));
        }
    }

    /// Logs why a command that might run was not started.
    pub fn not_started(&self, id: Option<&str>, why: &dyn Display) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            self.note(log.append_end(&EndEntry::not_started(id, &why.to_string())));
        }
    }

    /// What is wrong with the log, once, as a line for people. Whoever gets it tells it.
    pub fn trouble(&self) -> Option<String> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let Trouble::Untold(why) = &*trouble else {
            return None;
        };
        let why = format!("{}; decisions stand, and are not logged", visible(why));
        *trouble = Trouble::Told;
        Some(why)
    }

    fn note(&self, written: Result<(), LogError>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Err(error), Trouble::None) = (written, &*trouble) {
            *trouble = Trouble::Untold(error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, Defaults, Dialect, Gatekeeper};

    #[test]
    fn what_is_wrong_is_told_once_and_where_nothing_is_logged_nothing_is_wrong() {
        let place = tempfile::tempdir().unwrap();
        let in_the_way = place.path().join("file");
        std::fs::write(&in_the_way, "in the way").unwrap();
        let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn).unwrap();
        let context = Context::default();
        let judgement = gatekeeper.judge(Command::of_text("ls", Dialect::Bash), &context);
        let directory = place.path().join("log");
        for (directory, is_logged, is_wrong) in [
            (None, false, false),
            (Some(&directory), true, false),
            (Some(&in_the_way), false, true),
        ] {
            let journal = Journal::open(directory.map(std::path::PathBuf::as_path));
            let decided = || {
                let asker = Asker::verb("test");
                journal.decided(asker, &judgement, &context, gatekeeper.digest(), None)
            };
            let id = decided();
            assert_eq!(id.is_some(), is_logged, "{directory:?}");
            assert_eq!(journal.trouble().is_some(), is_wrong, "{directory:?}");
            journal.not_started(id.as_deref(), &"no");
            decided();
            assert_eq!(journal.trouble(), None, "{directory:?}");
        }
    }
}
