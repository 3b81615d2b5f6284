//! One command from its request to its end.

use std::sync::Arc;
use std::time::Duration;

use diagnostics::Severity;
use gatekeeper::log::Asker;
use gatekeeper::sandbox::{Host, Outcome, Status};
use gatekeeper::{
    Clearance, Command, CommandAction, Context, Gatekeeper, PrepareError, Prepared, Refusal, Scope,
    amendment_file,
};

use super::again::{MOST_TIMES, More};
use super::approver::ClientApprover;
use super::ended::{Ended, Told};
use super::output::Output;
use super::pump::{Pipes, wiring};
use super::reason;
use crate::permission;
use crate::protocol::{Item, ItemStatus, Notification};
use crate::server::Server;
use crate::thread::{ItemGuard, Thread, Turn};

/// A command that has a place in its turn.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) server: Arc<Server>,
    pub(super) thread: Arc<Thread>,
    pub(super) turn: Arc<Turn>,
    /// The last that goes: the turn is not over before.
    pub(super) guard: ItemGuard,
    pub(super) subject: Subject,
}

/// What is to run, and how.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) id: String,
    pub(super) command: Command,
    /// Where it starts; real.
    pub(super) cwd: String,
    pub(super) context: Context,
    /// By which it was taken.
    pub(super) policy: Arc<Gatekeeper>,
    pub(super) timeout: Duration,
    /// Bytes of its output that are streamed.
    pub(super) cap: u64,
}

/// A command as it was judged for one try.
struct Judged {
    gatekeeper: Arc<Gatekeeper>,
    context: Context,
    prepared: Result<Prepared, PrepareError>,
}

/// A command that may run.
struct Cleared {
    /// Who launches it.
    gatekeeper: Arc<Gatekeeper>,
    clearance: Clearance,
    /// Of its decision in the log.
    id: Option<String>,
}

impl Life {
    /// Its item.
    pub(super) fn id(&self) -> &str {
        &self.subject.id
    }

    /// How it is told that it ended because the server failed on it.
    pub(super) fn lost(&self) -> Item {
        let subject = &self.subject;
        let told = Told {
            life: self,
            actions: vec![CommandAction::Unknown {
                command: subject.command.source().text().to_owned(),
            }],
            confinement: None,
            took: None,
        };
        let ended = Ended::new(ItemStatus::Failed, "the server failed on it");
        told.ended(ended, &Output::new(0))
    }

    /// Lives it, and tells of it.
    pub(super) fn live(self) {
        let mut output = Output::new(self.subject.cap);
        let judged = self.judge(&More::default());
        let mut item = Told {
            life: &self,
            actions: judged.actions(&self.subject.command),
            confinement: judged.confinement(),
            took: None,
        };
        self.thread.item_started(&self.turn, &item.in_progress());
        let ended = self.tries(judged, &mut output, &mut item);
        let is_cancelled = ended.is_cancelled;
        // Before the end of the item, so that whoever knows of that knows what it changed; it takes a second at most.
        self.thread.tell_news(&self.turn, &self.guard.stop);
        self.thread
            .item_completed(&self.turn, &item.ended(ended, &output));
        let Self {
            thread, turn, guard, ..
        } = self;
        drop(guard);
        if is_cancelled {
            thread.abort(&turn, "the answer was to stop");
        }
    }

    /// Why it was told to stop.
    pub(super) fn why_stopped(&self) -> &'static str {
        if self.turn.is_interrupted() {
            "the turn was interrupted"
        } else {
            "it was terminated"
        }
    }

    /// Runs it, and again with more where it lacked something that somebody gives it.
    fn tries(&self, judged: Judged, output: &mut Output, item: &mut Told<'_>) -> Ended {
        let mut judged = judged;
        let mut more = More::default();
        let mut before: Option<Ended> = None;
        for _ in 0..=MOST_TIMES {
            let (gatekeeper, context) = (judged.gatekeeper.clone(), judged.context.clone());
            let run = self
                .clear(judged, &more)
                .and_then(|cleared| self.run(cleared, output, item.looks_only()));
            self.tell_of_log();
            let outcome = match run {
                Ok(outcome) => outcome,
                // Who does not want it again has seen how it ended.
                Err(refused) => {
                    return match before {
                        Some(before) => Ended {
                            reason: refused.reason.map(|why| format!("it was not run again: {why}")),
                            is_cancelled: refused.is_cancelled,
                            ..before
                        },
                        None => refused,
                    };
                }
            };
            item.took = Some(item.took.unwrap_or_default().saturating_add(outcome.took));
            if more.is_outside {
                item.confinement = None;
            }
            let ended = self.ended(&outcome);
            if self.guard.stop.is_ordered() {
                return ended;
            }
            let Some(next) = more.after(&outcome, &gatekeeper, &context) else {
                return ended;
            };
            judged = self.judge(&next);
            let is_outside = judged.confinement().is_none();
            if judged.prepared.is_err() || next.is_outside != is_outside {
                return ended;
            }
            more = next;
            before = Some(ended);
        }
        before.unwrap_or_else(|| Ended::new(ItemStatus::Failed, "it was run too often"))
    }

    /// The policy as its files are now.
    fn policy_now(&self) -> Arc<Gatekeeper> {
        let subject = &self.subject;
        let now = self.server.policy_now(subject.context.workspace.as_deref());
        // Its places could be when the command was taken.
        now.unwrap_or_else(|_| subject.policy.clone())
    }

    /// Judges it by the policy of now.
    fn judge(&self, more: &More) -> Judged {
        let subject = &self.subject;
        let gatekeeper = self.policy_now();
        let mut context = subject.context.clone();
        if more.is_outside {
            context.confinement = None;
        }
        // Hosts that were given count where the host itself connects: a profile names those of a command.
        let given = permission::given(
            &self.server,
            &self.thread,
            &self.turn,
            &gatekeeper,
            &subject.context,
        );
        let prepared = gatekeeper.prepare_granting(
            subject.command.clone(),
            &mut context,
            &self.server.options.variables,
            &given,
            &more.grants,
        );
        let prepared = if more.is_outside {
            prepared.map(Prepared::asking)
        } else {
            prepared
        };
        Judged {
            gatekeeper,
            context,
            prepared,
        }
    }

    /// Clears it: by its verdict, by what was approved before, or by the client's yes. Logs that.
    fn clear(&self, judged: Judged, more: &More) -> Result<Cleared, Ended> {
        let Judged {
            gatekeeper,
            context,
            prepared,
        } = judged;
        let log = |judgement: &_, answer| {
            let asker = Asker {
                session: Some(self.thread.id.clone()),
                ..Asker::verb("serve")
            };
            let journal = &self.server.journal;
            let id = journal.decided(asker, judgement, &context, gatekeeper.digest(), answer);
            self.tell_of_log();
            id
        };
        let mut prepared = prepared.map_err(|error| match &error {
            PrepareError::Forbidden { judgement } => {
                log(judgement, None);
                Ended::new(ItemStatus::Declined, reason::of_judgement(judgement))
            }
            PrepareError::NotRunnable
            | PrepareError::Directory { .. }
            | PrepareError::NotFound { .. }
            | PrepareError::Executable { .. }
            | PrepareError::Confinement(_)
            | _ => Ended::new(ItemStatus::Failed, reason::short(&error.to_string())),
        })?;
        if prepared.needs_yes() {
            // A rule is written into a layer, and would not count for a server that has none.
            if !self.server.options.no_layers && !more.is_any() {
                prepared = prepared.proposing(&gatekeeper);
            }
            // Nobody is asked about what could not be run.
            prepared
                .plan(&Host::look())
                .map_err(|error| Ended::not_started(&error))?;
        }
        let approver = ClientApprover::new(self, &gatekeeper, more);
        let cleared = self.thread.session.clear(prepared, &approver);
        let clearance = cleared.map_err(|refusal| {
            let by = if approver.was_asked() { "client" } else { "nobody" };
            let is_cancelled = matches!(refusal, Refusal::Cancelled { .. });
            if let Refusal::Declined { judgement } | Refusal::Cancelled { judgement } = refusal {
                log(&judgement, Some((by, "no")));
            }
            Ended {
                is_cancelled,
                ..Ended::new(ItemStatus::Declined, approver.why())
            }
        })?;
        let by = if approver.was_asked() { "client" } else { "session" };
        let answer = clearance.answered().map(|scope| (by, scope.word()));
        let id = log(clearance.judgement(), answer);
        let mut by_now = gatekeeper.clone();
        if approver.was_asked() {
            // The answer took a while; the policy that the command is launched by is the one of now.
            by_now = self.policy_now();
            if clearance.answered() == Some(Scope::Rule) && by_now.digest() == gatekeeper.digest() {
                self.keep_rule(&clearance, &context);
            }
        }
        Ok(Cleared {
            gatekeeper: by_now,
            clearance,
            id,
        })
    }

    /// Writes the rule that was said yes to. The yes holds for this run, whatever becomes of it.
    fn keep_rule(&self, clearance: &Clearance, context: &Context) {
        let told = amendment_file::keep(clearance.judgement(), context);
        if let Some(told) = told.filter(|told| told.severity == Severity::Warning) {
            let message = reason::short(&told.message);
            let _gone = self
                .thread
                .client
                .tell_unless(&Notification::Warning { message }, &self.guard.stop);
        }
    }

    /// Tells what is wrong with the log, the first time that something is.
    fn tell_of_log(&self) {
        if let Some(message) = self.server.journal.trouble() {
            let client = &self.thread.client;
            let _gone = client.tell_unless(&Notification::Warning { message }, client.gone());
        }
    }

    /// Runs it to its end, and tells what it writes.
    fn run(&self, cleared: Cleared, output: &mut Output, looks_only: bool) -> Result<Outcome, Ended> {
        let Cleared {
            gatekeeper,
            clearance,
            id,
        } = cleared;
        let (server, client, stop) = (&self.server, &self.thread.client, &self.guard.stop);
        let id = id.as_deref();
        if stop.is_ordered() {
            server.journal.not_started(id, &self.why_stopped());
            return Err(Ended::new(ItemStatus::Declined, self.why_stopped()));
        }
        let (pipes, ends) = Pipes::new(stop).map_err(|error| {
            server.journal.not_started(id, &error);
            Ended::new(ItemStatus::Failed, format!("it has no pipes: {error}"))
        })?;
        let wiring = wiring(&clearance, ends, self.subject.timeout, server.open_files);
        let writable = clearance
            .confinement()
            .map(|confinement| confinement.profile.writable.clone());
        // To look at a work tree takes a while, and most commands only look themselves.
        let before = (!looks_only).then(|| self.thread.before_command(writable.as_deref()));
        let running = gatekeeper.launch(clearance, &server.options.variables, wiring);
        let running = running.map_err(|error| {
            server.journal.not_started(id, &error);
            Ended::not_started(&error)
        })?;
        let outcome = pipes.pump(running, output, stop, &|stream, piece| {
            let (delta, delta_base64) = piece.written();
            let told = Notification::OutputDelta {
                thread_id: self.thread.id.clone(),
                turn_id: self.turn.id.clone(),
                item_id: self.subject.id.clone(),
                stream,
                delta,
                delta_base64,
            };
            client.tell_unless(&told, stop)
        });
        self.thread.after_command(&self.turn, before.flatten());
        server.journal.ended(id, &outcome);
        Ok(outcome)
    }

    fn ended(&self, outcome: &Outcome) -> Ended {
        let is_good = outcome.status == Status::Exited(0);
        let is_stopped = self.guard.stop.is_ordered() && !is_good;
        Ended {
            status: if is_good {
                ItemStatus::Completed
            } else {
                ItemStatus::Failed
            },
            reason: if is_stopped {
                Some(self.why_stopped().to_owned())
            } else {
                reason::of_status(outcome.status)
            },
            is_cancelled: false,
            exit_code: Some(outcome.status.code().into()),
            violations: reason::violations(outcome),
        }
    }
}

impl Judged {
    /// What it does, in a few words.
    fn actions(&self, command: &Command) -> Vec<CommandAction> {
        match &self.prepared {
            Ok(prepared) => self.gatekeeper.actions(prepared.judgement(), &self.context),
            Err(PrepareError::Forbidden { judgement }) => self.gatekeeper.actions(judgement, &self.context),
            Err(_) => {
                let judgement = self.gatekeeper.judge(command.clone(), &self.context);
                self.gatekeeper.actions(&judgement, &self.context)
            }
        }
    }

    /// The profile that it would run in.
    fn confinement(&self) -> Option<String> {
        let prepared = self.prepared.as_ref().ok()?;
        Some(prepared.confinement()?.profile.name.clone())
    }
}
