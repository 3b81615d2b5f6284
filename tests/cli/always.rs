//! `run` at a terminal where the answer is a rule: what is written, what it answers from then on, and where it is not offered.

use std::fs;

use crate::asked::with_tool;
use crate::terminal::at_terminal;

/// Does something that is seen.
const CARGO: &str = "#!/bin/sh\ntouch \"ran\"\n";

/// Where an answer writes its rule.
const FILE: &str = "home/.config/execpolicy/approved.codexpolicy";

#[test]
fn always_writes_the_rule_that_was_shown() {
    for (name, text, keys, ran, written) in [
        ("always", "cargo test -p core", "a\n", true, true),
        ("once", "cargo test -p core", "y\n", true, false),
        ("no", "cargo test -p core", "n\n", false, false),
        (
            "not offered for two that ask",
            "cargo add x && cargo test",
            "a\n",
            false,
            false,
        ),
        ("not offered for a shell", "bash -c \"$X\"", "a\n", false, false),
        (
            "not offered without layers",
            "cargo test -p core",
            "a\n",
            false,
            false,
        ),
    ] {
        let project = with_tool("cargo", CARGO);
        let project = if name.ends_with("layers") {
            project
        } else {
            project.layered()
        };
        let words = ["run", "--confinement", "none", "--shell", text];
        let seen = at_terminal(&project, &words, keys);
        assert_eq!(
            project.work().join("ran").exists(),
            ran,
            "{name}: {}",
            seen.screen
        );
        let offered = !name.starts_with("not offered");
        assert_eq!(
            seen.screen.contains("[y/a/N] "),
            offered,
            "{name}: {}",
            seen.screen
        );
        let rule = fs::read_to_string(project.root().join(FILE)).unwrap_or_default();
        let line = rule.lines().find(|line| line.starts_with("prefix_rule("));
        assert_eq!(line.is_some(), written, "{name}: {rule}");
        if let Some(line) = line {
            assert!(seen.screen.contains(line), "{line}: {}", seen.screen);
            assert!(seen.screen.contains("and not: "), "{}", seen.screen);
        }
    }
}

#[test]
fn what_was_answered_for_good_is_not_asked_again_until_it_is_taken_back() {
    let project = with_tool("cargo", CARGO).layered();
    let by_hand = "# mine\nprefix_rule(['apple'])  # why not";
    project.put(FILE, by_hand);
    let answered = |text: &str, keys| {
        let _absent = fs::remove_file(project.work().join("ran"));
        let seen = at_terminal(&project, &["run", "--confinement", "none", "--shell", text], keys);
        let ran = project.work().join("ran").exists();
        (seen.screen.contains("/N] "), ran, seen)
    };
    for (text, keys, asked, ran) in [
        ("cargo test -p core", "a\n", true, true),
        ("cargo test --workspace", "n\n", false, true),
        ("cargo run", "n\n", true, false),
    ] {
        let (was_asked, has_run, seen) = answered(text, keys);
        assert_eq!((was_asked, has_run), (asked, ran), "{text}: {}", seen.screen);
    }
    assert_eq!(project.run(&["rules", "undo"]).status, 0);
    let now = fs::read_to_string(project.root().join(FILE)).unwrap();
    assert_eq!(now, by_hand);
    assert!(answered("cargo test --workspace", "n\n").0);
}

#[test]
fn always_is_not_offered_where_two_parts_ask_or_a_rule_of_the_users_does() {
    for (name, arguments, text) in [
        ("a rule of the user's", &[][..], "cargo test -p core"),
        // The policy that comes with us allows the first part.
        ("two parts", &["--no-default"], "git add -A && git commit -m x"),
    ] {
        let project = with_tool("cargo", CARGO).layered();
        let rule = "prefix_rule(['cargo', 'test'], decision = 'prompt')\n";
        project.put(FILE, rule);
        let words = [&["run", "--confinement", "none"], arguments, &["--shell", text]];
        let seen = at_terminal(&project, &words.concat(), "a\n");
        assert!(
            seen.screen.contains("Run it once? [y/N] "),
            "{name}: {}",
            seen.screen
        );
        assert_eq!(seen.status, 126, "{name}: {}", seen.screen);
        assert_eq!(
            fs::read_to_string(project.root().join(FILE)).unwrap(),
            rule,
            "{name}"
        );
    }
}
