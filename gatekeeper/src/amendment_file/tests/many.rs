//! Many who change one file at once.

use std::process::{Child, Command, Stdio};

use super::*;

/// Set for the copies of this test that add a rule.
const CHILD: &str = "EXECPOLICY_TEST_ADDS";

/// Processes at once.
const PROCESSES: usize = 100;

#[test]
fn child_adds_its_own() {
    if let Some(told) = std::env::var_os(CHILD) {
        let told = told.into_string().unwrap();
        let (word, root) = told.split_once(' ').unwrap();
        let approved = AmendmentFile::approved(&context(Path::new(root)), RuleScope::User).unwrap();
        approved.add(&rule(word)).unwrap();
    }
}

#[test]
fn a_hundred_processes_lose_no_rule() {
    let place = Place::new();
    let start = |number: usize| -> Child {
        // Two of each: the second finds the rule there.
        let told = format!("w{} {}", number / 2, place.root.path().display());
        Command::new(std::env::current_exe().unwrap())
            .args(["amendment_file::tests::many::child_adds_its_own", "--exact"])
            .env(CHILD, told)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let running: Vec<Child> = (0..PROCESSES).map(start).collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    let text = place.text(USER).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.remove(0), HEADING.trim_end());
    let mut wanted: Vec<String> = (0..PROCESSES / 2)
        .map(|number| rule(&format!("w{number}")))
        .collect();
    wanted.sort();
    lines.sort_unstable();
    assert_eq!(lines, wanted);
    for _ in 0..PROCESSES / 2 {
        undo(&place.context()).unwrap();
    }
    assert_eq!(place.text(USER), None);
}
