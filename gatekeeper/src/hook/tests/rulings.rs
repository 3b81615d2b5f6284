//! What is said to an event by a policy.

use diagnostics::Source;
use execpolicy::{Context, Layer, PolicyFile};

use super::super::*;
use crate::{ConfinementName, Defaults, Gatekeeper, Surroundings};

const POLICY: &str = r#"
prefix_rule(pattern = ["tool"])
prefix_rule(pattern = ["tool", "never"], decision = "forbidden", justification = "never here")
"#;

/// A command that a confinement lets write all over the work tree would meet these.
const PATHS: &str = r#"
path_rule(access = ["write"], paths = ["$WORKSPACE/gen/**"], decision = "forbidden", justification = "made by a tool")
path_rule(access = ["write"], paths = ["$WORKSPACE/ci/**"], decision = "prompt", justification = "runs in CI")
"#;

fn context() -> Context {
    let surroundings = Surroundings {
        cwd: Some("/nowhere/w".to_owned()),
        workspace: Some("/nowhere/w".to_owned()),
        home: Some("/home/u".to_owned()),
        ..Surroundings::default()
    };
    surroundings.context().unwrap()
}

fn gatekeeper(policy: &str) -> Gatekeeper {
    let file = PolicyFile {
        source: Source::new("team.codexpolicy", policy),
        layer: Layer::new("user"),
    };
    Gatekeeper::of(&[file], Defaults::BuiltIn).unwrap()
}

fn rewriting() -> Rewriting {
    Rewriting {
        words: ["/opt/execpolicy", "run", "--shell"].map(String::from).to_vec(),
        confinement: ConfinementName::new("workspace-write"),
    }
}

fn ruling(subject: Subject, rewriting: Option<&Rewriting>) -> Ruling {
    let policy = if matches!(subject, Subject::Writes(_)) {
        PATHS
    } else {
        POLICY
    };
    let event = Event::of(Moment::BeforeTool, subject);
    gatekeeper(policy).rule_on(&event, &mut context(), rewriting).0
}

fn said(ruling: &Ruling) -> String {
    match ruling {
        Ruling::Allow { rewritten: None } => "allow".to_owned(),
        Ruling::Allow {
            rewritten: Some(text),
        } => format!("allow as {text}"),
        Ruling::Ask { .. } => "ask".to_owned(),
        Ruling::Deny(_) => "deny".to_owned(),
        Ruling::NoOpinion => "nothing".to_owned(),
    }
}

#[test]
fn commands_are_ruled_on_by_the_policy() {
    let of =
        |text: &str, rewriting: Option<&Rewriting>| said(&ruling(Subject::Text(text.to_owned()), rewriting));
    let rewriting = rewriting();
    for (text, plain, confined) in [
        (
            "tool x",
            "allow",
            "allow as '/opt/execpolicy' 'run' '--shell' 'tool x'",
        ),
        ("tool never", "deny", "deny"),
        ("tool x && tool never", "deny", "deny"),
        ("make", "ask", "allow as '/opt/execpolicy' 'run' '--shell' 'make'"),
        (
            "tool 'a b'",
            "allow",
            r"allow as '/opt/execpolicy' 'run' '--shell' 'tool '\''a b'\'''",
        ),
        ("echo \"$(", "ask", "ask"),
    ] {
        assert_eq!(of(text, None), plain, "{text}");
        assert_eq!(of(text, Some(&rewriting)), confined, "{text}");
    }
    let words = Subject::Words(["tool", "never"].map(String::from).to_vec());
    assert_eq!(said(&ruling(words, Some(&rewriting))), "deny");
}

#[test]
fn written_files_are_ruled_on_by_path_rules_alone() {
    for (paths, wanted) in [
        (&["/nowhere/w/src/x.rs"][..], "nothing"),
        (&["src/x.rs"], "nothing"),
        (&["gen/a"], "deny"),
        (&["/nowhere/w/gen/a"], "deny"),
        (&["src/../gen/a"], "deny"),
        (&["ci/a b'c.yml"], "ask"),
        (&["src/x.rs", "gen/a"], "deny"),
        (&[".claude/settings.json"], "deny"),
        (&["~/.claude/settings.json"], "deny"),
        (&["~"], "ask"),
        (&["~u/x"], "ask"),
        (&["/home/u/.bashrc"], "ask"),
        (&["a\u{0}b"], "ask"),
        (&["$(gen)/a"], "nothing"),
        (&["/etc/execpolicy/x.codexpolicy"], "deny"),
    ] {
        let subject = Subject::Writes(paths.iter().map(ToString::to_string).collect());
        assert_eq!(said(&ruling(subject, None)), wanted, "{paths:?}");
    }
}

#[test]
fn what_is_not_read_is_asked_about() {
    let subject = Subject::Unread {
        tool: "PowerShell".to_owned(),
    };
    let Ruling::Ask { reasons, .. } = ruling(subject, None) else {
        panic!("not asked");
    };
    assert_eq!(
        reasons.person,
        "execpolicy: `PowerShell` runs something in a language that is not read here"
    );
    assert_eq!(said(&ruling(Subject::Other, None)), "nothing");
}

#[test]
fn reasons_name_the_part_the_rule_and_the_remedy() {
    let Ruling::Deny(reasons) = ruling(Subject::Text("tool x; tool never y".to_owned()), None) else {
        panic!("not denied");
    };
    assert_eq!(
        reasons.person,
        "execpolicy: forbidden: `tool never y`: never here (matched by a rule of layer `user`) [team.codexpolicy:3]"
    );
    assert_eq!(
        reasons.model,
        "execpolicy: forbidden: `tool never y`: never here (matched by a rule of layer `user`). No approval lifts this: leave these words out, or have the rule changed."
    );
}

#[test]
fn reasons_are_one_short_line_whatever_the_command_holds() {
    let text = format!("tool never '{}\n\u{202e}{}'", "\u{1b}[2J", "x".repeat(5000));
    let Ruling::Deny(reasons) = ruling(Subject::Text(text), None) else {
        panic!("not denied");
    };
    for reason in [reasons.person, reasons.model] {
        assert!(reason.chars().count() <= 701, "{reason}");
        assert!(
            !reason.chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{reason}"
        );
    }
}
