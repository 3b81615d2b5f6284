//! What one check costs a hook: the whole process, beside the spawn of a program that does nothing.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Pairs of runs that the ratio is taken from.
const ROUNDS: usize = 200;
/// The budget: a check may cost this many times the spawn and wait of `/bin/true`.
const BUDGET: f64 = 5.0;

fn main() {
    ratio();
    divan::main();
}

#[divan::bench]
fn nothing() {
    run(&mut nothing_at_all());
}

#[divan::bench]
fn check() {
    run(&mut short_check());
}

fn nothing_at_all() -> Command {
    Command::new("/bin/true")
}

fn short_check() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_execpolicy"));
    command.args(["check", "--shell", "git log --oneline | head -5"]);
    command
}

fn run(command: &mut Command) -> Duration {
    let start = now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let taken = start.elapsed();
    assert!(status.is_ok(), "{command:?} cannot be started");
    taken
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Prints how many times the spawn of nothing a check costs: runs of both in turn, the medians compared, so that a
/// busy machine weighs on both alike.
#[expect(clippy::print_stdout, reason = "the ratio is what a person runs this for")]
fn ratio() {
    let mut bare = Vec::with_capacity(ROUNDS);
    let mut full = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        bare.push(run(&mut nothing_at_all()));
        full.push(run(&mut short_check()));
    }
    let (bare, full) = (median(bare), median(full));
    let times = full.as_secs_f64() / bare.as_secs_f64();
    println!("check {full:.0?}, /bin/true {bare:.0?}: {times:.1} times, budget {BUDGET} times");
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}
