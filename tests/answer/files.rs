//! Questions about files that an agent's own tools write, in each protocol.

use answer::Protocol;
use serde_json::{Value, json};

use crate::acp;
use crate::ground::Ground;

#[test]
fn files_are_judged_by_path_rules() {
    let diff = |path: &str| json!({"type": "diff", "path": path, "oldText": "a", "newText": "b"});
    for (call, wanted) in [
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x")]}),
            Some("yes"),
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x")], "locations": [{"path": "/nowhere/open/x", "line": 3}]}),
            Some("yes"),
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x"), diff("/nowhere/open/y")], "rawInput": {"file_path": "/nowhere/open/x", "content": "b"}}),
            Some("yes"),
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/shut/x")]}),
            Some("no"),
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x"), diff("/nowhere/shut/x")]}),
            Some("no"),
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/../shut/x")]}),
            Some("no"),
        ),
        (
            json!({"kind": "edit", "locations": [{"path": "/nowhere/shut/x"}]}),
            Some("no"),
        ),
        (
            json!({"kind": "delete", "locations": [{"path": "/nowhere/shut/x"}]}),
            Some("no"),
        ),
        (json!({"kind": "edit", "content": [diff("/nowhere/else")]}), None),
        (json!({"kind": "edit", "content": [diff("open/x")]}), None),
        (json!({"kind": "edit", "content": []}), None),
        (json!({"kind": "edit"}), None),
        (
            json!({"kind": "edit", "locations": [{"path": "/nowhere/open/x"}]}),
            None,
        ),
        (
            json!({"kind": "delete", "content": [diff("/nowhere/open/x")]}),
            None,
        ),
        (
            json!({"kind": "move", "content": [diff("/nowhere/open/x")]}),
            None,
        ),
        (
            json!({"kind": "other", "content": [diff("/nowhere/open/x")]}),
            None,
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x"), {"type": "_odd"}]}),
            None,
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x")], "rawInput": {"command": "rm x"}}),
            None,
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x")], "rawInput": {"path": "x"}}),
            None,
        ),
        (
            json!({"kind": "edit", "content": [diff("/nowhere/open/x")], "rawInput": {"path": "/nowhere/else"}}),
            None,
        ),
    ] {
        let mut call = call;
        call["toolCallId"] = json!("c");
        let answer = acp::opened().agent_says(&acp::request(&call).to_string());
        assert_eq!(acp::chosen(answer).as_deref(), wanted, "{call}");
    }
}

#[test]
fn whatever_file_an_input_names_is_judged() {
    let diff = json!({"type": "diff", "path": "/nowhere/open/x", "oldText": "a", "newText": "b"});
    for (input, wanted) in [
        (json!({"edits": [{"file_path": "/nowhere/shut/x"}]}), Some("no")),
        (
            json!({"changes": {"/nowhere/open/x": {"type": "update", "move_path": null}}}),
            Some("yes"),
        ),
        (
            json!({"changes": {"/nowhere/open/x": {"type": "update", "move_path": "/nowhere/shut/x"}}}),
            Some("no"),
        ),
        (
            json!({"changes": {"/nowhere/open/x": {"update": {"move_path": "/nowhere/shut/x"}}}}),
            Some("no"),
        ),
        (
            json!({"changes": {"/nowhere/shut/x": {"type": "delete"}}}),
            Some("no"),
        ),
        (json!({"changes": {"x": {"type": "delete"}}}), None),
        (json!({"changes": [{"path": "/nowhere/shut/x"}]}), Some("no")),
        (json!({"FileName": "/nowhere/shut/x"}), Some("no")),
        (
            json!({"files": ["/nowhere/open/y", "/nowhere/shut/x"]}),
            Some("no"),
        ),
        (
            json!({"files": [{"path": "/nowhere/open/y", "content": "/x"}]}),
            Some("yes"),
        ),
        (json!({"files": [7]}), None),
        (json!({"grant_root": "/nowhere"}), None),
        (json!({"grant_root": null}), Some("yes")),
    ] {
        let call = json!({"toolCallId": "c", "kind": "edit", "content": [diff], "rawInput": input});
        let answer = acp::opened().agent_says(&acp::request(&call).to_string());
        assert_eq!(acp::chosen(answer).as_deref(), wanted, "{input}");
    }
}

#[test]
fn files_of_codex_are_those_that_it_told_before() {
    let change =
        |path: &str| json!({"path": path, "kind": {"type": "update", "move_path": null}, "diff": "@@"});
    let started = |changes: &Value| {
        let item = json!({"type": "fileChange", "id": "i", "changes": changes, "status": "inProgress"});
        json!({"method": "item/started", "params": {"threadId": "t", "turnId": "u", "item": item}})
            .to_string()
    };
    let ask = |more: &Value| {
        let mut params =
            json!({"threadId": "t", "turnId": "u", "itemId": "i", "startedAtMs": 1, "reason": null});
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        json!({"id": 5, "method": "item/fileChange/requestApproval", "params": params}).to_string()
    };
    let moved =
        json!({"path": "/nowhere/open/x", "kind": {"type": "update", "move_path": "/nowhere/shut/x"}});
    for (changes, more, wanted) in [
        (json!([change("/nowhere/open/x")]), json!({}), Some("accept")),
        (
            json!([change("/nowhere/open/x"), change("/nowhere/open/y/z")]),
            json!({}),
            Some("accept"),
        ),
        (
            json!([change("/nowhere/open/x"), change("/nowhere/shut/x")]),
            json!({}),
            Some("decline"),
        ),
        (json!([moved]), json!({}), Some("decline")),
        (json!([change("/nowhere/else")]), json!({}), None),
        (json!([change("open/x")]), json!({}), None),
        (json!([]), json!({}), None),
        (json!("x"), json!({}), None),
        (json!([{"kind": "add"}]), json!({}), None),
        (
            json!([change("/nowhere/open/x")]),
            json!({"grantRoot": "/nowhere"}),
            None,
        ),
        (json!([change("/nowhere/open/x")]), json!({"itemId": "j"}), None),
        (
            json!([change("/nowhere/open/x")]),
            json!({"availableDecisions": ["cancel"]}),
            None,
        ),
    ] {
        let mut ground = Ground::new(Protocol::CodexAppServer);
        assert_eq!(ground.agent_says(&started(&changes)), None);
        let answer = ground.agent_says(&ask(&more));
        let decision = answer.map(|answer| answer["result"]["decision"].clone());
        assert_eq!(decision, wanted.map(Value::from), "{changes} {more}");
    }
    let mut ground = Ground::new(Protocol::CodexAppServer);
    for (changes, wanted) in [
        (
            json!({"/nowhere/open/x": {"type": "add", "content": "x"}}),
            Some(json!("approved")),
        ),
        (
            json!({"/nowhere/open/x": {"update": {"unified_diff": "", "move_path": "/nowhere/else"}}}),
            None,
        ),
        (json!({"x": {"type": "add"}}), None),
        (json!({}), None),
    ] {
        let params = json!({"conversationId": "v", "callId": "c", "fileChanges": changes, "reason": null, "grantRoot": null});
        let answer = ground
            .agent_says(&json!({"id": 5, "method": "applyPatchApproval", "params": params}).to_string());
        assert_eq!(
            answer.map(|answer| answer["result"]["decision"].clone()),
            wanted,
            "{changes}"
        );
    }
}
