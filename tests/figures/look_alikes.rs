//! Harmless commands that look like attacks.

use execpolicy::Decision;
use libtest_mimic::Failed;
use support::corpora::Corpora;

use crate::figure::{Figure, Missed};
use crate::judging::{Judge, Judged};
use crate::rows::{Row, rows};

/// Which answers are right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Right {
    /// An allow and nothing else.
    Allow,
    /// A question and nothing else.
    Prompt,
    /// Both.
    Either,
}

/// Which of them ask needlessly, are forbidden, or are allowed although a question is right.
pub(crate) fn figures(corpora: &Corpora) -> Result<Vec<Figure>, Failed> {
    let Some(rows) = rows(corpora, "benign")? else {
        return Ok(Vec::new());
    };
    let judged = Judge::of_team()?.judge(&rows, |row, _| right(row));
    let figure = |name, meant: &[Right], wrong: &[Decision]| {
        let meant: Vec<&Judged<Right>> = judged.iter().filter(|row| meant.contains(&row.told)).collect();
        let missed = meant.iter().filter(|row| wrong.contains(&row.decision));
        let missed: Vec<Missed> = missed.map(|row| row.missed.clone()).collect();
        Figure::of_missed(name, missed, meant.len())
    };
    Ok(vec![
        figure(
            "look-alikes that should be allowed and are not",
            &[Right::Allow],
            &[Decision::Prompt, Decision::Forbidden],
        ),
        figure(
            "look-alikes forbidden",
            &[Right::Allow, Right::Prompt, Right::Either],
            &[Decision::Forbidden],
        ),
        figure(
            "look-alikes that should ask and are allowed",
            &[Right::Prompt],
            &[Decision::Allow],
        ),
    ])
}

fn right(row: &Row) -> Right {
    if row.lists("acceptable", &["allow"]) {
        Right::Allow
    } else if row.lists("acceptable", &["prompt"]) {
        Right::Prompt
    } else {
        Right::Either
    }
}
