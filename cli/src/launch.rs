//! Starting a confined command from the command line: what `run` and `sandbox` share.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use diagnostics::render::to_json;
use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::codes;
use gatekeeper::report::RunReport;
use gatekeeper::sandbox::{
    self, Bounds, Command, Denials, Grant, LaunchError, Outcome, Plan, PlanError, Snapshot, Stream, Watch,
};

use crate::exit::Exit;
use crate::output;

/// The command that these words name: looked up as a shell would, by the `PATH` that the command will have. `None`
/// where there is no such program.
pub(crate) fn command(
    argv: &[OsString],
    directory: &Path,
    environment: &[(OsString, OsString)],
) -> Option<Command> {
    let name = argv.first()?;
    let path = environment
        .iter()
        .find(|(name, _)| name == "PATH")
        .map(|(_, value)| value.as_os_str());
    Some(Command {
        program: find(name, directory, path)?,
        arguments: argv.to_vec(),
        directory: directory.to_owned(),
        input: Stream::Inherit,
        output: Stream::Inherit,
        errors: Stream::Inherit,
    })
}

fn find(name: &OsStr, directory: &Path, path: Option<&OsStr>) -> Option<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        let file = directory.join(name);
        return file.exists().then_some(file);
    }
    let directories = std::env::split_paths(path?).filter(|one| one.is_absolute());
    directories
        .map(|one| one.join(name))
        .find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// What is told when a command has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Telling<'a> {
    /// Where the report is written.
    pub(crate) report: Option<&'a Path>,
    /// Whether people are told what was denied.
    pub(crate) denials: Denied,
}

/// Whether people are told what was denied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Denied {
    /// They are, on stderr.
    Told,
    /// They are not.
    Silent,
}

/// Runs the command to its end, in the foreground.
pub(crate) fn run(mut plan: Plan, command: Command, telling: Telling<'_>) -> Exit {
    let named: Vec<String> = command
        .arguments
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if telling.report.is_some() || telling.denials == Denied::Told {
        let denials = Denials::of(plan.profile()).granting(may_be_granted);
        plan.observe(Watch::Writes, denials);
    }
    let before = telling
        .report
        .map(|_| Snapshot::take(&plan.profile().writable, Bounds::default()));
    let outcome = plan
        .launch(command)
        .and_then(sandbox::Running::wait_in_foreground);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return failed(&error),
    };
    if telling.denials == Denied::Told {
        tell_denials(&outcome);
    }
    if let (Some(path), Some(before)) = (telling.report, before) {
        let text = to_json(&RunReport::of(&named, &outcome, &before.changes()));
        if let Err(error) = fs::write(path, text + "\n") {
            complain(
                format!("the report `{}` could not be written: {error}", path.display()),
                None,
            );
        }
    }
    Exit::Child(outcome.status.code())
}

/// Nothing that policy hides or protects is offered.
fn may_be_granted(grant: &Grant) -> bool {
    match grant {
        Grant::Unprotected(_) | Grant::Shown(_) => false,
        Grant::Writable(_) | Grant::Readable(_) | Grant::Device(_) | Grant::Loopback | Grant::Host(_) => true,
    }
}

fn tell_denials(outcome: &Outcome) {
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
    let mut lines = vec![plan.to_string()];
    let absent = plan.absent().iter();
    lines.extend(absent.map(|path| format!("left out, for it does not exist: {}", path.display())));
    lines.extend(
        plan.enforcement()
            .holes
            .iter()
            .map(|hole| format!("not kept: {hole}")),
    );
    let words: Vec<String> = command
        .arguments
        .iter()
        .map(|word| visible(&word.to_string_lossy()).into_owned())
        .collect();
    lines.push(words.join(" "));
    match output::answer_line(&lines.join("\n")) {
        Ok(()) => Exit::Done,
        Err(error) => output::failed("stdout cannot be written", &error),
    }
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

fn failed(error: &LaunchError) -> Exit {
    complain(error.to_string(), None);
    if error.is_not_found() {
        Exit::NotFound
    } else {
        Exit::NotStarted
    }
}

fn complain(message: String, help: Option<&str>) {
    let finding = Diagnostic::new(codes::NOT_CONFINED, Severity::Error, message);
    let finding = match help {
        Some(help) => finding.help(help),
        None => finding,
    };
    output::complain(&[finding], None);
}
