//! What coding agents really typed.

use std::time::{Duration, Instant};

use crate::bare;
use libtest_mimic::Failed;
use serde_json::Value as Json;
use shell_parser::Value;
use support::corpora::Corpora;

/// Counts over all rows.
#[derive(Default)]
struct Figures {
    rows: usize,
    segments: usize,
    exact_programs: usize,
    words: usize,
    known_words: usize,
    slowest: Duration,
}

/// Nearly all programs are known, most words are known or begin with a known text.
#[expect(clippy::print_stderr, reason = "the figures are the point of the test")]
#[expect(clippy::disallowed_methods, reason = "the test measures the longest verdict")]
pub(crate) fn agent_commands_are_understood(corpora: &Corpora) -> Result<(), Failed> {
    let rows = corpora
        .rows("agent_commands.jsonl.gz")
        .map_err(|error| Failed::from(error.to_string()))?;
    let mut figures = Figures::default();
    for row in &rows {
        let field = |name: &str| row.get(name).and_then(Json::as_str);
        let workspace = field("workspace").unwrap_or("/w/repo");
        let engine = bare()?.at(workspace, field("home").unwrap_or("/home/user"));
        let start = Instant::now();
        let verdict = engine.judge(field("command").unwrap_or_default());
        figures.slowest = figures.slowest.max(start.elapsed());
        figures.rows += 1;
        for one in verdict.segments() {
            let Some(program) = one.segment.argv.first() else {
                continue;
            };
            figures.segments += 1;
            figures.exact_programs += usize::from(program.value.exact().is_some());
            figures.words += one.segment.argv.len();
            figures.known_words += one
                .segment
                .argv
                .iter()
                .filter(|word| is_known(&word.value))
                .count();
        }
    }
    let shares = [
        (
            "segments with an exact program",
            figures.exact_programs,
            figures.segments,
            97,
        ),
        (
            "words exact or with a known prefix",
            figures.known_words,
            figures.words,
            90,
        ),
    ];
    eprintln!(
        "{} rows, the slowest verdict took {:?}",
        figures.rows, figures.slowest
    );
    for (what, part, whole, least) in shares {
        eprintln!("{what}: {part} of {whole}");
        if part.saturating_mul(100) < whole.saturating_mul(least) {
            return Err(Failed::from(format!(
                "{what}: {part} of {whole}, less than {least} %"
            )));
        }
    }
    Ok(())
}

/// Whether the word's text is known, or at least how it begins.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Exact(_) | Value::OneOf(_) => true,
        Value::One { prefix, .. } => !prefix.is_empty(),
        Value::Glob(pattern) => !pattern.starts_with(['*', '?', '[']),
        Value::Found(_) | Value::Many => false,
    }
}
