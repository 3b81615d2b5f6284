//! Judging from eight threads while the policy is swapped a thousand times, beside the same without a swap.
//!
//! The promise is a ratio: with the swaps it takes at most a fifth longer.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use divan::{Bencher, black_box};
use gatekeeper::{Command, Context, Defaults, Dialect, Live, Places};

/// Judged by each thread.
const COMMANDS: usize = 20_000;

/// Times that the policy is swapped meanwhile.
const SWAPS: u32 = 1_000;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 5)]
fn eight_threads(bencher: Bencher<'_, '_>) {
    let Some((user, live)) = live() else { return };
    bencher.bench_local(|| judge_and_swap(&live, user.path(), 0));
}

#[divan::bench(sample_count = 5)]
fn eight_threads_while_swapped(bencher: Bencher<'_, '_>) {
    let Some((user, live)) = live() else { return };
    bencher.bench_local(|| judge_and_swap(&live, user.path(), SWAPS));
}

fn live() -> Option<(tempfile::TempDir, Live)> {
    let user = tempfile::tempdir().ok()?;
    put(user.path(), 0);
    let places = Places {
        user: Some(user.path().to_owned()),
        ..Places::default()
    };
    let live = Live::new(places, Vec::new(), Defaults::BuiltIn);
    Some((user, live))
}

fn put(user: &Path, version: u32) {
    let text = format!("prefix_rule(pattern = [\"tool{version}\"])\n");
    let written = fs::write(user.join("new"), text);
    drop(written.and_then(|()| fs::rename(user.join("new"), user.join("a.rules"))));
}

fn judge_and_swap(live: &Live, user: &Path, swaps: u32) {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..COMMANDS {
                    let command = Command::of_text("git log --oneline | head -5", Dialect::Bash);
                    drop(black_box(live.current().judge(command, &Context::default())));
                }
            });
        }
        for swap in 0..swaps {
            put(user, swap.wrapping_add(1));
            live.refresh();
            // Spread over the time that the judging takes.
            thread::sleep(Duration::from_micros(500));
        }
    });
}
