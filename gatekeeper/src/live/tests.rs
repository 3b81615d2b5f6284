//! Policies that change while they are judged by.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::{Command, Context, Decision, Dialect};

/// What is judged: two commands, of which every version of the policy forbids one.
const TEXT: &str = "c0; c1";

/// How often the policy is swapped: each time, all that comes with us is read anew, slowly without optimisation.
const SWAPS: usize = if cfg!(debug_assertions) { 100 } else { 1000 };

fn live(user: &Path) -> Live {
    let places = Places {
        user: Some(user.to_owned()),
        ..Places::default()
    };
    Live::new(places, Vec::new(), Defaults::BuiltIn)
}

fn put(user: &Path, forbidden: &str, allowed: &str) {
    let text = format!(
        "prefix_rule(pattern = ['{forbidden}'], decision = 'forbidden')\nprefix_rule(pattern = ['{allowed}'])\n"
    );
    // As editors do: who reads meanwhile sees the old one or the new one.
    fs::write(user.join("new"), text).unwrap();
    fs::rename(user.join("new"), user.join("a.rules")).unwrap();
}

/// The decision on each command of the text.
fn decisions(gatekeeper: &Gatekeeper) -> Vec<Decision> {
    let judgement = gatekeeper.judge(Command::of_text(TEXT, Dialect::Bash), &Context::default());
    let segments = judgement.verdict().segments().iter();
    segments.map(|segment| segment.decision).collect()
}

#[test]
fn a_change_is_seen_at_the_next_refresh_and_by_nobody_who_began_before() {
    let user = tempfile::tempdir().unwrap();
    put(user.path(), "c0", "c1");
    let live = live(user.path());
    let began = live.current();
    assert!(!live.refresh());
    put(user.path(), "c1", "c0");
    assert_eq!(decisions(&live.current()), [Decision::Forbidden, Decision::Allow]);
    assert!(live.refresh());
    assert_eq!(decisions(&live.current()), [Decision::Allow, Decision::Forbidden]);
    assert_eq!(decisions(&began), [Decision::Forbidden, Decision::Allow]);
    assert!(!live.refresh());
}

#[test]
fn a_file_that_breaks_and_one_that_goes_are_changes() {
    let user = tempfile::tempdir().unwrap();
    put(user.path(), "c0", "c1");
    let live = live(user.path());
    let file = user.path().join("a.rules");
    fs::write(&file, "nonsense(").unwrap();
    assert!(live.refresh());
    assert_eq!(live.current().broken().len(), 1);
    fs::remove_file(&file).unwrap();
    assert!(live.refresh());
    assert!(live.current().broken().is_empty());
    assert_eq!(decisions(&live.current()), [Decision::Prompt, Decision::Prompt]);
}

#[test]
fn no_torn_set_is_judged_by_while_the_policy_is_swapped() {
    let user = tempfile::tempdir().unwrap();
    put(user.path(), "c0", "c1");
    let live = live(user.path());
    let (done, judged) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let found = decisions(&live.current());
                    let whole = [
                        [Decision::Forbidden, Decision::Allow],
                        [Decision::Allow, Decision::Forbidden],
                    ];
                    assert!(whole.iter().any(|whole| found == whole), "{found:?}");
                    judged.fetch_add(1, Ordering::Relaxed);
                    // Leaves the processor to who swaps, where there are fewer than threads.
                    thread::sleep(Duration::from_micros(500));
                }
            });
        }
        for swap in 0..SWAPS {
            let (forbidden, allowed) = if swap % 2 == 0 { ("c1", "c0") } else { ("c0", "c1") };
            put(user.path(), forbidden, allowed);
            assert!(live.refresh(), "{swap}");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(judged.load(Ordering::Relaxed) > 0);
}
