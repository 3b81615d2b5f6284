//! One attempt to run a command: judged, cleared where that needs nobody or somebody has answered, run to its end.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use gatekeeper::log::Asker;
use gatekeeper::sandbox::{Host, Outcome, Status};
use gatekeeper::{
    Answer, Approver, Clearance, Command, Context, Decision, Digest, Gatekeeper, PrepareError, Prepared,
    Question, Scope, StartError, amendment_file,
};
use server::{Output, Pipes, Stop, of_judgement, of_status, short, violations, wiring};

use crate::answer::Said;
use crate::place::Place;
use crate::question::{Elicitation, Recorder};
use crate::room::Room;
use crate::told::{Told, milliseconds};

/// Bytes of its output that a command's caller gets.
const CAP: u64 = 256 * 1024;

/// One attempt to run a command.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) room: Arc<Room>,
    pub(crate) command: Command,
    pub(crate) place: Place,
    pub(crate) timeout: Duration,
    /// Ends it, whatever it does at the moment.
    pub(crate) stop: Stop,
    /// Bytes that it has written so far.
    pub(crate) written: Arc<AtomicU64>,
}

/// What was answered, and to what.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) said: Said,
    /// The digest of what was asked about, as it is written.
    pub(crate) judged: String,
}

/// How far an attempt came.
#[derive(Debug)]
pub(crate) enum Reached {
    /// The end.
    End(Box<Told>),
    /// Somebody has to be asked about what has this digest.
    Question(Box<Elicitation>, Digest),
}

/// A command that may run.
struct Cleared {
    clearance: Clearance,
    /// Of its decision in the log.
    id: Option<String>,
    told: Told,
}

/// Who has been asked already.
struct Messenger<'a>(&'a Said);

impl Approver for Messenger<'_> {
    fn ask(&self, question: &Question<'_>) -> Answer {
        match self.0 {
            // What was not offered is not counted as something less.
            Said::Yes(scope) if question.offered.contains(scope) => Answer::Yes(*scope),
            Said::Yes(_) | Said::No(_) => Answer::No,
        }
    }
}

impl Attempt {
    /// Makes it. Whoever gets a question asks it, and makes another attempt with the answer.
    pub(crate) fn make(self, answered: Option<&Answered>) -> Reached {
        let gatekeeper = self.place.live.current();
        let mut context = self.place.context.clone();
        let variables = &self.room.options.variables;
        let prepared = gatekeeper.prepare(self.command.clone(), &mut context, variables);
        let prepared = prepared.map_err(|error| self.not_prepared(&gatekeeper, &context, &error));
        let cleared = prepared.and_then(|prepared| self.clear(&gatekeeper, &context, prepared, answered));
        let mut told = match cleared {
            Ok(cleared) => self.run(&gatekeeper, &context, cleared),
            Err(Reached::End(told)) => *told,
            Err(question @ Reached::Question(..)) => return question,
        };
        if told.decision != Some(Decision::Allow.into()) {
            let notices = gatekeeper.notices().iter();
            told.notes.extend(notices.map(|notice| short(&notice.message)));
        }
        told.notes.extend(self.room.journal.trouble());
        Reached::End(Box::new(told))
    }

    fn not_prepared(&self, gatekeeper: &Gatekeeper, context: &Context, error: &PrepareError) -> Reached {
        Reached::End(Box::new(match error {
            PrepareError::Forbidden { judgement } => {
                let journal = &self.room.journal;
                journal.decided(Asker::verb("mcp"), judgement, context, gatekeeper.digest(), None);
                Told::refused(Some(Decision::Forbidden), of_judgement(judgement))
            }
            PrepareError::Confinement(error) => {
                Told::refused(None, format!("{}; {}", short(&error.to_string()), error.help()))
            }
            PrepareError::NotRunnable
            | PrepareError::Directory { .. }
            | PrepareError::NotFound { .. }
            | PrepareError::Executable { .. }
            | _ => Told::refused(None, short(&error.to_string())),
        }))
    }

    /// Clears it: by its verdict, by what was approved before, or by the answer, which counts for exactly what was asked.
    fn clear(
        &self,
        gatekeeper: &Gatekeeper,
        context: &Context,
        mut prepared: Prepared,
        answered: Option<&Answered>,
    ) -> Result<Cleared, Reached> {
        let decision = prepared.judgement().decision();
        let confinement = prepared
            .confinement()
            .map(|confinement| confinement.profile.name.clone());
        let told = |reason: &str, answer: Option<&'static str>| {
            Reached::End(Box::new(Told {
                confinement: confinement.clone(),
                answer,
                ..Told::refused(Some(decision), reason)
            }))
        };
        if prepared.needs_yes() {
            // A rule is written into a layer, and would not count for a server that has none.
            if !self.room.options.no_layers {
                prepared = prepared.proposing(gatekeeper);
            }
            // Nobody is asked about what could not be run.
            let plan = prepared.plan(&Host::look());
            plan.map_err(|error| told(&not_started(&error), None))?;
        }
        let digest = prepared.digest();
        if let Some(answered) = answered
            && answered.judged != digest.to_string()
        {
            let why = "what was asked about has changed meanwhile; call again, and it is judged as it is now";
            return Err(told(why, None));
        }
        let recorder = Recorder::new(&self.room, gatekeeper);
        let messenger = answered.map(|answered| Messenger(&answered.said));
        let approver: &dyn Approver = match &messenger {
            Some(messenger) => messenger,
            None => &recorder,
        };
        let log = |judgement: &_, answer| {
            let journal = &self.room.journal;
            journal.decided(
                Asker::verb("mcp"),
                judgement,
                context,
                gatekeeper.digest(),
                answer,
            )
        };
        // Whatever was said to the same question asked elsewhere, a no to this one is a no.
        if let Some(Answered {
            said: Said::No(why), ..
        }) = answered
        {
            log(prepared.judgement(), Some(("client", "no")));
            return Err(told(why, Some("no")));
        }
        match (self.room.session.clear(prepared, approver), answered) {
            (Ok(clearance), _) => {
                let by = if answered.is_some() { "client" } else { "session" };
                let answer = clearance.answered();
                let id = log(clearance.judgement(), answer.map(|scope| (by, scope.word())));
                Ok(Cleared {
                    clearance,
                    id,
                    told: Told {
                        decision: Some(decision.into()),
                        answer: answer.map(Scope::word),
                        confinement,
                        ..Told::default()
                    },
                })
            }
            (Err(refusal), Some(answered)) => {
                if let gatekeeper::Refusal::Declined { judgement }
                | gatekeeper::Refusal::Cancelled { judgement } = &refusal
                {
                    log(judgement, Some(("client", "no")));
                }
                Err(match &answered.said {
                    Said::No(why) => told(why, Some("no")),
                    Said::Yes(_) => told("the answer was none of those that were offered", Some("no")),
                })
            }
            (Err(_), None) => Err(match recorder.into_asked() {
                Some(Ok(elicitation)) => Reached::Question(Box::new(elicitation), digest),
                Some(Err(why)) => told(&why, None),
                None => told("it may not run", None),
            }),
        }
    }

    /// Runs it to its end.
    fn run(&self, gatekeeper: &Gatekeeper, context: &Context, cleared: Cleared) -> Told {
        let Cleared {
            clearance,
            id,
            mut told,
        } = cleared;
        let (room, id) = (&self.room, id.as_deref());
        let refused = |told: Told, why: String| {
            room.journal.not_started(id, &why);
            Told {
                reason: Some(why),
                ..told
            }
        };
        if self.stop.is_ordered() {
            return refused(told, "the call was cancelled".to_owned());
        }
        if clearance.answered() == Some(Scope::Rule) {
            let kept = amendment_file::keep(clearance.judgement(), context);
            told.notes.extend(kept.map(|kept| short(&kept.message)));
        }
        let (pipes, ends) = match Pipes::new(&self.stop) {
            Ok(pipes) => pipes,
            Err(error) => return refused(told, format!("it has no pipes: {error}")),
        };
        let wiring = wiring(&clearance, ends, self.timeout, room.open_files);
        let running = match gatekeeper.launch(clearance, &room.options.variables, wiring) {
            Ok(running) => running,
            Err(error) => return refused(told, not_started(&error)),
        };
        let mut output = Output::new(CAP).counted_in(self.written.clone());
        let outcome = pipes.pump(running, &mut output, &self.stop, &|_, _| Ok(()));
        room.journal.ended(id, &outcome);
        self.ended(told, &outcome, &output)
    }

    fn ended(&self, told: Told, outcome: &Outcome, output: &Output) -> Told {
        let is_good = outcome.status == Status::Exited(0);
        Told {
            ran: true,
            reason: if self.stop.is_ordered() && !is_good {
                Some("the call was cancelled".to_owned())
            } else {
                of_status(outcome.status)
            },
            exit_code: Some(outcome.status.code()),
            output: Some(output.kept()),
            output_dropped: Some(output.dropped()).filter(|dropped| *dropped > 0),
            duration_ms: Some(milliseconds(outcome.took)),
            violations: violations(outcome),
            ..told
        }
    }
}

/// Why a cleared command is not started, and what may be done about it.
fn not_started(error: &StartError) -> String {
    let why = short(&error.to_string());
    match error {
        StartError::Changed(_) => format!("{why}; call again, and it is judged as it is now"),
        StartError::Plan(_) => format!("{why}; `execpolicy doctor` says what this host lacks"),
        StartError::Confinement(error) => format!("{why}; {}", error.help()),
        StartError::Hosts(_) | StartError::Launch(_) | _ => why,
    }
}
