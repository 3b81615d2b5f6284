//! Questions of the Agent Client Protocol: which of them policy answers, and how.

use answer::Protocol;
use serde_json::{Value, json};

use crate::ground::Ground;

/// A session that the client has opened in the work tree.
pub(crate) fn opened() -> Ground {
    let mut ground = Ground::new(Protocol::Acp);
    open(&mut ground);
    ground
}

pub(crate) fn open(ground: &mut Ground) {
    let params = json!({"cwd": ground.work(), "mcpServers": []});
    ground.client_says(&json!({"jsonrpc": "2.0", "id": 3, "method": "session/new", "params": params}));
    let opened = json!({"jsonrpc": "2.0", "id": 3, "result": {"sessionId": "s"}});
    assert_eq!(ground.agent_says(&opened.to_string()), None);
}

pub(crate) fn options() -> Value {
    json!([
        {"optionId": "always", "name": "Always", "kind": "allow_always"},
        {"optionId": "yes", "name": "Allow", "kind": "allow_once"},
        {"optionId": "no", "name": "Reject", "kind": "reject_once"},
        {"optionId": "never", "name": "Never", "kind": "reject_always"},
    ])
}

pub(crate) fn request(call: &Value) -> Value {
    let params = json!({"sessionId": "s", "toolCall": call, "options": options()});
    json!({"jsonrpc": "2.0", "id": 7, "method": "session/request_permission", "params": params})
}

pub(crate) fn run(command: &Value) -> Value {
    request(&json!({"toolCallId": "c", "kind": "execute", "rawInput": {"command": command}}))
}

/// What was chosen, where something was.
pub(crate) fn chosen(answer: Option<Value>) -> Option<String> {
    let answer = answer?;
    assert_eq!(answer["jsonrpc"], "2.0");
    assert_eq!(answer["result"]["outcome"]["outcome"], "selected");
    Some(
        answer["result"]["outcome"]["optionId"]
            .as_str()
            .unwrap()
            .to_owned(),
    )
}

#[test]
fn what_policy_decides_is_answered_and_the_rest_passes() {
    let mut ground = opened();
    for (command, wanted) in [
        (json!("tool x"), Some("yes")),
        (json!(["tool", "x"]), Some("yes")),
        (json!(["bash", "-lc", "tool x | tool y"]), Some("yes")),
        (json!("rm -rf /"), Some("no")),
        (json!("tool && rm x"), Some("no")),
        (json!("other"), None),
        (json!("leaning"), None),
        (json!("tool \"$("), None),
        (json!("tool > x"), None),
        (json!(""), None),
        (json!(" "), None),
        (json!([]), None),
        (json!(["tool", 1]), None),
        (json!(["tool", "x\0y"]), None),
        (json!(7), None),
        (json!({"command": "tool"}), None),
    ] {
        let mut request = run(&command);
        // Of another call each time.
        request["params"]["toolCall"]["toolCallId"] = json!(command.to_string());
        let answer = ground.agent_says(&request.to_string());
        assert_eq!(chosen(answer).as_deref(), wanted, "{command}");
    }
    let refused = ground.agent_says(&run(&json!("rm x")).to_string()).unwrap();
    let reason = refused["result"]["_meta"]["execpolicy"]["reason"]
        .as_str()
        .unwrap();
    assert!(reason.contains("nothing is removed here"), "{reason}");
    let logged = ground.logged();
    assert!(logged.iter().all(|entry| entry["asker"]["verb"] == "answer"));
    assert!(
        logged
            .iter()
            .all(|entry| entry["asker"]["agent"] == "acp" && entry["asker"]["session"] == "s")
    );
    let decisions = |decision: &str| {
        logged
            .iter()
            .filter(|entry| entry["decision"] == decision)
            .count()
    };
    assert_eq!((decisions("allow"), decisions("forbidden")), (4, 3), "{logged:?}");
}

pub(crate) fn update(kind: &str, call: &Value) -> String {
    let mut update = call.clone();
    update["sessionUpdate"] = json!(kind);
    let params = json!({"sessionId": "s", "update": update});
    json!({"jsonrpc": "2.0", "method": "session/update", "params": params}).to_string()
}

#[test]
fn what_was_said_of_a_call_before_counts_and_two_words_on_it_pass() {
    let told = json!({"toolCallId": "c", "title": "x", "kind": "execute", "rawInput": {"command": "tool x"}});
    let empty = json!({"toolCallId": "c", "title": "x", "kind": "execute", "rawInput": {}});
    let harmful = json!({"toolCallId": "c", "rawInput": {"command": "rm x"}});
    let short = request(&json!({"toolCallId": "c"})).to_string();
    let whole = run(&json!("tool x")).to_string();
    let strange = format!(
        "{{\"method\":\"session/update\",{}",
        "\"params\":{\"x\":1,\"x\":2}}"
    );
    for (name, said, line, wanted) in [
        (
            "told before",
            vec![update("tool_call", &told)],
            &short,
            Some("yes"),
        ),
        (
            "told later",
            vec![update("tool_call", &empty), update("tool_call_update", &told)],
            &short,
            Some("yes"),
        ),
        ("not told", vec![update("tool_call", &empty)], &short, None),
        ("never heard of", vec![], &short, None),
        (
            "completed by the question",
            vec![update("tool_call", &empty)],
            &whole,
            Some("yes"),
        ),
        (
            "changed before",
            vec![update("tool_call", &told), update("tool_call_update", &harmful)],
            &short,
            None,
        ),
        (
            "told otherwise",
            vec![update("tool_call", &harmful)],
            &whole,
            None,
        ),
        (
            "told of another",
            vec![update("tool_call", &told).replace("\"c\"", "\"d\"")],
            &short,
            None,
        ),
        (
            "of another session",
            vec![update("tool_call", &told).replace("\"s\"", "\"t\"")],
            &short,
            None,
        ),
        (
            "something unread between",
            vec![update("tool_call", &told), strange],
            &short,
            None,
        ),
        (
            "a log between",
            vec![update("tool_call", &told), "debug: {\"x\"".to_owned()],
            &short,
            Some("yes"),
        ),
        (
            "a stream between",
            vec![
                update("tool_call", &told),
                update("agent_message_chunk", &json!({})),
            ],
            &short,
            Some("yes"),
        ),
        (
            "asked otherwise before",
            vec![run(&json!("rm y")).to_string()],
            &whole,
            None,
        ),
    ] {
        let mut ground = opened();
        for line in said {
            drop(ground.agent_says(&line));
        }
        let answer = ground.agent_says(line);
        assert_eq!(chosen(answer).as_deref(), wanted, "{name}");
    }
}

#[test]
fn sessions_are_those_that_the_client_opened() {
    let ask = run(&json!("tool x")).to_string();
    let load = |work: &str, method: &str| json!({"jsonrpc": "2.0", "id": "l", "method": method, "params": {"cwd": work, "mcpServers": [], "sessionId": "s"}});
    for method in ["session/load", "session/resume"] {
        let mut ground = Ground::new(Protocol::Acp);
        let message = load(&ground.work(), method);
        ground.client_says(&message);
        assert_eq!(ground.agent_says(&ask), None, "not answered yet");
        assert_eq!(
            ground.agent_says(r#"{"jsonrpc":"2.0","id":"l","result":{}}"#),
            None
        );
        assert_eq!(
            chosen(ground.agent_says(&ask)).as_deref(),
            Some("yes"),
            "{method}"
        );
        let mut refused = Ground::new(Protocol::Acp);
        refused.client_says(&message);
        assert_eq!(
            refused.agent_says(r#"{"jsonrpc":"2.0","id":"l","error":{"code":1,"message":"x"}}"#),
            None
        );
        assert_eq!(refused.agent_says(&ask), None, "{method}");
    }
    let mut relative = Ground::new(Protocol::Acp);
    relative.client_says(&load("work", "session/load"));
    assert_eq!(
        relative.agent_says(r#"{"jsonrpc":"2.0","id":"l","result":{}}"#),
        None
    );
    assert_eq!(relative.agent_says(&ask), None);
    // A session that only the agent speaks of.
    let mut own = Ground::new(Protocol::Acp);
    assert_eq!(
        own.agent_says(r#"{"jsonrpc":"2.0","id":3,"result":{"sessionId":"s"}}"#),
        None
    );
    assert_eq!(own.agent_says(&ask), None);
}

#[test]
fn what_goes_the_other_way_is_no_question_and_no_answer() {
    let mut ground = opened();
    let ask = run(&json!("tool x"));
    // A client that asks the agent: all that it says goes on, and nobody answers.
    ground.client_says(&ask);
    // An agent that answers itself: the client has to make something of it.
    let own =
        json!({"jsonrpc": "2.0", "id": 7, "result": {"outcome": {"outcome": "selected", "optionId": "yes"}}});
    assert_eq!(ground.agent_says(&own.to_string()), None);
    assert_eq!(
        chosen(ground.agent_says(&ask.to_string())).as_deref(),
        Some("yes")
    );
    // A client that answers what it was never asked.
    ground.client_says(&own);
    assert_eq!(
        chosen(ground.agent_says(&ask.to_string())).as_deref(),
        Some("yes")
    );
}

#[test]
fn the_second_version_asks_about_a_call_or_a_command() {
    let ask = |subject: Value| {
        let params = json!({"sessionId": "s", "title": "May it?", "subject": subject, "options": options()});
        json!({"jsonrpc": "2.0", "id": 7, "method": "session/request_permission", "params": params})
            .to_string()
    };
    let call = json!({"toolCallId": "c", "kind": "execute", "rawInput": {"command": "tool x"}});
    for (subject, wanted) in [
        (json!({"type": "tool_call", "toolCall": call}), Some("yes")),
        (
            json!({"type": "command", "command": "tool x", "cwd": "/nowhere"}),
            Some("yes"),
        ),
        (
            json!({"type": "command", "command": "rm x", "cwd": "/nowhere", "terminalId": "t"}),
            Some("no"),
        ),
        (json!({"type": "command", "command": "tool x"}), None),
        (json!({"type": "command", "command": "tool x", "cwd": "x"}), None),
        (
            json!({"type": "command", "command": "tool x", "cwd": "/nowhere", "env": []}),
            None,
        ),
        (
            json!({"type": "_other", "command": "tool x", "cwd": "/nowhere"}),
            None,
        ),
        (json!(null), None),
    ] {
        let answer = opened().agent_says(&ask(subject.clone()));
        assert_eq!(chosen(answer).as_deref(), wanted, "{subject}");
    }
}

/// Asks for a writing below the session's directory, after something was said.
pub(crate) fn here(said: &[String], command: &str) -> Option<String> {
    let mut ground = opened();
    let rules = format!(
        "{}\npath_rule(paths = [\"{}/**\"], access = [\"write\"], decision = \"allow\")\n",
        std::fs::read_to_string(ground.rules()).unwrap(),
        ground.work()
    );
    std::fs::write(ground.rules(), rules).unwrap();
    for line in said {
        drop(ground.agent_says(line));
    }
    chosen(ground.agent_says(&run(&json!(command)).to_string()))
}

#[test]
fn a_command_starts_in_the_sessions_directory_until_the_shell_may_be_elsewhere() {
    let call = |command: &str, status: &str| {
        let input = json!({"command": command});
        update(
            "tool_call",
            &json!({"toolCallId": "d", "kind": "execute", "status": status, "rawInput": input}),
        )
    };
    let silent = |kind: &str, status: &str| {
        update(
            "tool_call",
            &json!({"toolCallId": "d", "kind": kind, "status": status}),
        )
    };
    let mut asked = run(&json!("cd /nowhere"));
    asked["params"]["toolCall"]["toolCallId"] = json!("d");
    for (name, said, wanted) in [
        ("nothing before", vec![], Some("yes")),
        (
            "a command that stays",
            vec![call("ls -la", "completed")],
            Some("yes"),
        ),
        (
            "a file that was read",
            vec![silent("read", "completed")],
            Some("yes"),
        ),
        (
            "a command that is not told yet",
            vec![silent("execute", "pending")],
            Some("yes"),
        ),
        (
            "a command that was not told",
            vec![silent("execute", "completed")],
            None,
        ),
        (
            "another directory",
            vec![call("cd /nowhere", "in_progress")],
            None,
        ),
        (
            "another directory that was asked for",
            vec![asked.to_string()],
            None,
        ),
        (
            "a name that is made up",
            vec![call("c''d /nowhere", "completed")],
            None,
        ),
        ("something that is not read", vec!["{\"a\":".to_owned()], None),
    ] {
        assert_eq!(here(&said, "tool > x").as_deref(), wanted, "{name}");
    }
    assert_eq!(here(&[], "tool > ../x"), None);
    assert_eq!(here(&[], "cd /nowhere && tool > x"), None);
}
