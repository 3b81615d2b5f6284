//! The rule that a person said yes to for good.

use diagnostics::{Diagnostic, Severity, visible};

use super::{Addition, AmendmentFile, RuleScope};
use crate::{Context, Judgement, codes};

/// Writes the rule that a judgement proposes into the user's layer, for whom a person said yes for good, and says what
/// came of it: a note, or a warning where it could not be written. The yes holds for this once whatever becomes of it.
/// `None` where nothing is proposed.
pub fn keep(judgement: &Judgement, context: &Context) -> Option<Diagnostic> {
    let amendment = judgement.amendment()?;
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
    Some(Diagnostic::new(codes::PROMPT, severity, message))
}
