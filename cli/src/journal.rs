//! The log as the command line keeps it: what cannot be written is said once, and changes no verdict.

use std::cell::Cell;
use std::fmt::Display;

use diagnostics::{Diagnostic, Severity};
use gatekeeper::log::{Asker, EndEntry, Entry, Log, LogError};
use gatekeeper::sandbox::Outcome;
use gatekeeper::{Context, Gatekeeper, Judgement, codes};

use crate::{environment, output};

/// The log, if decisions are logged and it can be written.
#[derive(Debug)]
pub(crate) struct Journal {
    verb: &'static str,
    log: Option<Log>,
    is_told: Cell<bool>,
}

impl Journal {
    /// The user's own log, kept by this verb.
    pub(crate) fn open(verb: &'static str) -> Self {
        let journal = Self {
            verb,
            log: None,
            is_told: Cell::new(false),
        };
        let Some(directory) = environment::log() else {
            journal.tell(&"there is no log: neither $HOME nor $XDG_STATE_HOME is set");
            return journal;
        };
        let log = match Log::open(&directory) {
            Ok(log) => Some(log),
            Err(error) => {
                journal.tell(&error);
                None
            }
        };
        Self { log, ..journal }
    }

    /// Nothing is logged.
    pub(crate) fn none() -> Self {
        Self {
            verb: "",
            log: None,
            is_told: Cell::new(true),
        }
    }

    /// Logs a decision, with who answered it and what, where somebody was to. Gives its id, for the end of its run.
    pub(crate) fn decided(
        &self,
        gatekeeper: &Gatekeeper,
        judgement: &Judgement,
        context: &Context,
        answer: Option<(&str, &str)>,
    ) -> Option<String> {
        let log = self.log.as_ref()?;
        let entry = Entry::of(judgement, context, gatekeeper.digest(), Asker::verb(self.verb));
        let entry = match answer {
            Some((by, answer)) => entry.answered(by, answer),
            None => entry,
        };
        self.told(log.append(&entry));
        Some(entry.id)
    }

    /// Logs how a run ended.
    pub(crate) fn ended(&self, id: Option<&str>, outcome: &Outcome) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            self.told(log.append_end(&EndEntry::of(id, outcome)));
        }
    }

    /// Logs why a command that might run was not started.
    pub(crate) fn not_started(&self, id: Option<&str>, why: &dyn Display) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            self.told(log.append_end(&EndEntry::not_started(id, &why.to_string())));
        }
    }

    fn told(&self, written: Result<(), LogError>) {
        if let Err(error) = written {
            self.tell(&error);
        }
    }

    fn tell(&self, what: &dyn Display) {
        if !self.is_told.replace(true) {
            let finding = Diagnostic::new(codes::NOT_LOGGED, Severity::Warning, what.to_string())
                .note("the decision stands, and is not logged");
            output::complain(&[finding], None);
        }
    }
}
