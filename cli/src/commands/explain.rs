//! `execpolicy explain`: the whole way from text to verdict, one stage under another.

mod stages;

use crate::args::{CheckArgs, Format};
use crate::commands::check;
use crate::exit::Exit;
use crate::request::{Asked, Request};
use crate::{confined, journal, output};

/// Explains one request; a batch is answered as `check` does.
pub(crate) fn run(args: &CheckArgs) -> Exit {
    match Request::resolve(args) {
        Ok(request) => explain(request, args.log),
        Err(exit) => exit,
    }
}

fn explain(request: Request, is_logged: bool) -> Exit {
    let (gatekeeper, command, mut context) = match request.asked {
        Asked::Command(gatekeeper, command, context) => (gatekeeper, command, context),
        asked @ Asked::Lines(..) => return check::answer(Request { asked, ..request }, is_logged),
    };
    let judgement = gatekeeper.explain_in_place(command, &mut context);
    let judgement = gatekeeper.propose(judgement, &context);
    output::complain(gatekeeper.notices(), request.format);
    if is_logged {
        let journal = journal::open();
        journal::decided(&journal, "explain", &gatekeeper, &judgement, &context, None);
    }
    let told = match output::format(request.format) {
        Format::Human => {
            let stages = stages::of(&judgement, &context);
            let confined = confined::section(&gatekeeper, &judgement, &context);
            let told = std::iter::once(stages).chain(confined).collect::<Vec<_>>();
            output::answer_line(&told.join("\n"))
                .and_then(|()| output::answer(&judgement.findings(), Format::Human))
        }
        format @ (Format::Concise | Format::Json) => check::tell(&judgement, format),
    };
    output::exit(judgement.decision(), told)
}
