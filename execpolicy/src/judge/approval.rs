//! The last step: bases to a decision, and prompts that nobody can answer.

use std::sync::Arc;

use shell_parser::Gap;

use crate::{Approval, Basis, BrokenFile, Decision, SegmentVerdict};

/// The join of the bases. There is always one; should there be none, nothing vouches for the segment.
pub(super) fn join(basis: &[Basis]) -> Decision {
    let decisions = basis.iter().map(Basis::decision);
    decisions.reduce(Decision::join).unwrap_or(Decision::Prompt)
}

/// Turns a prompt that nobody may be asked about into a refusal that says so.
pub(super) fn refuse_what_nobody_can_answer(segment: &mut SegmentVerdict, approval: Approval) {
    let mut prompts = segment
        .basis
        .iter()
        .filter(|basis| basis.decision() == Decision::Prompt);
    if segment.decision == Decision::Prompt && prompts.any(|basis| !may_be_asked(basis, approval)) {
        segment.basis.push(Basis::WouldAsk);
        segment.decision = Decision::Forbidden;
    }
}

/// What the gaps ask for, those included that touch no segment.
pub(super) fn decision_of_gaps(gaps: &[Gap], approval: Approval) -> Decision {
    let decisions = gaps.iter().map(|gap| {
        let basis = Basis::Gap(gap.clone());
        if may_be_asked(&basis, approval) {
            basis.decision()
        } else {
            Decision::Forbidden
        }
    });
    decisions.fold(Decision::Allow, Decision::join)
}

/// What the policy files ask for that do not load. It is a question about rules: what theirs would say.
pub(super) fn decision_of_broken(broken: &[Arc<BrokenFile>], approval: Approval) -> Decision {
    let may_be_asked = match approval {
        Approval::Untrusted | Approval::OnRequest => true,
        Approval::Never => false,
        Approval::Granular { rules, .. } => rules,
    };
    let decisions = broken.iter().map(|file| match file.decision() {
        Decision::Prompt if !may_be_asked => Decision::Forbidden,
        decision @ (Decision::Allow | Decision::Prompt | Decision::Forbidden) => decision,
    });
    decisions.fold(Decision::Allow, Decision::join)
}

/// Whether a person may be asked what this basis asks.
fn may_be_asked(basis: &Basis, approval: Approval) -> bool {
    match approval {
        Approval::Untrusted | Approval::OnRequest => true,
        Approval::Never => false,
        Approval::Granular { rules, fallback } => match basis {
            Basis::Rule(_) | Basis::Effect(_) => rules,
            Basis::Knowledge { .. }
            | Basis::Default { .. }
            | Basis::Gap(_)
            | Basis::Confined { .. }
            | Basis::WouldAsk => fallback,
        },
    }
}
