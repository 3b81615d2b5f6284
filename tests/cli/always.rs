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
