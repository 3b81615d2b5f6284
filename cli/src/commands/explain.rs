//! `execpolicy explain`: the whole way from text to verdict, one stage under another.

mod stages;

use crate::args::{CheckArgs, Format};
use crate::commands::check;
use crate::exit::Exit;
use crate::output;
use crate::request::{Asked, Request};

/// Explains one request for people; the other formats, and a batch, are those of `check`.
pub(crate) fn run(args: &CheckArgs) -> Exit {
    match Request::resolve(args) {
        Ok(request) => explain(request),
        Err(exit) => exit,
    }
}

fn explain(request: Request) -> Exit {
    let (command, mut context) = match (output::format(request.format), request.asked) {
        (Format::Human, Asked::Command(command, context)) => (command, context),
        (Format::Human | Format::Concise | Format::Json, asked) => {
            return check::answer(Request { asked, ..request });
        }
    };
    let judgement = request.gatekeeper.judge_in_place(command, &mut context);
    let judgement = request.gatekeeper.propose(judgement, &context);
    let told = output::answer_line(&stages::of(&judgement, &context))
        .and_then(|()| output::answer(&judgement.findings(), Format::Human));
    output::exit(judgement.decision(), told)
}
