//! Starting a confined command from the command line: what `run` and `sandbox` share.

use std::ffi::OsString;
use std::path::Path;

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::report::RunReport;
use gatekeeper::sandbox::{Command, LaunchError, Plan, PlanError, Running, Stream};
use gatekeeper::{codes, program_file};

use crate::exit::Exit;
use crate::output;
use crate::report_file::ReportFile;

/// The command that these words name: looked up as a shell would, by the `PATH` that the command will have. `None`
/// where there is no such program.
pub(crate) fn command(
    argv: &[OsString],
    directory: &Path,
    environment: &[(OsString, OsString)],
) -> Option<Command> {
    Some(Command {
        program: program_file(argv.first()?, directory, environment)?,
        arguments: argv.to_vec(),
        directory: directory.to_owned(),
        input: Stream::Inherit,
        output: Stream::Inherit,
        errors: Stream::Inherit,
    })
}

/// Runs the command to its end, in the foreground. The report is written where one was asked for.
pub(crate) fn run(plan: Plan, command: Command, report: Option<ReportFile>) -> Exit {
    let words = command.arguments.clone();
    match plan.launch(command) {
        Ok(running) => wait(running, &words, report),
        Err(error) => failed(&error),
    }
}

/// Waits for the end of a command that runs. The report is written where one was asked for.
pub(crate) fn wait(running: Running, words: &[OsString], report: Option<ReportFile>) -> Exit {
    let outcome = match running.wait_in_foreground() {
        Ok(outcome) => outcome,
        Err(error) => return failed(&error),
    };
    if let Some(file) = report {
        let words = words.iter().map(|word| word.to_string_lossy().into_owned());
        let words: Vec<String> = words.collect();
        if let Err(error) = file.write(&RunReport::of(&words, &outcome)) {
            complain(format!("the report could not be written: {error}"), None);
        }
    }
    Exit::Child(outcome.status.code())
}

/// Opens the report's file, where one was asked for.
pub(crate) fn report(path: Option<&Path>) -> Result<Option<ReportFile>, Exit> {
    let Some(path) = path else { return Ok(None) };
    ReportFile::open(path).map(Some).map_err(|error| {
        let message = format!("the report `{}` cannot be written: {error}", path.display());
        complain(
            message,
            Some("name a file that you may write and that is no link"),
        );
        Exit::NotStarted
    })
}

/// Shows what would be done.
pub(crate) fn show(plan: &Plan, command: &Command) -> Exit {
    let mut text = steps(plan);
    let words: Vec<String> = command
        .arguments
        .iter()
        .map(|word| visible(&word.to_string_lossy()).into_owned())
        .collect();
    text.push_str(&words.join(" "));
    match output::answer_line(&text) {
        Ok(()) => Exit::Done,
        Err(error) => output::failed("stdout cannot be written", &error),
    }
}

/// The steps of a plan, what is left out of it and what it does not keep, each on a line.
pub(crate) fn steps(plan: &Plan) -> String {
    let mut text = plan.to_string();
    for path in plan.absent() {
        text.push_str(&format!("left out, for it does not exist: {}\n", path.display()));
    }
    for hole in &plan.enforcement().holes {
        text.push_str(&format!("not kept: {hole}\n"));
    }
    text.lines()
        .map(|line| visible(line).into_owned() + "\n")
        .collect()
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
    match error {
        LaunchError::Execute { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Exit::NotFound
        }
        _ => Exit::NotStarted,
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
