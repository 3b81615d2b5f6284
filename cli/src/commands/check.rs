//! `execpolicy check`: decides, runs nothing.

use std::io;

use diagnostics::render::to_json;
use diagnostics::visible;
use gatekeeper::log::Journal;
use gatekeeper::{Decision, Judgement};

use crate::args::{CheckArgs, Format};
use crate::commands::lines;
use crate::exit::Exit;
use crate::request::{Asked, Request};
use crate::{journal, output, policy};

/// Answers one request, or every line of stdin.
pub(crate) fn run(args: &CheckArgs) -> Exit {
    match Request::resolve(args) {
        Ok(request) => answer(request, args.log),
        Err(exit) => exit,
    }
}

/// Judges and tells; logs where that is asked for.
pub(crate) fn answer(request: Request, is_logged: bool) -> Exit {
    let journal = if is_logged {
        journal::open()
    } else {
        Journal::open(None)
    };
    match request.asked {
        Asked::Lines(mut policies, surroundings) => lines::answer_all(&mut policies, &surroundings, &journal),
        Asked::Command(gatekeeper, command, mut context) => {
            let format = output::format(request.format);
            let mut judgement = gatekeeper.judge_in_place(command, &mut context);
            if format == Format::Json {
                judgement = gatekeeper.propose(judgement, &context);
            }
            journal::decided(&journal, "check", &gatekeeper, &judgement, &context, None);
            policy::tell_notices(&gatekeeper, judgement.decision(), request.format);
            let told = tell(&judgement, format);
            output::exit(judgement.decision(), told)
        }
    }
}

/// Writes the answer.
pub(crate) fn tell(judgement: &Judgement, format: Format) -> io::Result<()> {
    match (format, judgement.decision()) {
        (Format::Json, _) => output::answer_line(&to_json(&judgement.report())),
        (Format::Human, Decision::Allow) => output::answer_line(&in_short(judgement)),
        (Format::Human | Format::Concise, _) => output::answer(&judgement.findings(), format),
    }
}

/// An allow needs no picture: one line with its reasons.
fn in_short(judgement: &Judgement) -> String {
    let findings = judgement.findings();
    let told = findings.iter().map(|finding| {
        let reasons = finding.notes.join("; ");
        format!("{} ({})", visible(&finding.message), visible(&reasons))
    });
    told.collect()
}
