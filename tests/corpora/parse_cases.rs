//! Hand-made scripts with the argv that bash really executed.

use crate::bare;
use libtest_mimic::Failed;
use serde_json::Value;
use support::claims::claims;
use support::corpora::Corpora;

/// No case where bash executed something that no segment claims, unless the verdict has a gap.
pub(crate) fn what_bash_executed_was_claimed(corpora: &Corpora) -> Result<(), Failed> {
    let engine = bare()?;
    let mut fooled = Vec::new();
    for case in cases(corpora)? {
        let verdict = engine.judge(&case.script);
        if !verdict.gaps().is_empty() {
            continue;
        }
        for argv in &case.executed {
            if !verdict.segments().iter().any(|one| claims(&one.segment, argv)) {
                fooled.push(format!("{}: {:?} ran {argv:?}", case.id, case.script));
            }
        }
    }
    if fooled.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(fooled.join("\n")))
    }
}

/// At least half of the ordinary cases are without a gap.
#[expect(clippy::print_stderr, reason = "the figure is the point of the test")]
pub(crate) fn ordinary_cases_are_understood(corpora: &Corpora) -> Result<(), Failed> {
    let engine = bare()?;
    let ordinary: Vec<Case> = cases(corpora)?
        .into_iter()
        .filter(|case| case.id.starts_with("ord-"))
        .collect();
    let (understood, gaps): (Vec<&Case>, Vec<&Case>) = ordinary
        .iter()
        .partition(|case| engine.judge(&case.script).gaps().is_empty());
    let gaps: Vec<&str> = gaps.iter().map(|case| case.id.as_str()).collect();
    eprintln!(
        "ordinary cases without a gap: {} of {}; with: {}",
        understood.len(),
        ordinary.len(),
        gaps.join(" ")
    );
    if understood.len().saturating_mul(2) >= ordinary.len() {
        Ok(())
    } else {
        Err(Failed::from(
            "fewer than half of the ordinary cases are understood",
        ))
    }
}

/// One script and what it ran.
struct Case {
    id: String,
    script: String,
    executed: Vec<Vec<String>>,
}

/// All cases.
fn cases(corpora: &Corpora) -> Result<Vec<Case>, Failed> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = corpora
        .rows("parse_cases.jsonl")
        .map_err(|error| Failed::from(error.to_string()))?;
    Ok(rows
        .iter()
        .map(|row| Case {
            id: text(row.get("id")),
            script: text(row.get("script")),
            executed: list(row.get("bash_argvs"))
                .iter()
                .map(|argv| list(Some(argv)).iter().map(|word| text(Some(word))).collect())
                .collect(),
        })
        .collect())
}
