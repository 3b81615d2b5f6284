//! Whatever fails has not said yes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use answer::{Asked, Judge, Opinion, Protocol};
use serde_json::json;

use crate::acp::{chosen, open, opened, run};
use crate::ground::Ground;

#[test]
fn a_policy_that_breaks_asks_and_one_that_changes_counts_at_once() {
    let mut ground = opened();
    let ask = run(&json!("tool x")).to_string();
    assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), Some("yes"));
    let rules = ground.rules();
    for (text, wanted) in [
        ("prefix_rule(", None),
        (
            "prefix_rule(pattern = [\"tool\"], decision = \"forbidden\")",
            Some("no"),
        ),
        ("prefix_rule(pattern = [\"tool\"])", Some("yes")),
        ("prefix_rule(pattern = [\"tool\"], decision = \"prompt\")", None),
    ] {
        fs::write(&rules, text).unwrap();
        assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), wanted, "{text}");
    }
    fs::remove_file(&rules).unwrap();
    assert_eq!(ground.agent_says(&ask), None);
}

#[test]
fn a_users_or_projects_policy_that_does_not_load_asks() {
    for place in [
        "home/.config/execpolicy/a.codexpolicy",
        "work/.execpolicy/a.codexpolicy",
    ] {
        let mut ground = opened();
        let file = ground.root.path().join(place);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "prefix_rule(").unwrap();
        assert_eq!(
            ground.agent_says(&run(&json!("tool x")).to_string()),
            None,
            "{place}"
        );
        fs::write(
            &file,
            "prefix_rule(pattern = [\"tool\"], decision = \"forbidden\")",
        )
        .unwrap();
        let answer = ground.agent_says(&run(&json!("tool x")).to_string());
        assert_eq!(chosen(answer).as_deref(), Some("no"), "{place}");
    }
}

#[test]
fn what_cannot_be_logged_is_not_allowed() {
    let mut ground = Ground::with(Protocol::Acp, false);
    open(&mut ground);
    let answer = ground.agent_says(&run(&json!("rm x")).to_string());
    assert_eq!(chosen(answer).as_deref(), Some("no"));
    let mut ground = Ground::with(Protocol::Acp, false);
    open(&mut ground);
    assert_eq!(ground.agent_says(&run(&json!("tool x")).to_string()), None);
    // One that was there and is gone.
    let mut ground = opened();
    assert_eq!(
        chosen(ground.agent_says(&run(&json!("tool x")).to_string())).as_deref(),
        Some("yes")
    );
    let log = ground.root.path().join("log");
    fs::remove_dir_all(&log).unwrap();
    fs::write(&log, "no directory").unwrap();
    fs::set_permissions(&log, fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(ground.agent_says(&run(&json!("tool x")).to_string()), None);
}

/// Fails at every question.
struct Panics;

impl Judge for Panics {
    fn judge(&mut self, _asked: &Asked) -> Opinion {
        panic!("a judge that fails")
    }
}

#[test]
fn a_judge_that_panics_has_not_said_yes() {
    let mut ground = Ground::judged(tempfile::tempdir().unwrap(), Protocol::Acp, Box::new(Panics));
    open(&mut ground);
    for _ in 0..2 {
        assert_eq!(ground.agent_says(&run(&json!("tool x")).to_string()), None);
    }
}

#[test]
fn an_agent_that_cannot_be_told_is_not_answered() {
    let mut ground = opened();
    ground.heard.is_deaf = true;
    assert_eq!(ground.agent_says(&run(&json!("tool x")).to_string()), None);
    assert_eq!(ground.agent_says(&run(&json!("rm x")).to_string()), None);
}

#[test]
fn a_question_that_is_too_long_passes_and_what_was_said_before_is_forgotten() {
    let mut ground = opened();
    let told = r#"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"tool_call","toolCallId":"c","title":"x","kind":"execute","rawInput":{"command":"tool x"}}}}"#;
    assert_eq!(ground.agent_says(told), None);
    let long = run(&json!(format!("tool {}", "x".repeat(answer::LONGEST_LINE)))).to_string();
    assert_eq!(ground.agent_says(&long), None);
    let short = crate::acp::request(&json!({"toolCallId": "c"})).to_string();
    assert_eq!(ground.agent_says(&short), None);
}
