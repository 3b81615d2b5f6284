//! Questions of codex's app-server: which of them policy answers, and how.

use answer::Protocol;
use serde_json::{Value, json};

use crate::ground::Ground;

const SECOND: &str = "item/commandExecution/requestApproval";

fn ask(method: &str, params: &Value) -> String {
    json!({"id": 5, "method": method, "params": params}).to_string()
}

/// A question of the second version about `tool x`, with something else.
fn command(more: &Value) -> Value {
    let mut params = json!({
        "threadId": "t", "turnId": "u", "itemId": "i", "startedAtMs": 1,
        "command": "/bin/bash -lc 'tool x'", "cwd": "/nowhere/work",
    });
    for (key, value) in more.as_object().unwrap() {
        params[key] = value.clone();
    }
    params
}

fn decision(answer: Option<Value>) -> Option<Value> {
    let answer = answer?;
    assert_eq!(answer["id"], 5);
    assert!(answer.get("jsonrpc").is_none());
    Some(answer["result"]["decision"].clone())
}

#[test]
fn commands_are_answered_by_policy() {
    let (accept, decline) = (Some(json!("accept")), Some(json!("decline")));
    for (more, wanted) in [
        (json!({}), accept.clone()),
        (json!({"command": "rm -rf x"}), decline.clone()),
        (json!({"command": "/bin/zsh -lc 'tool && rm x'"}), decline.clone()),
        (json!({"command": ["tool", "x"]}), accept.clone()),
        (json!({"command": "other"}), None),
        (json!({"command": "leaning"}), None),
        (json!({"command": null}), None),
        (json!({"command": ""}), None),
        (json!({"cwd": null}), None),
        (json!({"cwd": "work"}), None),
        (
            json!({"commandActions": [{"type": "unknown", "command": "tool x"}], "reason": "why", "approvalId": null}),
            accept.clone(),
        ),
        (
            json!({"proposedExecpolicyAmendment": ["tool"], "environmentId": "local"}),
            accept.clone(),
        ),
        (
            json!({"networkApprovalContext": {"host": "x.org", "protocol": "https"}}),
            None,
        ),
        (
            json!({"additionalPermissions": {"network": {"enabled": true}}}),
            None,
        ),
        (
            json!({"additionalPermissions": null, "networkApprovalContext": null}),
            accept.clone(),
        ),
        (json!({"environmentId": "elsewhere"}), None),
        (json!({"stdin": "rm"}), None),
        (json!({"availableDecisions": ["accept", "cancel"]}), accept),
        (
            json!({"availableDecisions": ["acceptForSession", {"acceptWithExecpolicyAmendment": {}}, "cancel"]}),
            None,
        ),
        (
            json!({"command": "rm x", "availableDecisions": ["accept", "decline"]}),
            decline,
        ),
        (
            json!({"command": "rm x", "availableDecisions": ["accept", "cancel"]}),
            None,
        ),
        (json!({"availableDecisions": "accept"}), None),
        (
            json!({"availableDecisions": ["accept", "accept", "decline"]}),
            None,
        ),
        (
            json!({"command": "rm x", "availableDecisions": ["decline", "accept", "decline"]}),
            None,
        ),
    ] {
        let mut ground = Ground::new(Protocol::CodexAppServer);
        let answer = ground.agent_says(&ask(SECOND, &command(&more)));
        assert_eq!(decision(answer), wanted, "{more}");
    }
}

#[test]
fn what_was_said_of_an_item_before_counts_and_two_words_on_it_pass() {
    let started = |item: &Value| {
        json!({"method": "item/started", "params": {"threadId": "t", "turnId": "u", "item": item}})
            .to_string()
    };
    let item = |command: &str| json!({"type": "commandExecution", "id": "i", "command": command, "cwd": "/nowhere/work", "status": "inProgress"});
    let short = json!({"command": null, "cwd": null});
    let accept = Some(json!("accept"));
    for (name, said, more, wanted) in [
        (
            "told before",
            started(&item("tool x")),
            short.clone(),
            accept.clone(),
        ),
        (
            "told the same",
            started(&item("/bin/bash -lc 'tool x'")),
            json!({}),
            accept.clone(),
        ),
        ("told otherwise", started(&item("tool y")), json!({}), None),
        (
            "told elsewhere",
            started(&item("tool x")),
            json!({"command": null, "cwd": "/other"}),
            None,
        ),
        (
            "a part of it",
            started(&item("tool y; tool x")),
            json!({"approvalId": "a"}),
            accept,
        ),
        (
            "a part without a command",
            started(&item("tool x")),
            json!({"command": null, "approvalId": "a"}),
            None,
        ),
        (
            "of another thread",
            started(&item("tool x")).replace("\"t\"", "\"v\""),
            short.clone(),
            None,
        ),
        (
            "of files",
            started(&json!({"id": "i", "changes": [{"path": "/x"}]})),
            json!({}),
            None,
        ),
        (
            "said twice",
            started(&item("tool x")).replace("\"id\":\"i\"", "\"id\":\"i\",\"id\":\"i\""),
            short,
            None,
        ),
    ] {
        let mut ground = Ground::new(Protocol::CodexAppServer);
        assert_eq!(ground.agent_says(&said), None);
        let answer = ground.agent_says(&ask(SECOND, &command(&more)));
        assert_eq!(decision(answer), wanted, "{name}");
    }
}

#[test]
fn an_item_that_is_told_in_two_ways_is_left_to_the_person() {
    let started = |item: &Value| {
        json!({"method": "item/started", "params": {"threadId": "t", "turnId": "u", "item": item}})
            .to_string()
    };
    let item = |command: &str| started(&json!({"id": "i", "command": command, "cwd": "/nowhere/work"}));
    let files = started(&json!({"id": "i", "changes": [{"path": "/x"}]}));
    let short = json!({"command": null, "cwd": null});
    for (name, said, more, wanted) in [
        ("two commands", [item("tool y"), item("tool x")], &short, None),
        ("one of two", [item("tool y"), item("tool x")], &json!({}), None),
        (
            "two directories",
            [item("tool x"), item("tool x").replace("/work", "")],
            &short,
            None,
        ),
        (
            "the same",
            [item("tool x"), item("tool x")],
            &short,
            Some("accept"),
        ),
        (
            "no command",
            [item("tool x"), item("tool x").replace("\"tool x\"", "7")],
            &json!({}),
            None,
        ),
        (
            "no command, and nothing before",
            [item("tool x").replace("\"tool x\"", "7"), "{}".to_owned()],
            &json!({}),
            None,
        ),
        ("another thing", [files, item("tool x")], &short, None),
    ] {
        let mut ground = Ground::new(Protocol::CodexAppServer);
        for line in said {
            assert_eq!(ground.agent_says(&line), None);
        }
        let answer = ground.agent_says(&ask(SECOND, &command(more)));
        assert_eq!(decision(answer), wanted.map(|word| json!(word)), "{name}");
    }
}

#[test]
fn the_first_version_is_answered_in_its_own_words() {
    let params = |command: Value| json!({"conversationId": "v", "callId": "c", "command": command, "cwd": "/nowhere", "reason": null, "parsedCmd": []});
    let mut ground = Ground::new(Protocol::CodexAppServer);
    let answer = ground.agent_says(&ask(
        "execCommandApproval",
        &params(json!(["bash", "-lc", "tool x"])),
    ));
    assert_eq!(decision(answer), Some(json!("approved")));
    let answer =
        decision(ground.agent_says(&ask("execCommandApproval", &params(json!(["rm", "x"]))))).unwrap();
    let reason = answer["denied"]["rejection"].as_str().unwrap();
    assert!(reason.contains("nothing is removed here"), "{reason}");
    for (key, value) in [
        ("cwd", json!(null)),
        ("cwd", json!("x")),
        ("env", json!({})),
        ("command", json!([])),
    ] {
        let mut params = params(json!(["tool"]));
        params[key] = value;
        assert_eq!(
            ground.agent_says(&ask("execCommandApproval", &params)),
            None,
            "{key}"
        );
    }
}

#[test]
fn what_is_no_question_passes() {
    let mut ground = Ground::new(Protocol::CodexAppServer);
    let whole = ask(SECOND, &command(&json!({})));
    for line in [
        whole.replace("\"id\":5,", ""),
        whole.replace("\"id\":5", "\"id\":null"),
        whole.replace("\"command\":", "\"command\":\"rm\",\"command\":"),
        whole.replace("\"id\":5", "\"id\":5,\"jsonrpc\":\"1.0\""),
        whole.replace("\"id\":5", "\"id\":5,\"result\":{}"),
        whole.replace("commandExecution", "other"),
        ask(
            "item/permissions/requestApproval",
            &command(&json!({"permissions": {}})),
        ),
        ask("mcpServer/elicitation/request", &json!({"threadId": "t"})),
        format!("[{whole}]"),
        r#"{"id":5,"result":{"decision":"accept"}}"#.to_owned(),
    ] {
        assert_eq!(ground.agent_says(&line), None, "{line}");
    }
    let answer = ground.agent_says(&whole.replace("\"id\":5", "\"id\":5,\"jsonrpc\":\"2.0\""));
    assert_eq!(decision(answer), Some(json!("accept")));
}
