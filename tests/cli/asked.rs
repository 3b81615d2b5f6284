//! `run` at a terminal: who is asked, what is seen, and what an answer does.

use std::fs;

use crate::executable::write_executable;
use crate::project::Project;
use crate::run::{confines, project};
use crate::terminal::{
    Seen, at_terminal, at_terminal_ignoring_interrupts, at_terminal_meanwhile, at_terminal_of,
};

#[test]
fn a_person_at_a_terminal_decides() {
    for (name, keys, ran, status) in [
        ("y", "y\n", true, 5),
        ("yes", " yes \n", true, 5),
        ("n", "n\n", false, 126),
        ("nothing", "\n", false, 126),
        ("always where it is not offered", "a\n", false, 126),
        ("several lines", "y\ntouch pasted\n", false, 126),
        ("an interrupt", "\u{3}", false, -1),
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

/// What was seen before the first answer: what follows is a finding like any other.
fn asked(seen: &Seen) -> &str {
    seen.screen.split("/N] ").next().unwrap_or_default()
}

#[test]
fn nothing_of_the_command_moves_the_cursor() {
    let policy =
        "prefix_rule(pattern = [\"touch\"], decision = \"prompt\", justification = \"\\x1b[2Jclear\")\n";
    let project = project().with("ask.codexpolicy", policy);
    let name = "a\u{1b}[2K\u{202e}b\u{200b}c\rd\te\u{9b}f";
    let seen = at_terminal(
        &project,
        &[
            "run",
            "-r",
            "ask.codexpolicy",
            "--confinement",
            "none",
            "--",
            "touch",
            name,
        ],
        "n\n",
    );
    let moves = |character: &char| {
        (character.is_control() && *character != '\n') || ['\u{202e}', '\u{200b}'].contains(character)
    };
    // The harness turns the line discipline's own returns into line ends.
    let asked = asked(&seen);
    assert_eq!(asked.chars().find(moves), None, "{asked:?}");
    assert!(
        seen.screen.contains("\\u{202e}") && seen.screen.contains("\\u{200b}"),
        "{}",
        seen.screen
    );
    assert!(seen.screen.contains("clear"), "{}", seen.screen);
}

#[test]
fn a_narrow_terminal_shows_everything_in_its_width() {
    let project = project();
    let words = [
        "run",
        "--confinement",
        "none",
        "--",
        "rm",
        "-rf",
        "node_modules",
        "a-long-name-without-any-blank-in-the-whole-of-it",
    ];
    let seen = at_terminal_of(40, &project, &words, &["n\n"]);
    let wide: Vec<&str> = seen
        .screen
        .lines()
        .filter(|line| line.chars().count() > 40)
        .collect();
    let asked = asked(&seen);
    assert!(wide.iter().all(|line| !asked.contains(line)), "{}", seen.screen);
    for told in [
        "Command\n  rm -rf node_modules",
        "Why it asks\n",
        "It\n  - deletes `node_modules` with all that",
        "Risk: medium (data deletion)\n",
        "Confinement: none",
        "Run it once? [y/N] ",
    ] {
        assert!(seen.screen.contains(told), "{told}: {}", seen.screen);
    }
    assert!(!asked.contains('\u{1b}'), "{asked:?}");
}

/// A program of which nothing is known, in a place of its own.
pub(crate) fn with_tool(name: &str, text: &str) -> Project {
    let project = project();
    let file = project.root().join("bin").join(name);
    write_executable(&file, text);
    project
}

#[test]
fn an_interrupt_is_a_no_where_it_is_ignored() {
    for (name, keys, status, ran) in [
        ("an interrupt", "\u{3}", 126, false),
        ("behind a key", "y\u{3}", 126, false),
        ("a yes", "y\n", 0, true),
    ] {
        let project = with_tool("cargo", "#!/bin/sh\ntouch ran\n");
        let words = ["run", "--confinement", "none", "--", "cargo", "test"];
        let seen = at_terminal_ignoring_interrupts(&project, &words, keys);
        assert_eq!(seen.status, status, "{name}: {}", seen.screen);
        assert_eq!(project.work().join("ran").exists(), ran, "{name}");
    }
}

#[test]
fn a_program_may_raise_the_risk_and_is_not_waited_for() {
    for (name, answer, shown) in [
        (
            "an answer",
            r#"echo '{"level": "high", "categories": ["network"], "summary": "brings the house \u001b[2J down"}'"#,
            "Risk: high (data deletion, network)\n  brings the house \\u{1b}[2J down",
        ),
        (
            "a smaller one",
            r#"echo '{"level": "low", "categories": [], "summary": "harmless"}'"#,
            "Risk: medium (data deletion)\n  harmless",
        ),
        (
            "no answer",
            "echo no",
            "Risk: medium (data deletion)\n  deletes `x`",
        ),
        (
            "none in time",
            "sleep 60 & sleep 60",
            "Risk: medium (data deletion)\n  deletes `x`",
        ),
    ] {
        let project = with_tool("client", &format!("#!/bin/bash\n{answer}\n"));
        let client = project.root().join("bin/client").display().to_string();
        let words = [
            "run",
            "--risk-program",
            &client,
            "--confinement",
            "none",
            "--",
            "rm",
            "x",
        ];
        let seen = at_terminal(&project, &words, "n\n");
        assert!(seen.screen.contains(shown), "{name}: {}", seen.screen);
        assert_eq!(seen.status, 126, "{name}");
    }
}

#[test]
fn what_was_denied_may_be_granted_where_no_rule_forbids_it() {
    if !confines() {
        return;
    }
    let forbidding = |project: &Project| {
        let never = project.root().join("never").display().to_string();
        format!("path_rule(access = [\"write\"], paths = [\"{never}/**\"], decision = \"forbidden\")\n")
    };
    for (name, place, answers, asked, status, made) in [
        ("yes", "outside", &["y\n"][..], 1, 0, true),
        ("no", "outside", &["n\n"], 1, 1, false),
        ("forbidden", "never", &["y\n"], 0, 1, false),
        ("inside", ".", &["y\n"], 0, 0, true),
    ] {
        let project = with_tool("tool", "#!/bin/sh\ntouch \"$1\"\n");
        for place in ["outside", "never"] {
            fs::create_dir(project.root().join(place)).unwrap();
        }
        let tool = project.root().join("bin/tool").display().to_string();
        let policy = format!("prefix_rule(pattern = [\"{tool}\"])\n{}", forbidding(&project));
        let project = project.with("team.codexpolicy", policy);
        let file = match place {
            "." => project.work().join("file"),
            place => project.root().join(place).join("file"),
        };
        let words = [
            "run",
            "-r",
            "team.codexpolicy",
            "--",
            &tool,
            &file.display().to_string(),
        ];
        let seen = at_terminal_of(120, &project, &words, answers);
        assert_eq!(
            seen.screen.matches("/N] ").count(),
            asked,
            "{name}: {}",
            seen.screen
        );
        assert_eq!(seen.status, status, "{name}: {}", seen.screen);
        assert_eq!(file.exists(), made, "{name}: {}", seen.screen);
        if asked > 0 {
            let granted = format!("- make `{}` writable", file.parent().unwrap().display());
            for told in [
                "was not created",
                "Granted beyond its profile",
                &granted,
                "Risk: ",
            ] {
                assert!(seen.screen.contains(told), "{told}: {}", seen.screen);
            }
        }
    }
}
