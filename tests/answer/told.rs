//! What an agent told of a call before it asks about it.

use serde_json::{Value, json};

use crate::acp::{chosen, opened, options, request, update};

/// A name, what an agent told of a call, and what it says in its question.
type Told = (&'static str, Value, Value);

/// What agrees.
fn agreeing() -> Vec<Told> {
    let tool = json!({"command": "tool x"});
    vec![
        (
            "told the same",
            json!({"kind": "execute", "rawInput": tool}),
            json!({"rawInput": tool}),
        ),
        (
            "told less",
            json!({"kind": "execute", "rawInput": {}}),
            json!({"rawInput": tool}),
        ),
        (
            "told nothing",
            json!({"kind": "execute", "rawInput": null}),
            json!({"rawInput": tool}),
        ),
        (
            "told a word for it",
            json!({"title": "Run", "kind": "execute", "rawInput": tool}),
            json!({"title": "Run it"}),
        ),
        (
            "told it as title",
            json!({"title": "`tool x`", "kind": "execute", "rawInput": tool}),
            json!({"title": "Run it"}),
        ),
        (
            "told to wait",
            json!({"kind": "execute", "rawInput": tool, "content": [{"type": "content"}]}),
            json!({"content": []}),
        ),
        (
            "files added",
            json!({"kind": "edit", "locations": []}),
            json!({"locations": [{"path": "/nowhere/open/x"}], "content": [{"type": "diff", "path": "/nowhere/open/x"}]}),
        ),
    ]
}

/// What differs.
fn differing() -> Vec<Told> {
    let tool = json!({"command": "tool x"});
    vec![
        (
            "a directory left out",
            json!({"kind": "execute", "rawInput": {"command": "tool x", "cwd": "/a"}}),
            json!({"rawInput": tool}),
        ),
        (
            "a directory taken back",
            json!({"kind": "execute", "rawInput": {"command": "tool x", "cwd": "/a"}}),
            json!({"rawInput": {"command": "tool x", "cwd": null}}),
        ),
        (
            "another directory",
            json!({"kind": "execute", "rawInput": {"command": "tool x", "cwd": "/a"}}),
            json!({"rawInput": {"command": "tool x", "cwd": "/b"}}),
        ),
        (
            "variables left out",
            json!({"kind": "execute", "rawInput": {"command": "tool x", "env": {"A": "b"}}}),
            json!({"rawInput": tool}),
        ),
        (
            "variables told",
            json!({"kind": "execute", "rawInput": {"command": "tool x", "env": {"A": "b"}}}),
            json!({}),
        ),
        (
            "another command as title",
            json!({"title": "`rm x`", "kind": "execute", "rawInput": tool}),
            json!({"title": "Run it"}),
        ),
        (
            "two commands as title",
            json!({"title": "`rm x`", "kind": "execute", "rawInput": tool}),
            json!({"title": "`tool x`"}),
        ),
        (
            "a number as kind",
            json!({"kind": "execute", "rawInput": tool}),
            json!({"kind": 5}),
        ),
        (
            "a number as kind before",
            json!({"kind": 5, "rawInput": tool}),
            json!({"kind": "execute"}),
        ),
        (
            "a list as title",
            json!({"kind": "execute", "rawInput": tool}),
            json!({"title": ["`rm x`"]}),
        ),
        (
            "a text as input",
            json!({"kind": "execute", "rawInput": "rm x"}),
            json!({"rawInput": tool}),
        ),
        (
            "another tool",
            json!({"kind": "execute", "name": "a", "rawInput": tool}),
            json!({"name": "b"}),
        ),
        (
            "a key that is not known",
            json!({"kind": "execute", "shell": "odd", "rawInput": tool}),
            json!({}),
        ),
        (
            "files left out",
            json!({"kind": "edit", "locations": [{"path": "/nowhere/shut/x"}]}),
            json!({"locations": [{"path": "/nowhere/open/x"}], "content": [{"type": "diff", "path": "/nowhere/open/x"}]}),
        ),
    ]
}

#[test]
fn nothing_that_was_told_of_a_call_is_taken_back_by_its_question() {
    let agreeing = agreeing().into_iter().map(|row| (row, Some("yes")));
    let differing = differing().into_iter().map(|row| (row, None));
    for ((name, mut told, mut asked), wanted) in agreeing.chain(differing) {
        let mut ground = opened();
        told["toolCallId"] = json!("c");
        asked["toolCallId"] = json!("c");
        drop(ground.agent_says(&update("tool_call", &told)));
        let answer = ground.agent_says(&request(&asked).to_string());
        assert_eq!(chosen(answer).as_deref(), wanted, "{name}");
    }
}

#[test]
fn a_command_of_the_second_version_is_that_of_its_call() {
    for (input, wanted) in [
        (json!({"command": "tool x"}), Some("yes")),
        (
            json!({"command": "tool x", "cwd": "/nowhere", "timeout": 1}),
            Some("yes"),
        ),
        (json!({"command": "rm x"}), None),
        (json!({"command": "tool x", "cwd": "/a"}), None),
        (json!({"command": "tool x", "env": {"A": "b"}}), None),
    ] {
        let mut ground = opened();
        let told = json!({"toolCallId": "c", "kind": "execute", "rawInput": input});
        drop(ground.agent_says(&update("tool_call", &told)));
        let subject = json!({"type": "command", "command": "tool x", "cwd": "/nowhere", "toolCallId": "c"});
        let params = json!({"sessionId": "s", "title": "May it?", "subject": subject, "options": options()});
        let ask =
            json!({"jsonrpc": "2.0", "id": 7, "method": "session/request_permission", "params": params});
        let answer = ground.agent_says(&ask.to_string());
        assert_eq!(chosen(answer).as_deref(), wanted, "{input}");
    }
}
