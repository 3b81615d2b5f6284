//! The log as the command line keeps it: what is wrong with it is a warning.

use diagnostics::{Diagnostic, Severity};
use gatekeeper::log::{Asker, Journal};
use gatekeeper::{Context, Gatekeeper, Judgement, codes};

use crate::{environment, output};

/// The user's own log.
pub(crate) fn open() -> Journal {
    let directory = environment::log();
    if directory.is_none() {
        warn(environment::NO_LOG);
    }
    let journal = Journal::open(directory.as_deref());
    tell_trouble(&journal);
    journal
}

/// Logs a decision that a verb asked for, as [`Journal::decided`] does.
pub(crate) fn decided(
    journal: &Journal,
    verb: &str,
    gatekeeper: &Gatekeeper,
    judgement: &Judgement,
    context: &Context,
    answer: Option<(&str, &str)>,
) -> Option<String> {
    let id = journal.decided(Asker::verb(verb), judgement, context, gatekeeper.digest(), answer);
    tell_trouble(journal);
    id
}

/// Says what is wrong with the log, the first time that something is.
pub(crate) fn tell_trouble(journal: &Journal) {
    if let Some(why) = journal.trouble() {
        warn(&why);
    }
}

fn warn(why: &str) {
    let finding = Diagnostic::new(codes::NOT_LOGGED, Severity::Warning, why);
    output::complain(&[finding], None);
}
