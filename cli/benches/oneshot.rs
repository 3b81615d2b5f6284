//! What one call costs from the command line: the whole process, beside the spawn of a program that does nothing. The
//! hook's log goes to `execpolicy-bench` in the directory for temporary files.
//!
//! bubblewrap takes part where it is installed: it is told to make the same view of the files, path by path.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
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
type Way<'a> = Box<dyn Fn() -> Command + 'a>;

fn main() -> std::io::Result<()> {
    ratio()?;
    divan::main();
    Ok(())
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

/// The program as an installation leaves it: copied in one go. The kernel keeps what a linker wrote here and there in
/// smaller pieces, and a process takes a fifth of a millisecond more to touch them all.
fn execpolicy() -> Command {
    static COPIED: OnceLock<std::io::Result<u64>> = OnceLock::new();
    let installed = concat!(env!("CARGO_TARGET_TMPDIR"), "/execpolicy-installed");
    let copied = COPIED.get_or_init(|| fs::copy(env!("CARGO_BIN_EXE_execpolicy"), installed));
    assert!(copied.is_ok(), "{installed}: {copied:?}");
    Command::new(installed)
}

fn short_check() -> Command {
    let mut command = execpolicy();
    command.args(["check", "--shell", "git log --oneline | head -5"]);
    command
}

fn hook() -> Command {
    let mut command = execpolicy();
    let state = std::env::temp_dir().join("execpolicy-bench");
    command.args(["hook", "claude-code"]).env("XDG_STATE_HOME", state);
    command
}

/// Still to be told what to confine.
fn sandbox(work: &Path) -> Command {
    let mut command = execpolicy();
    command.arg("sandbox").current_dir(work);
    command
}

fn confined(work: &Path) -> Command {
    let mut command = sandbox(work);
    command.args(["--", "/bin/true"]);
    command
}

/// A work tree in which everything stands that is protected, since bubblewrap has no placeholders.
fn work_tree() -> std::io::Result<tempfile::TempDir> {
    let work = tempfile::tempdir_in("/var/tmp")?;
    for protected in [".claude", ".codex", ".execpolicy", ".git"] {
        fs::create_dir(work.path().join(protected))?;
    }
    Ok(work)
}

/// The arguments with which bubblewrap makes the view that `sandbox` makes in a work tree, by what that says it does;
/// without its Landlock, its filter over system calls, and its own devices.
fn bubblewrap_arguments(work: &Path) -> std::io::Result<Vec<String>> {
    let planned = sandbox(work).args(["--dry-run", "--", "/bin/true"]).output()?;
    let work = work.to_string_lossy();
    let mut words: Vec<String> = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
        .into_iter()
        .chain(["--ro-bind", "/", "/", "--tmpfs", "/tmp", "--tmpfs", "/run"])
        .chain(["--dev", "/dev", "--proc", "/proc", "--bind", &work, &work])
        .map(ToOwned::to_owned)
        .collect();
    for line in String::from_utf8_lossy(&planned.stdout).lines() {
        let protected = line
            .strip_prefix("protect ")
            .filter(|path| !path.starts_with("/proc"));
        if let Some(path) = protected {
            words.extend(["--ro-bind", path, path].map(ToOwned::to_owned));
        }
        match line.strip_prefix("hide ") {
            Some(path) if Path::new(path).is_dir() => {
                words.extend(["--tmpfs", path].map(ToOwned::to_owned));
            }
            Some(path) => words.extend(["--ro-bind", "/dev/null", path].map(ToOwned::to_owned)),
            None => {}
        }
    }
    words.extend(["--chdir", &work, "--", "/bin/true"].map(ToOwned::to_owned));
    Ok(words)
}

/// From the start to the end; who reads gets the event of an agent.
fn run(command: &mut Command) -> Duration {
    // A hook whose answer leads nowhere refuses. Nobody who asks has the path that cargo looks for libraries by, with
    // which each program takes a third of a millisecond more to load.
    command
        .env_remove("LD_LIBRARY_PATH")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let start = now();
    let child = command.spawn();
    let ended = child.and_then(|mut child| {
        if let Some(mut pipe) = child.stdin.take() {
            // Who does not read it has ended.
            drop(pipe.write_all(EVENT.as_bytes()));
        }
        child.wait_with_output()
    });
    let taken = start.elapsed();
    assert!(
        ended.is_ok_and(|ended| ended.status.success()),
        "{command:?} failed"
    );
    taken
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Prints how many times the spawn of nothing each way costs: runs of all in turn, so that a busy machine weighs on all
/// alike.
#[expect(clippy::print_stdout, reason = "the ratio is what a person runs this for")]
fn ratio() -> std::io::Result<()> {
    let work = work_tree()?;
    let mut ways: Vec<(&str, Way<'_>)> = vec![
        ("/bin/true", Box::new(nothing_at_all)),
        ("check", Box::new(short_check)),
        ("hook claude-code", Box::new(hook)),
        ("sandbox -- /bin/true", Box::new(|| confined(work.path()))),
    ];
    if Path::new("/usr/bin/bwrap").exists() {
        let words = bubblewrap_arguments(work.path())?;
        let bubblewrap = move || {
            let mut command = Command::new("/usr/bin/bwrap");
            command.args(&words);
            command
        };
        ways.push(("bubblewrap, the same view", Box::new(bubblewrap)));
    }
    // `cargo test --benches` only looks whether it runs.
    let is_tried = std::env::args().any(|word| word == "--test");
    let rounds = if is_tried { 3 } else { ROUNDS };
    let mut taken: Vec<Vec<Duration>> = ways.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for _ in 0..rounds {
        for ((_, command), taken) in ways.iter().zip(&mut taken) {
            taken.push(run(&mut command()));
        }
    }
    let bare = taken.first().cloned().unwrap_or_default();
    let (bare_least, bare_median) = (least(&bare), median(bare));
    for ((name, _), taken) in ways.iter().zip(&taken) {
        let (least, median) = (least(taken), median(taken.clone()));
        println!(
            "{name}: least {} µs ({:.1} times), median {} µs ({:.1} times)",
            least.as_micros(),
            least.as_secs_f64() / bare_least.as_secs_f64(),
            median.as_micros(),
            median.as_secs_f64() / bare_median.as_secs_f64(),
        );
    }
    println!("budgets: check {CHECK} times, hook {HOOK} times");
    Ok(())
}

fn least(durations: &[Duration]) -> Duration {
    durations.iter().min().copied().unwrap_or_default()
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}
