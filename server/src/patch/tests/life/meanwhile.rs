//! What happens to a patch while a person thinks about it.

use super::*;

/// Answers a question with yes after something was done.
fn yes_after(peer: &mut Peer, changes: &[FileChange], does: impl Fn(&Path)) -> (String, String) {
    peer.patch(changes, None);
    loop {
        let message = peer.read();
        let item = &message["params"]["item"];
        match message["method"].as_str() {
            Some("item/fileChange/requestApproval") => {
                does(peer.ground.root.path());
                peer.say(&json!({"id": message["id"], "result": {"decision": "accept"}}));
            }
            Some("item/completed") => {
                let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
                return (text("status"), text("reason"));
            }
            _ => {}
        }
    }
}

#[test]
fn a_yes_is_no_good_for_what_a_new_policy_forbids() {
    for (rules, wanted) in [
        (RULES.replace("prompt", "forbidden"), "declined"),
        (RULES.replace("\"guarded\"", "\"another reason\""), "declined"),
        (RULES.replace("prompt", "allow"), "completed"),
    ] {
        let mut peer = Peer::new("workspace-write", "on-request");
        let (status, reason) = yes_after(&mut peer, &[update("ci/x", DIFF)], |root| {
            fs::write(root.join("team.codexpolicy"), &rules).unwrap();
        });
        assert_eq!(status, wanted, "{reason}");
        assert_eq!(
            reason.contains("the policy has changed"),
            wanted == "declined",
            "{reason}"
        );
    }
}

#[test]
fn a_directory_that_was_made_while_asked_is_no_conflict_and_a_link_is() {
    let mut peer = Peer::new("workspace-write", "on-request");
    let changes = [add("ci/new/n", "")];
    let made = yes_after(&mut peer, &changes, |root| {
        fs::create_dir(root.join("w/ci/new")).unwrap();
    });
    assert_eq!(made.0, "completed", "{}", made.1);
    let changes = [add("ci/other/n", "")];
    let linked = yes_after(&mut peer, &changes, |root| {
        symlink("..", root.join("w/ci/other")).unwrap();
    });
    assert_eq!(linked.0, "failed");
}

#[test]
fn a_yes_for_the_session_is_no_good_for_what_a_later_rule_asks_about() {
    for (name, path, rules) in [
        (
            "asked by another rule",
            "ci/x",
            RULES.replace("\"guarded\"", "\"another reason\""),
        ),
        (
            "asked by a rule, and not only by none",
            "../out/y",
            format!(
                "{RULES}path_rule(access = [\"write\"], paths = [\"**/out/**\"], decision = \"prompt\")\n"
            ),
        ),
    ] {
        let mut peer = Peer::new("workspace-write", "on-request");
        let root = peer.ground.root.path().to_owned();
        fs::write(root.join("out/y"), "x\n").unwrap();
        let mut is_asked = |from: &str, to: &str| {
            let diff = format!("@@ -1 +1 @@\n-{from}\n+{to}\n");
            let told = peer.apply(&[update(path, &diff)], None, "acceptForSession");
            assert_eq!(told.status, "completed", "{name}: {}", told.reason);
            told.asked.is_some()
        };
        assert!(is_asked("x", "y"), "{name}");
        assert!(!is_asked("y", "x"), "{name}");
        fs::write(root.join("team.codexpolicy"), rules).unwrap();
        assert!(is_asked("x", "y"), "{name}");
        assert!(!is_asked("y", "x"), "{name}");
    }
}

#[test]
fn a_yes_behind_an_interrupt_is_none() {
    for decision in ["accept", "acceptForSession"] {
        let mut peer = Peer::new("workspace-write", "on-request");
        peer.patch(&[update("ci/x", DIFF)], None);
        let asked = loop {
            let message = peer.read();
            if message["method"] == "item/fileChange/requestApproval" {
                break message["id"].clone();
            }
        };
        let end = json!({"threadId": peer.thread, "turnId": peer.turn});
        let end = json!({"id": "end", "method": "turn/interrupt", "params": end});
        let yes = json!({"id": asked, "result": {"decision": decision}});
        // In one piece, so that both are there when the first is read.
        peer.stream
            .write_all(format!("{end}\n{yes}\n").as_bytes())
            .unwrap();
        loop {
            let message = peer.read();
            assert_ne!(message["params"]["item"]["status"], "completed", "{decision}");
            if message["id"] == "end" {
                break;
            }
        }
        peer.start_turn();
        let again = peer.apply(&[update("ci/x", DIFF)], None, "decline");
        assert_eq!(
            (again.asked.is_some(), again.status.as_str()),
            (true, "declined"),
            "{decision}"
        );
    }
}
