//! The rule that a person said yes to for good.

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::amendment_file::{Addition, AmendmentFile, RuleScope};
use gatekeeper::{Context, Judgement, codes};

use crate::args::Format;
use crate::output;

/// Writes the rule. The yes holds for this run, whatever becomes of it.
pub(super) fn keep(judgement: &Judgement, context: &Context, format: Option<Format>) {
    let Some(amendment) = judgement.amendment() else {
        return;
    };
    let added = AmendmentFile::approved(context, RuleScope::User).and_then(|file| file.add(amendment.rule()));
    let (severity, message) = match added {
        // A rule of the user's counts wherever it stands.
        Ok(Addition::Added { path, counts: _ }) => (
            Severity::Note,
            format!(
                "the rule stands in `{}`; `execpolicy rules undo` takes it back",
                visible(&path.display().to_string())
            ),
        ),
        Ok(Addition::AlreadyCovered(origin)) => (
            Severity::Note,
            format!("a rule of `{}` says that already", visible(origin.source.name())),
        ),
        Err(error) => (
            Severity::Warning,
            format!("it runs this once, for the rule could not be written: {error}"),
        ),
    };
    output::complain(&[Diagnostic::new(codes::PROMPT, severity, message)], format);
}
