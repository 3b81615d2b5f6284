//! One figure of the report: what was measured, and the rows that miss it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use execpolicy::Decision;

use crate::bounds::{Limit, Side};

/// How many missed rows of a figure are shown unless all are asked for.
const SHOWN: usize = 12;

/// Characters of a command that are shown.
const WIDTH: usize = 110;

/// What was measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Measured {
    /// So many.
    Count(u64),
    /// So many of all.
    Of(u64, u64),
}

/// A row that misses its figure.
#[derive(Clone, Debug)]
pub(crate) struct Missed {
    /// The row's name in its collection.
    pub(crate) id: String,
    /// How often it was issued.
    pub(crate) weight: u64,
    /// Its answer.
    pub(crate) decision: Decision,
    /// Its text.
    pub(crate) command: String,
    /// The first reason for the answer, or what else is wrong with it.
    pub(crate) reason: String,
}

/// A figure with the rows that miss it.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What bounds call it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) measured: Measured,
    /// The rows that miss it, heaviest first.
    pub(crate) missed: Vec<Missed>,
    /// What else is to be said of it, line by line.
    pub(crate) notes: Vec<String>,
}

impl Measured {
    /// Whether it is on the right side of the limit.
    pub(crate) fn keeps(self, limit: Limit) -> bool {
        match (self, limit.side) {
            (Self::Count(count) | Self::Of(count, _), Side::Most) => count <= limit.number,
            (Self::Count(count) | Self::Of(count, _), Side::Least) => count >= limit.number,
            // Of nothing, any share is kept.
            (Self::Count(_) | Self::Of(_, 0), Side::LeastShare) => true,
            (Self::Of(part, whole), Side::LeastShare) => {
                u128::from(part).saturating_mul(10_000)
                    >= u128::from(whole).saturating_mul(u128::from(limit.number))
            }
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Of(part, whole) => {
                let hundredths = part.saturating_mul(10_000).checked_div(*whole).unwrap_or(10_000);
                let (percent, rest) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
                write!(formatter, "{part} of {whole}, {percent}.{rest:02} %")
            }
        }
    }
}

impl Figure {
    /// A figure; the missed rows are put in order.
    pub(crate) fn new(name: &'static str, measured: Measured, mut missed: Vec<Missed>) -> Self {
        missed.sort_by(|left, right| {
            let heavier = right.weight.cmp(&left.weight);
            heavier.then_with(|| left.id.cmp(&right.id))
        });
        Self {
            name,
            measured,
            missed,
            notes: Vec::new(),
        }
    }

    /// How many rows miss it, of how many.
    pub(crate) fn of_missed(name: &'static str, missed: Vec<Missed>, rows: usize) -> Self {
        let (count, rows) = (missed.len() as u64, rows as u64);
        Self::new(name, Measured::Of(count, rows), missed)
    }

    /// The same with more to say.
    #[must_use]
    pub(crate) fn with_notes(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    /// The notes, and the missed rows: a few, or all of them. Many are also summed up by their reason.
    pub(crate) fn rows(&self, all: bool) -> String {
        let mut text = String::new();
        for note in &self.notes {
            push_line(&mut text, note);
        }
        if self.missed.len() > SHOWN {
            self.push_reasons(&mut text);
        }
        let shown = if all { self.missed.len() } else { SHOWN };
        for row in self.missed.iter().take(shown) {
            let Missed {
                id,
                weight,
                decision,
                command,
                reason,
            } = row;
            push_line(
                &mut text,
                &format!(
                    "  {id}  {weight}  {decision}  {}\n      {reason}",
                    shortened(command)
                ),
            );
        }
        if let Some(left) = self.missed.len().checked_sub(shown).filter(|left| *left > 0) {
            push_line(&mut text, &format!("  … and {left} more rows"));
        }
        text
    }

    /// The most frequent reasons, what is quoted left out, with how often their rows were issued.
    fn push_reasons(&self, text: &mut String) {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for row in &self.missed {
            let sum = sums.entry(without_quotes(&row.reason)).or_default();
            *sum = sum.saturating_add(row.weight);
        }
        let mut sums: Vec<(String, u64)> = sums.into_iter().collect();
        sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
        for (reason, sum) in sums.iter().take(SHOWN) {
            push_line(text, &format!("  {sum:>6}  {reason}"));
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _written = writeln!(text, "{line}");
}

/// A command on one line, cut short.
pub(crate) fn shortened(command: &str) -> String {
    let line = diagnostics::visible(command).replace('\n', "\\n");
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A reason without what it quotes of a command.
fn without_quotes(reason: &str) -> String {
    let parts: Vec<&str> = reason.split('`').collect();
    let kept = parts
        .iter()
        .enumerate()
        .map(|(number, part)| if number % 2 == 0 { *part } else { "…" });
    kept.collect::<Vec<_>>().join("`")
}
