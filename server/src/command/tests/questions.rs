//! What is asked about, and what comes of each answer.

use std::fs;

use gatekeeper::Approval;
use serde_json::{Value, json};

use super::Ground;
use super::ground::shown;

fn yes() -> Value {
    json!({"decision": "accept"})
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one named case after the other")]
fn what_becomes_of_a_command() {
    for (name, command, answers, approval, status, asked, why) in [
        (
            "allowed",
            json!({"command": "echo x"}),
            vec![],
            Approval::OnRequest,
            "completed",
            0,
            "",
        ),
        (
            "words",
            json!({"argv": ["echo", "a  b"]}),
            vec![],
            Approval::OnRequest,
            "completed",
            0,
            "",
        ),
        (
            "it fails",
            json!({"command": "sh -c 'exit 3'"}),
            vec![],
            Approval::OnRequest,
            "failed",
            0,
            "",
        ),
        (
            "forbidden",
            json!({"command": "mv a b"}),
            vec![yes()],
            Approval::OnRequest,
            "declined",
            0,
            "nothing moves",
        ),
        (
            "yes",
            json!({"command": "touch x"}),
            vec![yes()],
            Approval::OnRequest,
            "completed",
            1,
            "",
        ),
        (
            "no",
            json!({"command": "touch x"}),
            vec![json!({"decision": "decline"})],
            Approval::OnRequest,
            "declined",
            1,
            "the answer was no",
        ),
        (
            "no answer",
            json!({"command": "touch x"}),
            vec![json!({"decision": "maybe"})],
            Approval::OnRequest,
            "declined",
            1,
            "none",
        ),
        (
            "a list",
            json!({"command": "touch x"}),
            vec![json!(["accept"])],
            Approval::OnRequest,
            "declined",
            1,
            "none",
        ),
        (
            "a word that is an object",
            json!({"command": "touch x"}),
            vec![json!({"decision": {"accept": null}})],
            Approval::OnRequest,
            "declined",
            1,
            "none",
        ),
        (
            "lists all the way",
            json!({"command": "touch x"}),
            vec![json!([{"acceptWithExecpolicyAmendment": [["touch"]]}])],
            Approval::OnRequest,
            "declined",
            1,
            "none",
        ),
        (
            "not offered",
            json!({"command": "touch x"}),
            vec![json!({"decision": {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["touch"]}}})],
            Approval::OnRequest,
            "declined",
            1,
            "none of those",
        ),
        (
            "nobody",
            json!({"command": "touch x"}),
            vec![yes()],
            Approval::Never,
            "declined",
            0,
            "",
        ),
        (
            "not found",
            json!({"argv": ["/nowhere/at/all"]}),
            vec![yes()],
            Approval::OnRequest,
            "failed",
            0,
            "not found",
        ),
    ] {
        let mut ground = Ground::with(None, approval);
        let seen = ground.exec(command, &answers);
        assert_eq!(
            (seen.status(), seen.asked.len()),
            (status, asked),
            "{name}: {seen:?}"
        );
        assert!(seen.reason().contains(why), "{name}: {seen:?}");
        assert_eq!(ground.path("work/x").exists(), name == "yes", "{name}");
    }
}

#[test]
fn what_is_no_command_is_an_error() {
    let mut ground = Ground::new(None);
    for params in [
        json!({}),
        json!({"command": "a", "argv": ["a"]}),
        json!({"argv": []}),
        json!({"argv": ["a\0"]}),
        json!({"command": "a", "cwd": "nowhere"}),
        json!({"command": "a", "timeoutMs": 3_600_001}),
        json!({"command": "a", "outputBytesCap": 64 * 1024 * 1024 + 1}),
        json!({"command": "a".repeat(2 * 1024 * 1024 + 1)}),
        json!({"command": "a", "confinement": "none"}),
    ] {
        let error = ground.try_begin(params.clone()).unwrap_err();
        assert_eq!(error["code"], json!(-32602), "{error}");
    }
    let over = json!({"threadId": ground.thread, "turnId": ground.turn});
    ground.call("turn/complete", &over).unwrap();
    let error = ground.try_begin(json!({"command": "echo"})).unwrap_err();
    assert_eq!(error["code"], json!(-32012), "{error}");
}

#[test]
fn a_question_says_what_a_person_needs() {
    let mut ground = Ground::new(None);
    let seen = ground.exec(json!({"command": "touch x", "cwd": "sub"}), &[]);
    let asked = &seen.asked[0];
    assert_eq!(asked["command"], json!("touch x"));
    assert_eq!(asked["cwd"], json!(shown(&ground.path("work/sub"))));
    assert_eq!(asked["threadId"], json!(ground.thread));
    assert_eq!(asked["risk"]["level"], json!("low"));
    assert_eq!(
        asked["availableDecisions"],
        json!(["accept", "acceptForSession", "decline", "cancel"])
    );
    let reason = asked["reason"].as_str().unwrap();
    assert!(
        reason.contains("touch x") && reason.contains("mine.codexpolicy:2"),
        "{reason}"
    );
    assert_eq!(asked.get("confinement"), None);
}

#[test]
fn a_yes_for_the_session_is_for_the_same_command_in_the_same_place() {
    for answer in [
        json!({"decision": "acceptForSession"}),
        json!({"decision": "accept", "acceptSettings": {"forSession": true}}),
    ] {
        let mut ground = Ground::new(None);
        let touch = json!({"command": "touch x"});
        for (name, params, asked) in [
            ("first", touch.clone(), 1),
            ("again", touch.clone(), 0),
            ("in another place", json!({"command": "touch x", "cwd": "sub"}), 1),
            ("another word", json!({"command": "touch y"}), 1),
        ] {
            let seen = ground.exec(params, std::slice::from_ref(&answer));
            assert_eq!((seen.status(), seen.asked.len()), ("completed", asked), "{name}");
        }
        ground.new_turn();
        assert_eq!(ground.exec(touch, &[]).status(), "completed");
        let answers: Vec<_> = ground
            .log()
            .iter()
            .map(|line| line["answer"]["by"].clone())
            .collect();
        assert_eq!(
            answers.iter().filter(|by| *by == "session").count(),
            2,
            "{answers:?}"
        );
        assert_eq!(
            answers.iter().filter(|by| *by == "client").count(),
            3,
            "{answers:?}"
        );
    }
}

#[test]
fn a_rule_is_written_where_exactly_the_proposed_one_is_said_yes_to() {
    let mut ground = Ground::new(None);
    let command = json!({"argv": ["other", "build", "x"]});
    let amendment = |words: &Value| json!({"decision": {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": words}}});
    let file = ground.path("home/.config/execpolicy/approved.codexpolicy");
    let seen = ground.exec(command.clone(), &[amendment(&json!(["other"]))]);
    assert_eq!((seen.status(), seen.asked.len()), ("declined", 1), "{seen:?}");
    assert_eq!(
        seen.asked[0]["proposedExecpolicyAmendment"],
        json!(["other", "build"])
    );
    assert!(!file.exists());
    let seen = ground.exec(command, &[amendment(&json!(["other", "build"]))]);
    assert_eq!(seen.status(), "completed", "{seen:?}");
    assert_eq!(seen.output, b"other build x\n");
    assert!(
        fs::read_to_string(file)
            .unwrap()
            .contains(r#"["other", "build"]"#)
    );
    let seen = ground.exec(json!({"argv": ["other", "build", "y"]}), &[]);
    assert_eq!((seen.status(), seen.asked.len()), ("completed", 0), "{seen:?}");
}

#[test]
fn cancel_ends_the_turn_and_decline_does_not() {
    let mut ground = Ground::new(None);
    let touch = json!({"command": "touch x"});
    assert_eq!(
        ground
            .exec(touch.clone(), &[json!({"decision": "decline"})])
            .status(),
        "declined"
    );
    let other = ground.begin(json!({"command": "sleep 1000"}));
    let item = ground.begin(touch);
    let asked = ground.until(|message| message["params"]["itemId"] == json!(item));
    ground.send(&json!({"id": asked["id"], "result": {"decision": "cancel"}}));
    let mut ended = Vec::new();
    let aborted = loop {
        let message = ground.read();
        match message["method"].as_str().unwrap() {
            "item/completed" => ended.push(message["params"]["item"].clone()),
            "turn/aborted" => break message,
            _ => {}
        }
    };
    assert_eq!(aborted["params"]["turnId"], json!(ground.turn));
    let status = |id: &str| ended.iter().find(|item| item["id"] == json!(id)).unwrap()["status"].clone();
    assert_eq!(
        (status(&item), status(&other)),
        (json!("declined"), json!("failed"))
    );
    assert!(!ground.path("work/x").exists());
}

#[test]
fn a_rule_that_comes_while_a_person_thinks_of_a_wish_counts() {
    for (method, wish, answer) in [
        (
            "network/request",
            json!({"host": "a.example", "protocol": "https"}),
            yes(),
        ),
        (
            "permissions/request",
            json!({"permissions": {"network": {"hosts": ["a.example"]}}}),
            json!({"permissions": {"network": {"hosts": ["a.example"]}}, "scope": "session"}),
        ),
    ] {
        for is_denied in [false, true] {
            let mut ground = Ground::new(None);
            let mut params = wish.clone();
            params["threadId"] = json!(ground.thread);
            params["turnId"] = json!(ground.turn);
            let id = ground.ask(method, &params);
            let asked = ground.until(|message| message.get("id").is_some());
            assert!(asked.get("method").is_some(), "{asked}");
            if is_denied {
                let rule = "network_rule(host = \"a.example\", protocol = \"https\", decision = \"deny\")\n";
                fs::write(ground.path("home/.config/execpolicy/later.codexpolicy"), rule).unwrap();
            }
            ground.send(&json!({"id": asked["id"], "result": answer}));
            let result =
                ground.until(|message| message["id"] == json!(id) && message.get("method").is_none());
            let result = &result["result"];
            let is_given = result["allowed"] == json!(true)
                || result["permissions"]["network"]["hosts"] == json!(["a.example"]);
            assert_eq!(is_given, !is_denied, "{method}: {result}");
        }
    }
}
