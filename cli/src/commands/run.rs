//! `execpolicy run`: judges, asks where the verdict is a prompt, confines, runs.

use std::ffi::OsString;
use std::fs;

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::confinement::ConfinementError;
use gatekeeper::sandbox::{Host, PlanError};
use gatekeeper::{
    Clearance, Command, Context, Decision, Dialect, Gatekeeper, Judgement, Places, PrepareError, Prepared,
    Refusal, StartError, Surroundings, Wiring, codes,
};

use gatekeeper::hook::TokenApprover;

use crate::args::{Format, RunArgs};
use crate::commands::check;
use crate::exit::Exit;
use crate::journal::Journal;
use crate::launch::Telling;
use crate::person::Person;
use crate::policy::{self, Policy};
use crate::request::{Place, command_of, command_of_text, context, wrong_place};
use crate::{confined, environment, launch, output};

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
    gatekeeper: Gatekeeper,
    context: Context,
    variables: Vec<(OsString, OsString)>,
    journal: Journal,
}

fn cleared_and_started(args: &RunArgs) -> Result<Exit, Exit> {
    let wrong = |finding: Diagnostic| {
        output::complain(&[finding], args.format);
        Exit::Usage
    };
    let command = command(args).map_err(wrong)?;
    let (surroundings, context) = place(args).map_err(wrong)?;
    let policy = Policy::new(&args.rules, args.no_layers, args.no_default);
    let places = policy.places(&surroundings, context.workspace.as_deref());
    let places = places.map_err(|error| wrong(wrong_place(&error)))?;
    let mut asked = Asked {
        args,
        gatekeeper: open(args, &policy, &places)?,
        policy,
        places,
        context,
        variables: environment::all(),
        journal: if args.dry_run {
            Journal::none()
        } else {
            Journal::open("run")
        },
    };
    let prepared = asked
        .gatekeeper
        .prepare(command, &mut asked.context, &asked.variables);
    if args.dry_run {
        return Ok(asked.show(prepared));
    }
    let prepared = prepared.map_err(|error| asked.not_prepared(error))?;
    let telling = Telling::new(args.report.as_deref(), args.denials.into())?;
    let (clearance, id) = asked.clear(prepared)?;
    let id = id.as_deref();
    let words = clearance.arguments().to_vec();
    let writable = clearance
        .confinement()
        .map(|confinement| &confinement.profile.writable);
    let before = telling.before(writable.map_or(&[], Vec::as_slice));
    let wiring = Wiring {
        watch: telling.watch(),
        ..Wiring::default()
    };
    let running = asked
        .gatekeeper
        .launch(clearance, &asked.variables, wiring)
        .map_err(|error| {
            asked.journal.not_started(id, &error);
            not_started(&error)
        })?;
    Ok(launch::wait(running, &words, telling, before, |outcome| {
        asked.journal.ended(id, outcome);
    }))
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
    let cwd = args.cwd.as_ref().map(|path| {
        fs::canonicalize(path).map_err(|error| {
            let message = format!("the directory `{}` cannot be entered: {error}", path.display());
            Diagnostic::new(codes::WRONG_SURROUNDINGS, Severity::Error, message)
                .help("name a directory that exists")
        })
    });
    let cwd = cwd.transpose()?;
    let is_confined = args.confinement != "none";
    let place = Place {
        cwd: cwd.as_deref(),
        workspace: args.workspace.as_deref(),
        home: None,
        // A confined command has a `/tmp` of its own, whatever its caller has.
        temporary: environment::temporary().filter(|_| !is_confined),
        approval: args.approval,
        confinement: Some(args.confinement.as_str()).filter(|_| is_confined),
        dialect: Dialect::Bash,
    };
    let surroundings = place.surroundings()?;
    let context = context(&surroundings)?;
    Ok((surroundings, context))
}

impl Asked<'_> {
    /// Clears a command, by its verdict or by a person's yes, and logs that; gives the log's id too. Nobody is asked
    /// about what could not be run.
    fn clear(&mut self, prepared: Prepared) -> Result<(Clearance, Option<String>), Exit> {
        let decision = prepared.judgement().decision();
        if let (Decision::Prompt, Some(token)) = (decision, &self.args.clearance) {
            return self.clear_by_token(token, prepared);
        }
        policy::tell_notices(&self.gatekeeper, decision, self.args.format);
        let is_prompt = decision == Decision::Prompt;
        let person = if is_prompt { Person::look() } else { Person::Absent };
        if let (true, Person::Present(_)) = (is_prompt, &person) {
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
            self.gatekeeper = open(self.args, &self.policy, &self.places)?;
        }
        Ok((cleared, id))
    }

    /// Logs a decision; gives its id.
    fn log(&self, judgement: &Judgement, answer: Option<(&str, &str)>) -> Option<String> {
        self.journal
            .decided(&self.gatekeeper, judgement, &self.context, answer)
    }

    /// A person was asked by an agent, and the yes came with the command.
    fn clear_by_token(&self, token: &str, prepared: Prepared) -> Result<(Clearance, Option<String>), Exit> {
        let refused = |why: &str| {
            let message = format!("refused: the yes that came with it does not hold: {why}");
            let finding = Diagnostic::new(codes::WOULD_ASK, Severity::Error, message)
                .note("nothing was run")
                .help("let the agent ask again: a yes holds once, for a short time, for what was shown");
            output::complain(&[finding], self.args.format);
            Exit::Refused
        };
        let policy = self.gatekeeper.digest();
        let approver = TokenApprover::open(&self.context, token, policy, environment::now());
        let approver = approver.map_err(|error| refused(&error.to_string()))?;
        match prepared.clear(&approver) {
            Ok(cleared) => {
                let id = self.log(cleared.judgement(), Some(("person", "once")));
                Ok((cleared, id))
            }
            Err(refusal) => {
                if let Refusal::Declined { judgement } | Refusal::Cancelled { judgement } = refusal {
                    self.log(&judgement, Some(("nobody", "no")));
                }
                Err(refused(&approver.refusal().unwrap_or_default()))
            }
        }
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
            "nothing was run: the answer was no",
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
        let mut text = match prepared.confinement() {
            Some(confinement) => confined::summary(confinement).join("\n"),
            None => "Confinement: none".to_owned(),
        };
        text.push_str("\nSteps\n");
        let steps = launch::steps(&plan);
        text.extend(steps.lines().flat_map(|line| ["  ", line, "\n"]));
        let told = check::tell(prepared.judgement(), Format::Human);
        output::exit(decision, told.and_then(|()| output::answer_line(text.trim_end())))
    }
}

/// Says that this host cannot keep what the confinement promises.
fn unenforceable(error: &PlanError) -> Exit {
    let help =
        "`execpolicy doctor` says what this host lacks; `--confinement none` runs unconfined what may run so";
    launch::complain(error.to_string(), Some(help));
    Exit::Refused
}

fn not_resolved(error: &ConfinementError) -> Exit {
    launch::complain(error.to_string(), Some(error.help()));
    Exit::NotStarted
}

/// Says why a cleared command was not started.
fn not_started(error: &StartError) -> Exit {
    match error {
        StartError::Changed(change) => {
            let message = format!("refused: {}", visible(&change.to_string()));
            let finding = Diagnostic::new(codes::CHANGED, Severity::Error, message)
                .note("nothing was run")
                .help("run it again: it is then judged as it is now");
            output::complain(&[finding], None);
            Exit::Refused
        }
        StartError::Plan(error) => unenforceable(error),
        StartError::Launch(error) => launch::failed(error),
        StartError::Confinement(error) => not_resolved(error),
        StartError::Hosts(_) | _ => {
            launch::complain(error.to_string(), None);
            Exit::NotStarted
        }
    }
}
