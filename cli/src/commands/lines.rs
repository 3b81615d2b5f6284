//! `execpolicy check --stdin`: a request a line, an answer a line, in order.
//!
//! A line that cannot be judged costs that line only: it is answered by an error object whose decision is
//! `forbidden`, and the exit status tells at the end. Empty lines are passed over.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};

use diagnostics::render::to_json;
use gatekeeper::log::Journal;
use gatekeeper::report::{FailureReport, Report};
use gatekeeper::request::{self, CheckRequest};
use gatekeeper::{Surroundings, codes};
use server::lines::{Line, Reader};

use crate::exit::Exit;
use crate::policy::Policies;
use crate::{journal, output};

/// Bytes of one line that are read; the rest of a longer one is passed over without being kept.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Answers every line of stdin.
pub(crate) fn answer_all(policies: &mut Policies, surroundings: &Surroundings, journal: &Journal) -> Exit {
    let mut reader = Reader::new(io::stdin().lock(), MAX_BYTES);
    let mut stdout = io::stdout().lock();
    let mut end = Exit::Done;
    let mut number = 0_u64;
    loop {
        let line = match reader.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => return end,
            Err(error) => return output::failed("stdin cannot be read", &error),
        };
        number = number.saturating_add(1);
        if line.is_blank() {
            continue;
        }
        let report = answer(policies, surroundings, journal, &line, number);
        if matches!(report, Report::Failure(_)) {
            end = Exit::Failed;
        }
        let mut written = to_json(&report);
        written.push('\n');
        if let Err(error) = stdout.write_all(written.as_bytes()).and_then(|()| stdout.flush()) {
            return output::failed("stdout cannot be written", &error);
        }
    }
}

/// Answers one line. Whatever goes wrong in here, a panic included, is an answer too.
fn answer(
    policies: &mut Policies,
    surroundings: &Surroundings,
    journal: &Journal,
    line: &Line<'_>,
    number: u64,
) -> Report {
    let bytes = match line {
        Line::Whole(bytes) => *bytes,
        Line::TooLong => {
            let message = format!("the line is longer than {MAX_BYTES} bytes");
            return Report::Failure(FailureReport::new(None, codes::LONG_REQUEST, message, number));
        }
    };
    // A policy is kept once it is whole, so a panic leaves nothing half done.
    let judged = panic::catch_unwind(AssertUnwindSafe(|| {
        judge(policies, surroundings, journal, bytes, number)
    }));
    judged.unwrap_or_else(|_| {
        let message = "the program failed on this line";
        Report::Failure(FailureReport::new(
            request::id(bytes),
            codes::INTERNAL,
            message,
            number,
        ))
    })
}

fn judge(
    policies: &mut Policies,
    surroundings: &Surroundings,
    journal: &Journal,
    bytes: &[u8],
    number: u64,
) -> Report {
    match CheckRequest::read(bytes).and_then(|request| request.resolve(surroundings)) {
        Ok(mut asked) => {
            let gatekeeper = policies.of(asked.context.workspace.as_deref());
            let judgement = gatekeeper.judge_in_place(asked.command, &mut asked.context);
            journal::decided(journal, "check", gatekeeper, &judgement, &asked.context, None);
            let mut report = gatekeeper.propose(judgement, &asked.context).report();
            report.id = asked.id;
            Report::Verdict(Box::new(report))
        }
        Err(error) => {
            let message = error.to_string();
            Report::Failure(FailureReport::new(
                request::id(bytes),
                error.code(),
                message,
                number,
            ))
        }
    }
}
