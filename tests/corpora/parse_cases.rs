//! Hand-made scripts with the argv that bash really executed.

use crate::bare;
use libtest_mimic::Failed;
use serde_json::Value;
use support::claims::claims;
use support::corpora::Corpora;
use support::executor::{Executor, Shell};
use support::oracle::{Tally, check};

/// No case where bash executed something that no segment claims, unless the verdict has a gap.
pub(crate) fn what_bash_executed_was_claimed(corpora: &Corpora) -> Result<(), Failed> {
    let cases = cases(corpora)?;
    // The home of the recorded runs is what one of them shows.
    let home = cases
        .iter()
        .find(|case| case.script == "c0 ~/x ~")
        .and_then(|case| case.executed.last()?.last());
    let engine = match home {
        Some(home) => bare()?.at("/w/repo", home),
        None => bare()?,
    };
    let mut fooled = Vec::new();
    for case in cases {
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

/// The bash of this machine executes nothing that no segment claims, and of the cases that bash takes without an error
/// at least three in five are without a gap.
#[expect(clippy::print_stderr, reason = "the figures are the point of the test")]
pub(crate) fn bash_is_asked_again(corpora: &Corpora) -> Result<(), Failed> {
    let mut bash = match Executor::start(Shell::Bash) {
        Ok(bash) => bash,
        Err(error) => {
            eprintln!("SKIPPED: there is no bash to ask here: {error}");
            return Ok(());
        }
    };
    let (mut all, mut successful) = (Tally::default(), Tally::default());
    let mut fooled = Vec::new();
    for case in cases(corpora)? {
        let mut own = Tally::default();
        if let Some(found) = check(&case.script, &mut bash, &mut own)? {
            fooled.push(format!("{}: {:?} ran {:?}", case.id, case.script, found.argv));
        }
        all += own;
        if case.status == Some(0) {
            successful += own;
        }
    }
    eprintln!(
        "cases: {}, executed something: {}, without a gap: {}; of {} that bash takes without an error {} are without a gap",
        all.scripts, all.executed, all.admitted, successful.scripts, successful.admitted
    );
    if !fooled.is_empty() {
        return Err(Failed::from(fooled.join("\n")));
    }
    if successful.admitted.saturating_mul(5) < successful.scripts.saturating_mul(3) {
        return Err(Failed::from("fewer than three in five are without a gap"));
    }
    Ok(())
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
    status: Option<i64>,
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
            status: row.get("bash_rc").and_then(Value::as_i64),
            executed: list(row.get("bash_argvs"))
                .iter()
                .map(|argv| list(Some(argv)).iter().map(|word| text(Some(word))).collect())
                .collect(),
        })
        .collect())
}
