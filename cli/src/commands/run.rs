//! `execpolicy run`: judges, asks where the verdict is a prompt, confines, runs.

mod refused;
mod token;

use std::ffi::OsString;
use std::fs;

use diagnostics::{Diagnostic, Severity};
use gatekeeper::amendment_file;
use gatekeeper::log::Journal;
use gatekeeper::risk::RiskProgram;
use gatekeeper::sandbox::{Grant, Host, Outcome, Snapshot, Status, Watch};
use gatekeeper::{
    Clearance, Command, Context, Decision, Dialect, Gatekeeper, Judgement, Places, PrepareError, Prepared,
    Refusal, Scope, Surroundings, Wiring, codes,
};

use crate::args::{ApprovalWord, Format, RunArgs, profile};
use crate::commands::check;
use crate::exit::Exit;
use crate::launch::Telling;
use crate::person::Person;
use crate::policy::{self, Policy};
use crate::request::{Place, command_of, command_of_text, context, wrong_place};
use crate::{confined, environment, journal, launch, output};
use refused::{not_resolved, not_started};

/// Runs one command, if it may.
pub(crate) fn run(args: &RunArgs) -> Exit {
    match cleared_and_started(args) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// What is asked for, with the policy loaded.
struct Asked<'a> {
    args: &'a RunArgs,
    policy: Policy,
    /// Where its layers are.
    places: Places,
    command: Command,
    /// What it is to be given beyond its profile.
    grants: Vec<Grant>,
    gatekeeper: Gatekeeper,
    context: Context,
    variables: Vec<(OsString, OsString)>,
    journal: Journal,
}

fn cleared_and_started(args: &RunArgs) -> Result<Exit, Exit> {
    let wrong = |finding| output::wrong_usage(finding, args.format);
    let command = command(args).map_err(wrong)?;
    let (surroundings, context) = place(args).map_err(wrong)?;
    let policy = Policy::new(&args.policy);
    let places = policy.places(&surroundings, context.workspace.as_deref());
    let places = places.map_err(|error| wrong(wrong_place(&error)))?;
    let mut asked = Asked {
        args,
        command,
        grants: Vec::new(),
        gatekeeper: open(args, &policy, &places)?,
        policy,
        places,
        context,
        variables: environment::all(),
        journal: if args.dry_run {
            Journal::open(None)
        } else {
            journal::open()
        },
    };
    let prepared = asked.prepare();
    if args.dry_run {
        return Ok(asked.show(prepared));
    }
    let prepared = prepared.map_err(|error| asked.not_prepared(error))?;
    let telling = Telling::new(args.report.as_deref(), args.denials.into())?;
    let clearance = asked.clear(prepared)?;
    let mut ended = asked.start(clearance, &telling)?;
    for _ in 0..MOST_TIMES_AGAIN {
        let Some(again) = asked.again(&ended.outcome, &telling) else {
            break;
        };
        // Who does not want it again has seen how it ended.
        let Ok(clearance) = asked.clear(again) else {
            break;
        };
        ended = asked.start(clearance, &telling)?;
    }
    Ok(launch::tell(&ended.outcome, &ended.words, telling, ended.before))
}

/// How often a command may be run again with more. Who still lacks something then needs another profile.
const MOST_TIMES_AGAIN: usize = 3;

/// A command that may run.
struct Cleared {
    clearance: Clearance,
    /// Of its decision in the log.
    id: Option<String>,
}

/// A command that has ended.
struct Ended {
    outcome: Outcome,
    words: Vec<OsString>,
    before: Option<Snapshot>,
}

fn command(args: &RunArgs) -> Result<Command, Diagnostic> {
    match &args.subject.shell {
        Some(text) => command_of_text(text, Dialect::Bash),
        None => command_of(&args.subject.argv),
    }
}

fn open(args: &RunArgs, policy: &Policy, places: &Places) -> Result<Gatekeeper, Exit> {
    policy.open(places).map_err(|findings| {
        output::complain(&findings, args.format);
        Exit::NotStarted
    })
}

/// Where the command runs: in a real directory, so that what a shell calls it is what was judged.
fn place(args: &RunArgs) -> Result<(Surroundings, Context), Diagnostic> {
    let cwd = args.start.cwd.as_ref().map(|path| {
        fs::canonicalize(path).map_err(|error| {
            let message = format!("the directory `{}` cannot be entered: {error}", path.display());
            Diagnostic::new(codes::WRONG_SURROUNDINGS, Severity::Error, message)
                .help("name a directory that exists")
        })
    });
    let cwd = cwd.transpose()?;
    let confinement = profile(&args.confinement);
    let place = Place {
        cwd: cwd.as_deref(),
        workspace: args.start.workspace.as_deref(),
        home: None,
        // A confined command has a `/tmp` of its own, whatever its caller has.
        temporary: environment::temporary().filter(|_| confinement.is_none()),
        // It is looked at when the command is prepared, as the command gets it.
        path: None,
        approval: args.approval,
        confinement,
        dialect: Dialect::Bash,
    };
    let surroundings = place.surroundings()?;
    let context = context(&surroundings)?;
    Ok((surroundings, context))
}

impl Asked<'_> {
    /// Judges the command, with what it is to be given.
    fn prepare(&mut self) -> Result<Prepared, PrepareError> {
        let command = self.command.clone();
        self.gatekeeper
            .prepare_granting(command, &mut self.context, &self.variables, &[], &self.grants)
    }

    /// Runs a cleared command to its end. What it is kept from is noted where somebody can be asked about it.
    fn start(&self, cleared: Cleared, telling: &Telling) -> Result<Ended, Exit> {
        let Cleared { clearance, id } = cleared;
        let id = id.as_deref();
        let words = clearance.arguments().to_vec();
        let confinement = clearance.confinement();
        let writable = confinement.map_or(&[][..], |confinement| &confinement.profile.writable);
        let before = telling.before(writable);
        let may_ask = confinement.is_some() && self.may_ask();
        let wiring = Wiring {
            watch: telling.watch().or(may_ask.then_some(Watch::Writes)),
            is_in_foreground: true,
            ..Wiring::default()
        };
        let running = self
            .gatekeeper
            .launch(clearance, &self.variables, wiring)
            .map_err(|error| {
                self.journal.not_started(id, &error);
                journal::tell_trouble(&self.journal);
                not_started(&error)
            })?;
        let outcome = launch::wait(running)?;
        self.journal.ended(id, &outcome);
        journal::tell_trouble(&self.journal);
        Ok(Ended {
            outcome,
            words,
            before,
        })
    }

    /// The command with what it was kept from, where it failed, somebody can be asked, and policy lets it have that.
    fn again(&mut self, outcome: &Outcome, telling: &Telling) -> Option<Prepared> {
        if outcome.status == Status::Exited(0) || !self.may_ask() {
            return None;
        }
        let violations = outcome
            .observed
            .as_ref()
            .map_or(&[][..], |observed| &observed.violations);
        let mut more = self.gatekeeper.grantable(violations, &self.context);
        more.retain(|grant| !self.grants.contains(grant));
        if more.is_empty() {
            return None;
        }
        if !telling.tells_denials() {
            launch::tell_denials(outcome);
        }
        self.grants.extend(more);
        self.prepare().ok()
    }

    /// Clears a command, by its verdict or by a person's yes, and logs that. Nobody is asked about what could not be run.
    fn clear(&mut self, mut prepared: Prepared) -> Result<Cleared, Exit> {
        let decision = prepared.judgement().decision();
        if let (Decision::Prompt, Some(token)) = (decision, &self.args.clearance) {
            return self.clear_by_token(token, prepared);
        }
        policy::tell_notices(&self.gatekeeper, decision, self.args.format);
        let is_prompt = decision == Decision::Prompt || !self.grants.is_empty();
        let person = if is_prompt { self.person() } else { Person::Absent };
        if is_prompt && person.is_present() {
            // A rule is written into a layer, and would not count for runs like this one.
            if !self.args.policy.no_layers {
                prepared = prepared.proposing(&self.gatekeeper);
            }
            prepared
                .plan(&Host::look())
                .map_err(|error| not_started(&error))?;
        }
        if let Some(confinement) = prepared.confinement() {
            launch::tell_unseen(&confinement.unseen);
        }
        let cleared = prepared
            .clear(&person)
            .map_err(|refusal| match (refusal, &person) {
                (Refusal::Declined { judgement }, Person::Absent) => {
                    self.log(&judgement, Some(("nobody", "no")));
                    self.nobody(*judgement)
                }
                (Refusal::Declined { judgement } | Refusal::Cancelled { judgement }, _) => {
                    self.log(&judgement, Some(("person", "no")));
                    self.said_no()
                }
                (_, _) => self.said_no(),
            })?;
        let answer = cleared.answered().map(|scope| ("person", scope.word()));
        let id = self.log(cleared.judgement(), answer);
        if is_prompt {
            // The person took a while; the policy that the command is launched by is the one of now.
            let judged_by = self.gatekeeper.digest();
            self.gatekeeper = open(self.args, &self.policy, &self.places)?;
            if cleared.answered() == Some(Scope::Rule)
                && self.gatekeeper.digest() == judged_by
                && let Some(told) = amendment_file::keep(cleared.judgement(), &self.context)
            {
                output::complain(&[told], self.args.format);
            }
        }
        Ok(Cleared {
            clearance: cleared,
            id,
        })
    }

    /// Logs a decision; gives its id.
    fn log(&self, judgement: &Judgement, answer: Option<(&str, &str)>) -> Option<String> {
        journal::decided(
            &self.journal,
            "run",
            &self.gatekeeper,
            judgement,
            &self.context,
            answer,
        )
    }

    /// Whether somebody can be asked about what was denied.
    fn may_ask(&self) -> bool {
        self.args.approval != ApprovalWord::Never && Person::look(None).is_present()
    }

    fn person(&self) -> Person {
        let adviser = self.args.risk_program.as_ref().map(|file| {
            let here = environment::directory().unwrap_or_default();
            RiskProgram::new(here.join(file), &self.variables)
        });
        Person::look(adviser)
    }

    /// Nobody can be asked: says what was in the way, and what would not be.
    fn nobody(&self, judgement: Judgement) -> Exit {
        let judgement = self.gatekeeper.propose(judgement, &self.context);
        let mut findings = judgement.findings();
        let message = "refused: it needs a person's yes, and there is no terminal to ask at";
        let mut last = Diagnostic::new(codes::WOULD_ASK, Severity::Error, message)
            .note("nothing was run")
            .help("run something that is allowed instead, or have a person run it at a terminal");
        if let Some(amendment) = judgement.amendment() {
            last = last.help(format!(
                "this rule of a policy file would allow it: {}",
                amendment.rule()
            ));
        }
        findings.push(last);
        output::complain(&findings, self.args.format);
        Exit::Refused
    }

    fn said_no(&self) -> Exit {
        let finding = Diagnostic::new(
            codes::PROMPT,
            Severity::Note,
            if self.grants.is_empty() {
                "nothing was run: the answer was no"
            } else {
                "it was not run again: the answer was no"
            },
        );
        output::complain(&[finding], self.args.format);
        Exit::Refused
    }

    /// Says why a command cannot be cleared.
    fn not_prepared(&self, error: PrepareError) -> Exit {
        match error {
            PrepareError::Forbidden { judgement } => {
                policy::tell_notices(&self.gatekeeper, Decision::Forbidden, self.args.format);
                self.log(&judgement, None);
                output::complain(&judgement.findings(), self.args.format);
                Exit::Refused
            }
            PrepareError::NotFound { name } => launch::not_found(&name.to_string_lossy()),
            PrepareError::Confinement(error) => not_resolved(&error),
            PrepareError::NotRunnable
            | PrepareError::Directory { .. }
            | PrepareError::Executable { .. }
            | _ => {
                launch::complain(error.to_string(), None);
                Exit::NotStarted
            }
        }
    }

    /// Shows the verdict, the confinement and its steps.
    fn show(&self, prepared: Result<Prepared, PrepareError>) -> Exit {
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(PrepareError::Forbidden { judgement }) => {
                let told = check::tell(&judgement, Format::Human);
                return output::exit(Decision::Forbidden, told);
            }
            Err(error) => return self.not_prepared(error),
        };
        let plan = match prepared.plan(&Host::look()) {
            Ok(plan) => plan,
            Err(error) => return not_started(&error),
        };
        let decision = prepared.judgement().decision();
        let mut lines = match prepared.confinement() {
            Some(confinement) => confinement.summary(),
            None => vec!["Confinement: none".to_owned()],
        };
        lines.extend(confined::steps(&plan));
        let told = check::tell(prepared.judgement(), Format::Human);
        output::exit(
            decision,
            told.and_then(|()| output::answer_line(&lines.join("\n"))),
        )
    }
}
