//! The decisions' log: what cannot be written is told once, and changes no verdict.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use diagnostics::visible;
use gatekeeper::log::{Asker, EndEntry, Entry, Log, LogError};
use gatekeeper::sandbox::Outcome;
use gatekeeper::{Context, Digest, Judgement};

/// The decisions' log, if decisions are logged and it can be written.
#[derive(Debug)]
pub(crate) struct Journal {
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
    /// The log in this directory; `None` logs nothing.
    pub(crate) fn open(directory: Option<&Path>) -> Self {
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
    /// for the end of its run.
    pub(crate) fn decided(
        &self,
        judgement: &Judgement,
        context: &Context,
        policy: Digest,
        answer: Option<(&str, &str)>,
    ) -> Option<String> {
        let log = self.log.as_ref()?;
        let entry = Entry::of(judgement, context, policy, Asker::verb("mcp"));
        let entry = match answer {
            Some((by, answer)) => entry.answered(by, answer),
            None => entry,
        };
        self.note(log.append(&entry));
        Some(entry.id)
    }

    /// Logs how a run ended.
    pub(crate) fn ended(&self, id: Option<&str>, outcome: &Outcome) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            self.note(log.append_end(&EndEntry::of(id, outcome)));
        }
    }

    /// Logs why a command that might run was not started.
    pub(crate) fn not_started(&self, id: Option<&str>, why: &dyn Display) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            self.note(log.append_end(&EndEntry::not_started(id, &why.to_string())));
        }
    }

    /// What is wrong with the log, if nobody knows of it yet. Whoever gets it tells it.
    pub(crate) fn trouble(&self) -> Option<String> {
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
