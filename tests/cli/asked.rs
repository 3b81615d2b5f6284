//! `run` at a terminal: who is asked, what is seen, and what an answer does.

use std::fs;

use crate::run::{confines, project};
use crate::terminal::{at_terminal, at_terminal_meanwhile};

#[test]
fn a_person_at_a_terminal_decides() {
    for (name, keys, ran, status) in [
        ("y", "y\n", true, 5),
        ("yes", " yes \n", true, 5),
        ("n", "n\n", false, 126),
        ("nothing", "\n", false, 126),
        ("anything else", "yy\n", false, 126),
        ("the end of the input", "\u{4}", false, 126),
        ("a key without an end", "y\u{4}", false, 126),
        (
            "more than is read",
            "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n",
            false,
            126,
        ),
    ] {
        let project = project();
        let tool = project.root().join("bin/tool").display().to_string();
        let rule = format!("prefix_rule(pattern = [\"{tool}\"], decision = \"prompt\")\n");
        let project = project.with("ask.codexpolicy", rule);
        let arguments = ["run", "-r", "ask.codexpolicy", "--confinement", "none", "--"];
        let words = [tool.as_str(), "\u{1b}]0;x\u{7}", "touch ran; exit 5"];
        let seen = at_terminal(&project, &[&arguments[..], &words].concat(), keys);
        assert_eq!(seen.status, status, "{name}: {}", seen.screen);
        assert_eq!(project.work().join("ran").exists(), ran, "{name}");
        assert!(seen.screen.contains("Run it once? [y/N] "), "{name}");
        assert!(seen.screen.contains("it may do all that you may"), "{name}");
        assert!(!seen.screen.contains('\u{7}'), "{name}: {:?}", seen.screen);
    }
}

#[test]
fn a_yes_is_to_the_confinement_that_was_shown() {
    if !confines() {
        return;
    }
    let project = project().with(
        "ask.codexpolicy",
        "prefix_rule(pattern = [\"touch\"], decision = \"prompt\")\n",
    );
    let arguments = [
        "run",
        "-r",
        "ask.codexpolicy",
        "--",
        "touch",
        "inside",
        "../outside",
    ];
    let seen = at_terminal(&project, &arguments, "y\n");
    assert!(
        seen.screen.contains("Confinement: workspace-write\n  writes: "),
        "{}",
        seen.screen
    );
    assert_eq!(seen.status, 1, "{}", seen.screen);
    assert!(project.work().join("inside").exists() && !project.root().join("outside").exists());
}

#[test]
fn what_changes_while_a_person_thinks_is_refused() {
    let project = project().with(
        "ask.codexpolicy",
        "prefix_rule(pattern = [\"touch\"], decision = \"prompt\")\n",
    );
    let arguments = [
        "run",
        "-r",
        "ask.codexpolicy",
        "--confinement",
        "none",
        "--",
        "touch",
        "ran",
    ];
    let policy = project.work().join("ask.codexpolicy");
    let seen = at_terminal_meanwhile(&project, &arguments, "y\n", || {
        fs::write(
            &policy,
            "prefix_rule(pattern = [\"touch\"], decision = \"forbidden\")\n",
        )
        .unwrap();
    });
    assert_eq!(seen.status, 126, "{}", seen.screen);
    assert!(seen.screen.contains("EP4010") && seen.screen.contains("the policy has changed"));
    assert!(!project.work().join("ran").exists());
}

#[test]
fn an_allow_is_not_asked_about_at_a_terminal() {
    let seen = at_terminal(
        &project(),
        &[
            "run",
            "--confinement",
            "none",
            "--shell",
            "test -t 0 && echo at a terminal",
        ],
        "n\n",
    );
    assert_eq!((seen.screen.as_str(), seen.status), ("at a terminal\n", 0));
}
