//! Starting a confined command from the command line: what `run` and `sandbox` share.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::report::RunReport;
use gatekeeper::sandbox::{
    Bounds, Command, Denials, LaunchError, Outcome, Plan, PlanError, Running, Snapshot, Stream, Watch,
};
use gatekeeper::{codes, may_be_granted, program_file};

use crate::exit::Exit;
use crate::output;
use crate::report_file::ReportFile;

/// The command that these words name: looked up as a shell would, by the `PATH` that the command will have. Says so where
/// there is no such program.
pub(crate) fn command(
    argv: &[OsString],
    directory: &Path,
    environment: &[(OsString, OsString)],
) -> Result<Command, Exit> {
    let name = argv.first().cloned().unwrap_or_default();
    let program = program_file(&name, directory, environment);
    Ok(Command {
        program: program.ok_or_else(|| not_found(&name.to_string_lossy()))?,
        arguments: argv.to_vec(),
        directory: directory.to_owned(),
        input: Stream::Inherit,
        output: Stream::Inherit,
        errors: Stream::Inherit,
    })
}

/// What is told when a command has ended.
#[derive(Debug)]
pub(crate) struct Telling {
    report: Option<ReportFile>,
    denials: Denied,
}

/// Whether people are told what was denied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Denied {
    /// They are, on stderr.
    Told,
    /// They are not.
    Silent,
}

impl Telling {
    /// Opens the report's file, where one was asked for.
    pub(crate) fn new(report: Option<&Path>, denials: Denied) -> Result<Self, Exit> {
        let report = report.map(|path| {
            ReportFile::open(path).map_err(|error| {
                let message = format!("the report `{}` cannot be written: {error}", path.display());
                complain(
                    message,
                    Some("name a file that you may write and that is no link"),
                );
                Exit::NotStarted
            })
        });
        Ok(Self {
            report: report.transpose()?,
            denials,
        })
    }

    /// Whether people are told what was denied, whatever else they are asked.
    pub(crate) fn tells_denials(&self) -> bool {
        self.denials == Denied::Told
    }

    /// What has to be observed for it.
    pub(crate) fn watch(&self) -> Option<Watch> {
        (self.report.is_some() || self.denials == Denied::Told).then_some(Watch::Writes)
    }

    /// What stands in the writable directories now, where the report says what has changed there.
    pub(crate) fn before(&self, writable: &[PathBuf]) -> Option<Snapshot> {
        let report = self.report.as_ref();
        report.map(|_| Snapshot::take(writable, Bounds::default()))
    }
}

impl From<bool> for Denied {
    fn from(are_asked_for: bool) -> Self {
        if are_asked_for { Self::Told } else { Self::Silent }
    }
}

/// Runs the command to its end, in the foreground.
pub(crate) fn run(mut plan: Plan, command: Command, telling: Telling) -> Exit {
    if let Some(watch) = telling.watch() {
        let denials = Denials::of(plan.profile()).granting(may_be_granted);
        plan.observe(watch, denials);
    }
    plan.in_foreground();
    let words = command.arguments.clone();
    let before = telling.before(&plan.profile().writable);
    match plan.launch(command) {
        Ok(running) => match wait(running) {
            Ok(outcome) => tell(&outcome, &words, telling, before),
            Err(exit) => exit,
        },
        Err(error) => failed(&error),
    }
}

/// Waits for the end of a command that runs, in the foreground.
pub(crate) fn wait(running: Running) -> Result<Outcome, Exit> {
    running.wait_in_foreground().map_err(|error| failed(&error))
}

/// Tells of a command that has ended.
pub(crate) fn tell(
    outcome: &Outcome,
    words: &[OsString],
    telling: Telling,
    before: Option<Snapshot>,
) -> Exit {
    if telling.denials == Denied::Told {
        tell_denials(outcome);
    }
    if let (Some(file), Some(before)) = (telling.report, before) {
        let words = words.iter().map(|word| word.to_string_lossy().into_owned());
        let words: Vec<String> = words.collect();
        if let Err(error) = file.write(&RunReport::of(&words, outcome, &before.changes())) {
            complain(format!("the report could not be written: {error}"), None);
        }
    }
    Exit::Child(outcome.status.code())
}

/// Says on stderr what a command was kept from.
pub(crate) fn tell_denials(outcome: &Outcome) {
    let violations = outcome.observed.iter().flat_map(|observed| &observed.violations);
    for violation in violations {
        let finding = Diagnostic::new(codes::DENIED, Severity::Warning, violation.to_string());
        let finding = match &violation.grant {
            Some(grant) => finding.help(format!("to let it pass: {grant}")),
            None => finding,
        };
        output::complain(&[finding], None);
    }
}

/// Shows what would be done.
pub(crate) fn show(plan: &Plan, command: &Command) -> Exit {
    let mut lines = steps(plan);
    let words: Vec<String> = command
        .arguments
        .iter()
        .map(|word| visible(&word.to_string_lossy()).into_owned())
        .collect();
    lines.push(words.join(" "));
    output::answered(&lines.join("\n"))
}

/// The steps of a plan, what is left out of it and what it does not keep, each on a line.
pub(crate) fn steps(plan: &Plan) -> Vec<String> {
    let steps = plan.to_string();
    let absent = plan
        .absent()
        .iter()
        .map(|path| format!("left out, for it does not exist: {}", path.display()));
    let holes = plan
        .enforcement()
        .holes
        .iter()
        .map(|hole| format!("not kept: {hole}"));
    let lines = steps.lines().map(str::to_owned).chain(absent).chain(holes);
    lines.map(|line| visible(&line).into_owned()).collect()
}

/// Says what could not be looked at.
pub(crate) fn tell_unseen(unseen: &[String]) {
    for what in unseen {
        let finding = Diagnostic::new(codes::NOT_CONFINED, Severity::Warning, what.clone());
        output::complain(&[finding], None);
    }
}

/// Says that this host cannot confine the command as it is to be.
pub(crate) fn refused(error: &PlanError) -> Exit {
    complain(
        error.to_string(),
        Some(
            "`execpolicy doctor` says what this host lacks; `execpolicy sandbox --accept-tier` accepts less",
        ),
    );
    Exit::NotStarted
}

/// Says that there is no such program.
pub(crate) fn not_found(name: &str) -> Exit {
    complain(
        format!("`{}` is not found", visible(name)),
        Some("give the path of the program, or put it on the PATH"),
    );
    Exit::NotFound
}

/// Says why a command was not started.
pub(crate) fn failed(error: &LaunchError) -> Exit {
    complain(error.to_string(), None);
    if error.is_not_found() {
        Exit::NotFound
    } else {
        Exit::NotStarted
    }
}

/// Says what went wrong on the way to a command.
pub(crate) fn complain(message: String, help: Option<&str>) {
    let finding = Diagnostic::new(codes::NOT_CONFINED, Severity::Error, message);
    let finding = match help {
        Some(help) => finding.help(help),
        None => finding,
    };
    output::complain(&[finding], None);
}
