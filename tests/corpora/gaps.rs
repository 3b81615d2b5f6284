//! How many real commands are read without a gap, and what the gaps of the others are.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use serde_json::Value as Json;
use shell_parser::{Dialect, GapReason, Limits, parse};
use support::corpora::Corpora;

/// A collection, and the share of its rows, in tenths of a percent, that must be read without a gap.
const COLLECTIONS: [(&str, usize); 3] = [
    ("agent_commands", 990),
    ("human_oneliners", 975),
    ("ci_build_commands", 960),
];

/// Of the rows that `bash -n` accepts, nearly all are read without a gap. Prints the table of `docs/gaps.md`.
#[expect(clippy::print_stderr, reason = "the figures are the point of the test")]
pub(crate) fn real_commands_have_few_gaps(corpora: &Corpora) -> Result<(), Failed> {
    let mut table: BTreeMap<GapReason, [usize; 3]> = BTreeMap::new();
    let mut totals = [(0, 0); 3];
    for (column, ((name, _), total)) in COLLECTIONS.iter().zip(&mut totals).enumerate() {
        let rows = corpora
            .rows(&format!("{name}.jsonl.gz"))
            .map_err(|error| Failed::from(error.to_string()))?;
        for row in &rows {
            let command = row.get("command").and_then(Json::as_str).unwrap_or_default();
            let gaps = parse(command, Dialect::Bash, &Limits::default()).gaps;
            // What is read without a gap is a script of bash.
            if !gaps.is_empty() && !bash_accepts(command)? {
                continue;
            }
            total.0 += usize::from(gaps.is_empty());
            total.1 += 1;
            // The first one is what the others follow from.
            if let Some(gap) = gaps.first()
                && let Some(count) = table.entry(gap.reason).or_default().get_mut(column)
            {
                *count += 1;
            }
        }
    }
    for (reason, counts) in &table {
        let [agents, people, builds] = counts;
        eprintln!(
            "| {} | {} | {agents} | {people} | {builds} |",
            reason.code(),
            reason.message()
        );
    }
    for ((name, least), (without, all)) in COLLECTIONS.iter().zip(totals) {
        eprintln!("{name}: {without} of {all} rows without a gap");
        if without * 1000 < all * least {
            return Err(Failed::from(format!(
                "{name}: {without} of {all}, less than {least} in a thousand"
            )));
        }
    }
    Ok(())
}

/// Whether bash reads a text as a script; it runs nothing of it.
fn bash_accepts(command: &str) -> Result<bool, Failed> {
    let status = Command::new("/bin/bash")
        .args(["--noprofile", "--norc", "-n", "-c", command])
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| Failed::from(error.to_string()))?;
    Ok(status.success())
}
