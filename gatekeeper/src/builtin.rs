//! What speaks where no policy file does.

use diagnostics::Source;
use execpolicy::{Basis, Context, Decision, Knowledge, Ruling, Unspoken};

/// What is known of programs.
pub(crate) fn knowledge() -> Knowledge {
    Knowledge::default()
}

/// A pack that policy files may load.
pub(crate) fn pack(_name: &str) -> Option<Source> {
    None
}

/// Decides what no layer's allow speaks for.
pub(crate) fn rule_on(unspoken: &Unspoken<'_>, _context: &Context) -> Ruling {
    vec![Basis::Default {
        decision: Decision::Prompt,
        reason: "no rule allows it".into(),
        cause: unspoken.segment.span,
    }]
}
