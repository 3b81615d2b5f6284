//! Writes answers to stdout and findings to stderr.

use std::io::{self, IsTerminal, Write};

use diagnostics::render::{self, Colours};
use diagnostics::{Diagnostic, Severity};
use gatekeeper::{Decision, codes};

use crate::args::Format;
use crate::environment;
use crate::exit::Exit;

/// The format that was asked for; else human on a terminal, JSON otherwise.
pub(crate) fn format(asked: Option<Format>) -> Format {
    asked.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            Format::Human
        } else {
            Format::Json
        }
    })
}

/// Findings about a command, as its answer.
pub(crate) fn answer(findings: &[Diagnostic], format: Format) -> io::Result<()> {
    let colours = colours(&io::stdout());
    write_to(&mut io::stdout().lock(), &rendered(findings, format, colours))
}

/// One line as the answer.
pub(crate) fn answer_line(line: &str) -> io::Result<()> {
    write_to(&mut io::stdout().lock(), &format!("{line}\n"))
}

/// One line as the answer of a verb that decides nothing, and how the verb ends.
pub(crate) fn answered(line: &str) -> Exit {
    match answer_line(line) {
        Ok(()) => Exit::Done,
        Err(error) => failed("stdout cannot be written", &error),
    }
}

/// The exit status of a decision. A reader who has gone away knows enough; an answer that could not be written for
/// another reason is a failure.
pub(crate) fn exit(decision: Decision, told: io::Result<()>) -> Exit {
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed("stdout cannot be written", &error),
        Ok(()) | Err(_) => Exit::Decided(decision),
    }
}

/// Says on stderr that a stream failed; says nothing where the reader has gone away.
pub(crate) fn failed(what: &str, error: &io::Error) -> Exit {
    if error.kind() != io::ErrorKind::BrokenPipe {
        let finding = Diagnostic::new(codes::INTERNAL, Severity::Error, format!("{what}: {error}"));
        complain(&[finding], None);
    }
    Exit::Failed
}

/// Says on stderr what is wrong with the arguments.
pub(crate) fn wrong_usage(finding: Diagnostic, asked: Option<Format>) -> Exit {
    complain(&[finding], asked);
    Exit::Usage
}

/// Findings about the input itself, on stderr: for people, unless another format was asked for by name.
pub(crate) fn complain(findings: &[Diagnostic], asked: Option<Format>) {
    let format = asked.unwrap_or(Format::Human);
    let text = rendered(findings, format, colours(&io::stderr()));
    // There is nowhere left to say that stderr is gone; the exit status still tells.
    drop(write_to(&mut io::stderr().lock(), &text));
}

fn rendered(findings: &[Diagnostic], format: Format, colours: Colours) -> String {
    let lines =
        |line: fn(&Diagnostic) -> String| findings.iter().map(|finding| line(finding) + "\n").collect();
    match format {
        Format::Human => render::human(findings, colours),
        Format::Concise => lines(render::concise),
        Format::Json => lines(render::json),
    }
}

fn colours(stream: &impl IsTerminal) -> Colours {
    if stream.is_terminal() && environment::wants_colours() {
        Colours::Ansi
    } else {
        Colours::Plain
    }
}

fn write_to(stream: &mut impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
