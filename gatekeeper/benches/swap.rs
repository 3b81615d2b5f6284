//! Judging from eight threads while the policy is swapped a thousand times, beside the same without a swap.
//!
//! The promise is a ratio: with the swaps, at least four fifths as much is judged.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gatekeeper::{Command, Context, Defaults, Dialect, Live, Places};

/// Times that the policy is swapped.
const SWAPS: u32 = 1_000;

/// Between two swaps: two hundred a second are more than people and agents make in a day.
const PAUSE: Duration = Duration::from_millis(5);

#[expect(clippy::print_stdout, reason = "the ratio is what a person runs this for")]
fn main() {
    // `cargo test --benches` only looks whether it runs.
    let swaps = if std::env::args().any(|word| word == "--test") {
        3
    } else {
        SWAPS
    };
    let Ok(user) = tempfile::tempdir() else { return };
    put(user.path(), 0);
    let places = Places {
        user: Some(user.path().to_owned()),
        ..Places::default()
    };
    let live = Live::new(places, Vec::new(), Defaults::BuiltIn);
    let alone = rate(&live, || (0..swaps).for_each(|_| thread::sleep(PAUSE)));
    let swapped = rate(&live, || {
        for swap in 0..swaps {
            put(user.path(), swap.wrapping_add(1));
            live.refresh();
            thread::sleep(PAUSE);
        }
    });
    println!(
        "judged a second by eight threads: {alone:.0} alone, {swapped:.0} while swapped {swaps} times: {:.2}",
        swapped / alone
    );
}

/// Judgements a second by eight threads while this goes on.
fn rate(live: &Live, meanwhile: impl FnOnce()) -> f64 {
    let (done, judged) = (AtomicBool::new(false), AtomicU64::new(0));
    let began = now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let command = Command::of_text("git log --oneline | head -5", Dialect::Bash);
                    drop(std::hint::black_box(
                        live.current().judge(command, &Context::default()),
                    ));
                    judged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        meanwhile();
        done.store(true, Ordering::Relaxed);
    });
    // Some millions at most.
    let judged = u32::try_from(judged.into_inner()).unwrap_or(u32::MAX);
    f64::from(judged) / began.elapsed().as_secs_f64()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is about the clock")]
fn now() -> Instant {
    Instant::now()
}

fn put(user: &Path, version: u32) {
    let text = format!("prefix_rule(pattern = [\"tool{version}\"])\n");
    let written = fs::write(user.join("new"), text);
    drop(written.and_then(|()| fs::rename(user.join("new"), user.join("a.rules"))));
}
