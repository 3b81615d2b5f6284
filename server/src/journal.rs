//! The decisions' log as the server keeps it: what cannot be written is told once, and changes no verdict.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use diagnostics::visible;
use gatekeeper::log::{Asker, EndEntry, Entry, Log};
use gatekeeper::sandbox::Outcome;
use gatekeeper::{Context, Digest, Judgement};

use crate::client::Client;
use crate::protocol::Notification;

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

/// Whose decision it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whose<'a> {
    /// Who is told where it cannot be written.
    pub(crate) client: &'a Client,
    /// The thread.
    pub(crate) thread: &'a str,
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
        whose: Whose<'_>,
        judgement: &Judgement,
        context: &Context,
        policy: Digest,
        answer: Option<(&str, &str)>,
    ) -> Option<String> {
        let Some(log) = &self.log else {
            self.tell(whose.client, None);
            return None;
        };
        let asker = Asker {
            session: Some(whose.thread.to_owned()),
            ..Asker::verb("serve")
        };
        let entry = Entry::of(judgement, context, policy, asker);
        let entry = match answer {
            Some((by, answer)) => entry.answered(by, answer),
            None => entry,
        };
        self.tell(
            whose.client,
            log.append(&entry).err().map(|error| error.to_string()),
        );
        Some(entry.id)
    }

    /// Logs how a run ended.
    pub(crate) fn ended(&self, client: &Client, id: Option<&str>, outcome: &Outcome) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            let written = log.append_end(&EndEntry::of(id, outcome));
            self.tell(client, written.err().map(|error| error.to_string()));
        }
    }

    /// Logs why a command that might run was not started.
    pub(crate) fn not_started(&self, client: &Client, id: Option<&str>, why: &dyn Display) {
        if let (Some(log), Some(id)) = (&self.log, id) {
            let written = log.append_end(&EndEntry::not_started(id, &why.to_string()));
            self.tell(client, written.err().map(|error| error.to_string()));
        }
    }

    /// Tells what is wrong with the log, the first time that something is.
    fn tell(&self, client: &Client, new: Option<String>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let why = match (&*trouble, new) {
            (Trouble::None, Some(new)) => new,
            (Trouble::Untold(why), _) => why.clone(),
            (Trouble::Told, _) | (Trouble::None, None) => return,
        };
        *trouble = Trouble::Told;
        drop(trouble);
        let message = format!("{}; decisions stand, and are not logged", visible(&why));
        let _gone = client.tell_unless(&Notification::Warning { message }, client.gone());
    }
}
