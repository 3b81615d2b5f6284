//! What each pathological text costs, from text to verdict: one process for each, so that its memory is its own.
#![expect(clippy::print_stdout, reason = "the table is the point of the program")]

use std::env::{args, current_exe};
use std::process::{Command, ExitCode};
use std::time::Instant;

use support::engine::Engine;
use support::pathological::{ALL, LONG, SHORT};

fn main() -> ExitCode {
    let arguments: Vec<String> = args().collect();
    let outcome = match arguments.as_slice() {
        [_, one, index, bytes] if one == "one" => index
            .parse::<usize>()
            .ok()
            .zip(bytes.parse().ok())
            .and_then(|(index, bytes)| judge(index, bytes)),
        _ => table(),
    };
    if outcome.is_some() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A row for each text and length.
fn table() -> Option<()> {
    println!(
        "{:32} {:>8} {:>8} {:>9}  bound",
        "text", "bytes", "ms", "KiB more"
    );
    for (index, case) in ALL.iter().enumerate() {
        for bytes in [SHORT, LONG] {
            let output = Command::new(current_exe().ok()?)
                .args(["one", &index.to_string(), &bytes.to_string()])
                .output()
                .ok()?;
            let row = String::from_utf8_lossy(&output.stdout).into_owned();
            let row = if output.status.success() {
                row
            } else {
                format!("{}\n", output.status)
            };
            print!("{:32} {row}", case.name);
        }
    }
    Some(())
}

/// Judges one text and says what it cost.
#[expect(clippy::disallowed_methods, reason = "the program measures time")]
fn judge(index: usize, bytes: usize) -> Option<()> {
    let text = ALL.get(index)?.text(bytes);
    let engine = Engine::new("").ok()?;
    // What is read once for all is not the text's.
    drop(engine.judge("c0 && c1"));
    let before = peak();
    let start = Instant::now();
    let verdict = engine.judge(&text);
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let more = peak().saturating_sub(before);
    let mut bounds: Vec<&str> = verdict.gaps().iter().map(|gap| gap.reason.message()).collect();
    bounds.dedup();
    bounds.truncate(1);
    println!(
        "{:>8} {milliseconds:>8.1} {more:>9}  {}{}",
        text.len(),
        verdict.decision(),
        bounds.first().map_or(String::new(), |bound| format!(", {bound}"))
    );
    Some(())
}

/// The most memory that this process had so far, in KiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix(" kB")?
                .parse()
                .ok()
        })
        .unwrap_or_default()
}
