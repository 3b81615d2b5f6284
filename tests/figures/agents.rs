//! What coding agents type: how much of it runs without a question.

use std::collections::BTreeMap;

use execpolicy::Decision;
use libtest_mimic::Failed;
use support::corpora::Corpora;

use crate::failing::{Failure, would_fail};
use crate::figure::{Figure, Measured, Missed};
use crate::judging::{Judge, Judged};
use crate::rows::{Row, rows};

/// The share that is allowed without a confinement, and the shares that run in one.
pub(crate) fn figures(corpora: &Corpora) -> Result<Vec<Figure>, Failed> {
    let Some(rows) = rows(corpora, "agent_commands")? else {
        return Ok(Vec::new());
    };
    let alone = Judge::by_defaults()?.judge(&rows, |_, _| None);
    let write = confined("workspace-write", &rows)?;
    let commit = confined("workspace-commit", &rows)?;
    let better: Vec<Judged<Option<Failure>>> = write
        .iter()
        .zip(&commit)
        .map(|(write, commit)| if runs(write) { write } else { commit }.clone())
        .collect();
    Ok(vec![
        share("agents' commands allowed", alone),
        share("agents' commands that run in workspace-write", write),
        share("agents' commands that run in workspace-commit", commit),
        share("agents' commands that run in the better of both", better),
    ])
}

fn confined(profile: &'static str, rows: &[Row]) -> Result<Vec<Judged<Option<Failure>>>, Failed> {
    let judge = Judge::by_defaults()?.confined(profile);
    Ok(judge.judge(rows, |_, judgement| would_fail(judgement.verdict(), profile)))
}

/// Whether it is allowed and can do what it is for.
fn runs(judged: &Judged<Option<Failure>>) -> bool {
    judged.decision == Decision::Allow && judged.told.is_none()
}

/// The share that runs, each row as often as it was issued.
fn share(name: &'static str, judged: Vec<Judged<Option<Failure>>>) -> Figure {
    let (mut part, mut whole) = (0_u64, 0_u64);
    let mut failing: BTreeMap<Failure, u64> = BTreeMap::new();
    let mut missed: Vec<Missed> = Vec::new();
    for judged in judged {
        let weight = judged.missed.weight;
        whole = whole.saturating_add(weight);
        if runs(&judged) {
            part = part.saturating_add(weight);
            continue;
        }
        let failure = judged.told.filter(|_| judged.decision == Decision::Allow);
        if let Some(failure) = failure {
            let sum = failing.entry(failure).or_default();
            *sum = sum.saturating_add(weight);
        }
        let reason = failure.map(|failure| format!("allowed, and would fail: {failure}"));
        missed.push(Missed {
            reason: reason.unwrap_or(judged.missed.reason),
            ..judged.missed
        });
    }
    let notes = failing
        .iter()
        .map(|(failure, sum)| format!("  {sum:>6}  allowed, and would fail: {failure}"));
    Figure::new(name, Measured::Of(part, whole), missed).with_notes(notes.collect())
}
