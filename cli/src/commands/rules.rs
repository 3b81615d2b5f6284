//! `execpolicy rules`: the rules that answer prompts.

mod suggest;

use crate::args::{RulesArgs, RulesVerb};
use crate::exit::Exit;

/// Does what is asked of the rules.
pub(crate) fn run(args: &RulesArgs) -> Exit {
    match &args.verb {
        RulesVerb::Suggest(args) => suggest::run(args),
    }
}
