//! What one call costs from the command line: the whole process, beside the spawn of a program that does nothing. The
//! hook's log goes to `execpolicy-bench` in the directory for temporary files.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Pairs of runs that the ratio is taken from.
const ROUNDS: usize = 200;
/// The budget: a check may cost this many times the spawn and wait of `/bin/true`.
const CHECK: f64 = 5.0;
/// The budget of a hook's call, its line in the log included.
const HOOK: f64 = 8.0;

/// What an agent sends before it runs a typical command.
const EVENT: &str = r#"{"hook_event_name":"PreToolUse","cwd":"/tmp","tool_name":"Bash","tool_input":{"command":"git log --oneline | head -5"}}"#;

/// How a process is started.
type Way = fn() -> Command;

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

fn hook() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_execpolicy"));
    let state = std::env::temp_dir().join("execpolicy-bench");
    command.args(["hook", "claude-code"]).env("XDG_STATE_HOME", state);
    command
}

fn sandbox() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_execpolicy"));
    command.args(["sandbox", "--", "/bin/true"]);
    command
}

/// From the start to the end; who reads gets the event of an agent.
fn run(command: &mut Command) -> Duration {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = now();
    let child = command.spawn();
    let ended = child.and_then(|mut child| {
        if let Some(mut pipe) = child.stdin.take() {
            // Who does not read it has ended.
            drop(pipe.write_all(EVENT.as_bytes()));
        }
        child.wait()
    });
    let taken = start.elapsed();
    assert!(ended.is_ok(), "{command:?} cannot be started");
    taken
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Prints how many times the spawn of nothing each way costs: runs of all in turn, so that a busy machine weighs on all
/// alike.
#[expect(clippy::print_stdout, reason = "the ratio is what a person runs this for")]
fn ratio() {
    let ways: [(&str, Way); 4] = [
        ("/bin/true", nothing_at_all),
        ("check", short_check),
        ("hook claude-code", hook),
        ("sandbox -- /bin/true", sandbox),
    ];
    // `cargo test --benches` only looks whether it runs.
    let is_tried = std::env::args().any(|word| word == "--test");
    let rounds = if is_tried { 3 } else { ROUNDS };
    let mut taken = ways.map(|_| Vec::with_capacity(rounds));
    for _ in 0..rounds {
        for ((_, command), taken) in ways.iter().zip(&mut taken) {
            taken.push(run(&mut command()));
        }
    }
    let [bare, ..] = &taken;
    let (bare_least, bare_median) = (least(bare), median(bare.clone()));
    for ((name, _), taken) in ways.iter().zip(&taken) {
        let (least, median) = (least(taken), median(taken.clone()));
        println!(
            "{name}: least {least:.0?} ({:.1} times), median {median:.0?} ({:.1} times)",
            least.as_secs_f64() / bare_least.as_secs_f64(),
            median.as_secs_f64() / bare_median.as_secs_f64(),
        );
    }
    println!("budgets: check {CHECK} times, hook {HOOK} times");
}

fn least(durations: &[Duration]) -> Duration {
    durations.iter().min().copied().unwrap_or_default()
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}
