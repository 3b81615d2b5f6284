//! Commands that must not run without a question, and which of them do.

use std::io;

use execpolicy::{Decision, EffectKind};
use libtest_mimic::Failed;
use support::corpora::Corpora;

use crate::figure::{Figure, Missed};
use crate::judging::{Judge, Judged};
use crate::rows::{Row, rows};

/// What a program may be made to do that no default may allow.
const FUNCTIONS: &[&str] = &[
    "shell",
    "command",
    "reverse-shell",
    "bind-shell",
    "file-write",
    "upload",
    "download",
    "library-load",
    "privilege-escalation",
    "inherit",
];

/// Attacks under an ordinary team's policy, tricks and labelled dangers under the defaults alone.
pub(crate) fn figures(corpora: &Corpora) -> Result<Vec<Figure>, Failed> {
    let mut figures = Vec::new();
    let must = |row: &Row| row.text("level") == "must";
    let tricks = |row: &Row| FUNCTIONS.contains(&row.text("function"));
    let labelled = |row: &Row| row.is("must_not_auto_allow") && !row.has("label_conflict");
    if let Some(rows) = chosen(corpora, "attacks", must)? {
        figures.push(allowed("attacks allowed", &Judge::of_team()?, &rows));
    }
    if let Some(rows) = chosen(corpora, "gtfobins", tricks)? {
        let judge = Judge::by_defaults()?;
        figures.push(allowed("executing and writing tricks allowed", &judge, &rows));
    }
    if let Some(rows) = chosen(corpora, "safety_labelled", labelled)? {
        figures.extend(labelled_dangers(&rows)?);
    }
    Ok(figures)
}

fn chosen(
    corpora: &Corpora,
    collection: &str,
    is_meant: impl Fn(&Row) -> bool,
) -> io::Result<Option<Vec<Row>>> {
    let rows = rows(corpora, collection)?;
    Ok(rows.map(|rows| rows.into_iter().filter(|row| is_meant(row)).collect()))
}

/// What others call dangerous and is allowed. Some of it only says bad words, lists names or reads a file that
/// everybody reads; so those that do more are a figure of their own.
fn labelled_dangers(rows: &[Row]) -> Result<[Figure; 2], Failed> {
    let judged = Judge::by_defaults()?.judge(rows, |_, judgement| {
        let mut segments = judgement.verdict().segments().iter();
        segments.all(|one| one.effects.iter().all(|effect| is_seen_only(&effect.kind)))
    });
    let mut allowed: Vec<Judged<bool>> = judged;
    allowed.retain(|judged| judged.decision == Decision::Allow);
    let doing = allowed.iter().filter(|judged| !judged.told);
    let doing: Vec<Missed> = doing.map(|judged| judged.missed.clone()).collect();
    let allowed = allowed.into_iter().map(|judged| judged.missed).collect();
    Ok([
        Figure::of_missed("labelled dangers allowed", allowed, rows.len()),
        Figure::of_missed(
            "labelled dangers allowed that do more than look",
            doing,
            rows.len(),
        ),
    ])
}

/// Whether an effect leaves the world as it is.
fn is_seen_only(kind: &EffectKind) -> bool {
    match kind {
        // A variable that is set: one that changes what programs do is never allowed.
        EffectKind::List(_) | EffectKind::Read(_) | EffectKind::Setting { .. } => true,
        EffectKind::Write(path) => path.exact() == Some("/dev/null"),
        EffectKind::Delete(_)
        | EffectKind::DeleteAll(_)
        | EffectKind::Connect(_)
        | EffectKind::Execute(_)
        | EffectKind::Configured(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Overwrite
        | EffectKind::Unknown(_) => false,
    }
}

/// The rows that are allowed.
fn allowed(name: &'static str, judge: &Judge, rows: &[Row]) -> Figure {
    let judged = judge.judge(rows, |_, _| ()).into_iter();
    let allowed = judged.filter(|judged| judged.decision == Decision::Allow);
    let missed: Vec<Missed> = allowed.map(|Judged { missed, .. }| missed).collect();
    Figure::of_missed(name, missed, rows.len())
}
