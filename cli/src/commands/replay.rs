//! `execpolicy replay`: which past decisions another policy would change.

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use diagnostics::render::to_json;
use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::log::{Lines, Reason, files};
use gatekeeper::replay::{Change, Totals};
use gatekeeper::report::DecisionWord;
use gatekeeper::{Gatekeeper, codes};
use serde::Serialize;

use crate::args::{Format, ReplayArgs};
use crate::exit::Exit;
use crate::{environment, output, policy};

/// A change as programs are told it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeReport<'a> {
    file: &'a Path,
    line: u64,
    id: &'a str,
    time: &'a str,
    command: &'a str,
    cwd: Option<&'a str>,
    before: Side<'a>,
    now: Side<'a>,
}

/// A decision and what made it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Side<'a> {
    decision: DecisionWord,
    confinement: Option<&'a str>,
    basis: &'a [Reason],
}

/// The totals as programs are told them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalsReport {
    lines: u64,
    replayed: u64,
    changed: u64,
    stricter: u64,
    laxer: u64,
    elsewhere: u64,
    not_replayable: u64,
    unreadable: u64,
}

/// Judges a log again and tells what changes.
pub(crate) fn run(args: &ReplayArgs) -> Exit {
    let gatekeeper = match open(&args.policy, args.no_default, args.format) {
        Ok(gatekeeper) => gatekeeper,
        Err(exit) => return exit,
    };
    let Some(log) = args.log.clone().or_else(environment::log) else {
        return no_log();
    };
    let format = output::format(args.format);
    let files = files(&log);
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut told = Ok(());
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let replayed = gatekeeper.replay(
        Lines::of(files.clone()),
        threads,
        |change| {
            if told.is_ok() {
                told = writeln!(stdout, "{}", shown(&change, &files, format));
            }
        },
        progress,
    );
    let totals = match replayed {
        Ok(totals) => totals,
        Err(error) => return unreadable(&error.to_string()),
    };
    end_progress();
    let last = match format {
        Format::Json => to_json(&TotalsReport::of(&totals)),
        Format::Human | Format::Concise => summary(&totals),
    };
    let told = told
        .and_then(|()| writeln!(stdout, "{last}"))
        .and_then(|()| stdout.flush());
    match told {
        Ok(()) => Exit::Done,
        Err(error) => output::failed("stdout cannot be written", &error),
    }
}

/// The policy of these files. What is wrong with them is told.
fn open(files: &[PathBuf], no_default: bool, format: Option<Format>) -> Result<Gatekeeper, Exit> {
    Gatekeeper::open(files, policy::defaults(no_default)).map_err(|error| {
        output::complain(&error.findings, format);
        Exit::Failed
    })
}

/// Says that nobody knows where the log is.
pub(crate) fn no_log() -> Exit {
    let message = "it is not known where the log is: neither $HOME nor $XDG_STATE_HOME is set";
    let finding = Diagnostic::new(codes::NO_LOG, Severity::Error, message).help("name the log");
    output::complain(&[finding], None);
    Exit::Failed
}

/// Says that a log cannot be read.
pub(crate) fn unreadable(why: &str) -> Exit {
    let finding = Diagnostic::new(codes::NO_LOG, Severity::Error, why)
        .help("name a log that exists and that you may read; without a name it is your own");
    output::complain(&[finding], None);
    Exit::Failed
}

fn shown(change: &Change, files: &[PathBuf], format: Format) -> String {
    let entry = &change.entry;
    let file = files.get(change.file).map_or(Path::new(""), PathBuf::as_path);
    if format == Format::Json {
        return to_json(&ChangeReport {
            file,
            line: change.line,
            id: &entry.id,
            time: &entry.time,
            command: &entry.command,
            cwd: entry.context.cwd.as_deref(),
            before: Side {
                decision: entry.decision,
                confinement: entry.confinement.as_deref(),
                basis: &change.before,
            },
            now: Side {
                decision: change.now.decision,
                confinement: change.now.confinement.as_deref(),
                basis: &change.now.basis,
            },
        });
    }
    let before = side(entry.decision, entry.confinement.as_deref(), &change.before);
    let now = side(
        change.now.decision,
        change.now.confinement.as_deref(),
        &change.now.basis,
    );
    let place = format!("{}:{}", visible(&file.to_string_lossy()), change.line);
    let command = visible(&entry.command);
    match format {
        Format::Concise => format!("{place}: `{command}`: {before}; now {now}"),
        Format::Human | Format::Json => {
            let cwd = visible(entry.context.cwd.as_deref().unwrap_or("an unknown directory"));
            let time = visible(&entry.time);
            format!("`{command}`\n  in {cwd}, {time}, {place}\n  was {before}\n  now {now}\n")
        }
    }
}

fn side(decision: DecisionWord, confinement: Option<&str>, basis: &[Reason]) -> String {
    let word = decision.word();
    let place = confinement.filter(|_| decision != DecisionWord::Forbidden);
    let place = place.map_or_else(String::new, |name| format!(" in `{}`", visible(name)));
    let reasons: Vec<String> = basis
        .iter()
        .map(|reason| visible(&reason.to_string()).into_owned())
        .collect();
    match reasons.as_slice() {
        [] => format!("{word}{place}"),
        reasons => format!("{word}{place}: {}", reasons.join("; ")),
    }
}

fn summary(totals: &Totals) -> String {
    let mut lines = vec![format!(
        "{} of {} decisions change: {} stricter, {} laxer, {} in another confinement",
        totals.changed(),
        totals.replayed,
        totals.stricter,
        totals.laxer,
        totals.elsewhere
    )];
    if totals.not_replayable > 0 {
        let number = totals.not_replayable;
        let why = "a secret is masked, or the command is not whole";
        lines.push(format!("{number} cannot be judged again: {why}"));
    }
    if totals.unreadable > 0 {
        lines.push(format!("{} lines are none of a log", totals.unreadable));
    }
    lines.join("\n")
}

impl TotalsReport {
    fn of(totals: &Totals) -> Self {
        Self {
            lines: totals.lines,
            replayed: totals.replayed,
            changed: totals.changed(),
            stricter: totals.stricter,
            laxer: totals.laxer,
            elsewhere: totals.elsewhere,
            not_replayable: totals.not_replayable,
            unreadable: totals.unreadable,
        }
    }
}

/// Shows how far it is, to somebody who waits.
fn progress(totals: &Totals) {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        // Whoever cannot be shown how far it is, waits all the same.
        drop(write!(
            stderr,
            "\r{} lines, {} changes\u{1b}[K",
            totals.lines,
            totals.changed()
        ));
    }
}

fn end_progress() {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        drop(write!(stderr, "\r\u{1b}[K"));
    }
}
