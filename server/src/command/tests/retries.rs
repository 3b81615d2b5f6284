//! What was denied, and is offered again.

use gatekeeper::Approval;
use serde_json::{Value, json};

use super::Ground;
use super::ground::{confines, shown};

fn answer(word: &str) -> Value {
    json!({"decision": word})
}

#[test]
fn with_the_narrowest_grant() {
    if !confines() {
        return;
    }
    for (name, word, status, exists) in [
        ("yes", "accept", "completed", true),
        ("no", "decline", "failed", false),
        ("stop", "cancel", "failed", false),
    ] {
        let mut ground = Ground::new(Some("workspace-write"));
        let outside = ground.path("outside");
        let command = json!({"argv": ["writer", shown(&outside.join("x"))]});
        let seen = ground.exec(command, &[answer(word)]);
        assert_eq!((seen.status(), seen.asked.len()), (status, 1), "{name}: {seen:?}");
        let asked = &seen.asked[0];
        assert_eq!(
            asked["additionalPermissions"]["fileSystem"]["write"],
            json!([shown(&outside)])
        );
        assert_eq!(asked["confinement"], json!("workspace-write"));
        assert!(
            asked["denied"][0].as_str().unwrap().contains("outside/x"),
            "{asked}"
        );
        assert!(
            asked["reason"].as_str().unwrap().contains("what it lacked"),
            "{asked}"
        );
        assert_eq!(outside.join("x").exists(), exists, "{name}");
        let tries = if exists { 2 } else { 1 };
        let output = seen.item["aggregatedOutput"].as_str().unwrap();
        assert_eq!(output.matches("try").count(), tries, "{name}: {output}");
        assert_eq!(seen.item.get("violations").is_some(), !exists, "{name}: {seen:?}");
        if word == "cancel" {
            ground.until(|message| message["method"] == json!("turn/aborted"));
        }
    }
}

#[test]
fn outside_of_the_sandbox_where_nothing_can_be_granted() {
    if !confines() {
        return;
    }
    for (approval, word, status, asks) in [
        (Approval::OnRequest, "accept", "completed", 1),
        (Approval::OnRequest, "decline", "failed", 1),
        (Approval::Never, "accept", "failed", 0),
    ] {
        let mut ground = Ground::with(Some("workspace-write"), approval);
        // What is protected is granted by nobody.
        let command = json!({"argv": ["writer", ".git/config"]});
        let seen = ground.exec(command, &[answer(word)]);
        assert_eq!((seen.status(), seen.asked.len()), (status, asks), "{seen:?}");
        let is_done = status == "completed";
        assert_eq!(ground.path("work/.git/config").exists(), is_done);
        assert_eq!(seen.item.get("confinement").is_none(), is_done, "{seen:?}");
        for asked in &seen.asked {
            assert_eq!(
                (asked.get("confinement"), asked.get("additionalPermissions")),
                (None, None)
            );
            assert!(
                asked["reason"]
                    .as_str()
                    .unwrap()
                    .contains("outside of the sandbox"),
                "{asked}"
            );
        }
    }
}

#[test]
fn a_yes_for_the_session_is_for_the_same_again() {
    if !confines() {
        return;
    }
    let mut ground = Ground::new(Some("workspace-write"));
    let outside = ground.path("outside");
    for (name, file, asks) in [("first", "x", 1), ("again", "x", 0), ("another", "y", 1)] {
        let command = json!({"argv": ["writer", shown(&outside.join(file))]});
        let seen = ground.exec(command, &[answer("acceptForSession")]);
        assert_eq!(
            (seen.status(), seen.asked.len()),
            ("completed", asks),
            "{name}: {seen:?}"
        );
        // It counts for what was asked: without a grant it is tried first.
        assert_eq!(
            seen.item["aggregatedOutput"]
                .as_str()
                .unwrap()
                .matches("try")
                .count(),
            2
        );
        std::fs::remove_file(outside.join(file)).unwrap();
    }
}

#[test]
fn what_was_given_is_not_asked_about() {
    use crate::thread::{Term, Thing};
    if !confines() {
        return;
    }
    let mut ground = Ground::new(Some("workspace-write"));
    let outside = ground.path("outside");
    let command = json!({"argv": ["writer", shown(&outside.join("x"))]});
    ground
        .owned()
        .permissions()
        .give(Thing::Write(outside), Term::Session);
    let seen = ground.exec(command, &[]);
    assert_eq!((seen.status(), seen.asked.len()), ("completed", 0), "{seen:?}");
}

#[test]
fn what_was_given_is_not_had_once_a_rule_forbids_it() {
    use crate::thread::{Term, Thing};
    if !confines() {
        return;
    }
    for (name, rule, is_written) in [
        ("none", "", [true, true]),
        (
            "the path",
            "path_rule(access = [\"write\"], paths = [\"**/outside/**\"], decision = \"forbidden\")",
            [false, true],
        ),
        (
            "something below",
            "path_rule(access = [\"write\"], paths = [\"**/outside/below/**\"], decision = \"forbidden\")",
            [false, true],
        ),
        (
            "to read it",
            "path_rule(access = [\"read\"], paths = [\"**/other/**\"], decision = \"forbidden\")",
            [true, false],
        ),
    ] {
        let mut ground = Ground::new(Some("workspace-write"));
        let places = ["outside", "other"].map(|place| ground.path(place));
        std::fs::create_dir_all(&places[1]).unwrap();
        for place in &places {
            let thing = Thing::Write(place.clone());
            assert!(ground.owned().permissions().give(thing, Term::Session));
        }
        let lines = places
            .each_ref()
            .map(|place| format!("echo x > {}/x\n", shown(place)));
        std::fs::write(ground.path("work/go.sh"), lines.concat()).unwrap();
        std::fs::write(ground.path("home/.config/execpolicy/later.codexpolicy"), rule).unwrap();
        ground.exec(
            json!({"argv": ["sh", "go.sh"]}),
            &[answer("accept"), answer("decline"), answer("decline")],
        );
        let written = places.map(|place| place.join("x").exists());
        assert_eq!(written, is_written, "{name}");
    }
}
