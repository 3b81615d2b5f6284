//! Who is killed while changing a file leaves the old one or the new one.

use std::process::{Command, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;

use super::*;

/// Set for the copy of this test that adds rules for ever.
const CHILD: &str = "EXECPOLICY_TEST_ADDS_ON";

/// Processes that are killed.
const KILLED: usize = 200;

/// How many of them at a time.
const HANDS: usize = 4;

#[test]
fn child_adds_on() {
    if let Some(root) = std::env::var_os(CHILD) {
        let context = context(Path::new(&root));
        let approved = AmendmentFile::approved(&context, RuleScope::User).unwrap();
        for number in 0.. {
            approved.add(&rule(&format!("w{number}"))).unwrap();
            if number % 3 == 2 {
                undo(&context).unwrap();
            }
            if number == 30 {
                fs::remove_file(approved.path()).unwrap();
            }
        }
    }
}

/// The texts that the child makes one from the other: never anything else may be seen.
fn is_whole(text: Option<&str>) -> bool {
    let Some(text) = text else { return true };
    let Some(rules) = text.strip_prefix(HEADING) else {
        return false;
    };
    rules.ends_with('\n')
        && rules.lines().all(|line| {
            let number = line.strip_prefix("prefix_rule(pattern = [\"tool\", \"w");
            let number = number.and_then(|line| line.strip_suffix("\"], decision = \"allow\")"));
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        })
}

/// Kills one at a distance from the first step of its first change, and tells whether a change was left to take back.
fn killed_after(distance: Duration) -> bool {
    let place = Place::new();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["amendment_file::tests::killed::child_adds_on", "--exact"])
        .env(CHILD, place.root.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let journal = place.path("state/execpolicy/amendments.lock");
    while !journal.exists() {
        sleep(Duration::from_micros(200));
    }
    sleep(distance);
    child.kill().unwrap();
    child.wait().unwrap();
    let text = place.text(USER);
    assert!(is_whole(text.as_deref()), "{distance:?}: {text:?}");
    // Whoever comes next finds no lock, and nothing in the way.
    place.user().add(&rule("next")).unwrap();
    undo(&place.context()).unwrap();
    assert_eq!(place.text(USER), text, "{distance:?}");
    let undone = undo(&place.context());
    assert!(is_whole(place.text(USER).as_deref()), "{distance:?}");
    match undone {
        Ok(_) => true,
        // The child may have removed the file itself just now.
        Err(AmendmentFileError::NothingToUndo | AmendmentFileError::Changed { .. }) => false,
        Err(error) => panic!("{distance:?}: {error}"),
    }
}

#[test]
fn a_process_that_is_killed_leaves_a_whole_file() {
    let in_the_middle: usize = thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                let rounds = (hand..KILLED).step_by(HANDS);
                // At all distances, most of them short.
                let distances =
                    rounds.map(|round| Duration::from_micros((round * round * 37 % 60_000) as u64));
                scope.spawn(move || distances.filter(|distance| killed_after(*distance)).count())
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    });
    assert!(
        in_the_middle > KILLED / 10,
        "{in_the_middle} were killed after a change"
    );
}
