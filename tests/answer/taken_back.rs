//! What the client takes back, and what it cannot: prompts, and where the shell of a session may be.

use std::sync::{Arc, Mutex};

use answer::{Asked, ClientSide, Judge, Opinion, Protocol, between};
use serde_json::{Value, json};

use crate::acp::{chosen, here, opened, run, update};
use crate::ground::{Ground, Heard};

#[test]
fn a_prompt_that_was_taken_back_is_answered_by_the_client() {
    let mut ground = opened();
    let ask = run(&json!("tool x")).to_string();
    ground.client_says(&json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": "s"}}));
    assert_eq!(ground.agent_says(&ask), None);
    ground.client_says(&json!({"jsonrpc": "2.0", "id": 9, "method": "session/prompt", "params": {"sessionId": "s", "prompt": []}}));
    assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), Some("yes"));
}

/// Says yes, and takes its time: the client says something meanwhile.
struct Slow(Arc<Mutex<Option<ClientSide>>>, String);

impl Judge for Slow {
    fn judge(&mut self, _asked: &Asked) -> Opinion {
        if let Some(client) = &mut *self.0.lock().unwrap() {
            client.says(self.1.as_bytes());
        }
        Opinion::Yes
    }
}

#[test]
fn what_is_taken_back_while_it_is_judged_is_answered_by_the_client() {
    let cancel = r#"{"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s"}}"#;
    let prompt =
        r#"{"jsonrpc":"2.0","id":9,"method":"session/prompt","params":{"sessionId":"s","prompt":[]}}"#;
    for (name, said, is_answered) in [
        ("nothing", String::new(), true),
        ("another prompt", format!("{prompt}\n"), true),
        ("a cancel", format!("{cancel}\n"), false),
        ("a cancel and a prompt", format!("{cancel}\n{prompt}\n"), false),
        ("half a cancel", cancel.to_owned(), true),
        ("no message", "cancel\n".to_owned(), false),
    ] {
        let talks = Arc::new(Mutex::new(None));
        let judge = Slow(Arc::clone(&talks), said);
        let (mut agent, mut client) = between(Protocol::Acp, Box::new(judge));
        let open = json!({"jsonrpc": "2.0", "id": 3, "method": "session/new", "params": {"cwd": "/nowhere"}});
        client.says(format!("{open}\n").as_bytes());
        let mut heard = Heard::default();
        let opened = json!({"jsonrpc": "2.0", "id": 3, "result": {"sessionId": "s"}});
        agent.says(format!("{opened}\n").as_bytes(), &mut heard);
        *talks.lock().unwrap() = Some(client);
        heard.client.clear();
        let ask = format!("{}\n", run(&json!("tool x")));
        agent.says(ask.as_bytes(), &mut heard);
        assert_eq!(heard.answers.len(), usize::from(is_answered), "{name}");
        let passed = if is_answered { "" } else { &ask };
        assert_eq!(String::from_utf8_lossy(&heard.client), passed, "{name}");
    }
}

#[test]
fn whatever_takes_a_session_back_counts_also_before_it_is_open() {
    let say = |verb: &str| json!({"jsonrpc": "2.0", "id": 8, "method": format!("session/{verb}"), "params": {"sessionId": "s"}});
    for (name, said, said_before, wanted) in [
        ("a close", &["close"][..], &[][..], None),
        ("a deletion", &["delete"], &[], None),
        ("a close and a prompt", &["close", "prompt"], &[], Some("yes")),
        ("a list", &["list"], &[], Some("yes")),
        ("a cancel before", &[], &["cancel"], None),
        ("a prompt and a cancel before", &[], &["prompt", "cancel"], None),
        (
            "both the other way round",
            &[],
            &["cancel", "prompt"],
            Some("yes"),
        ),
        (
            "a cancel before and a prompt",
            &["prompt"],
            &["cancel"],
            Some("yes"),
        ),
    ] {
        let mut ground = Ground::new(Protocol::Acp);
        let params = json!({"sessionId": "s", "cwd": ground.work()});
        ground.client_says(&json!({"jsonrpc": "2.0", "id": 3, "method": "session/load", "params": params}));
        for verb in said_before {
            ground.client_says(&say(verb));
        }
        assert_eq!(ground.agent_says(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#), None);
        for verb in said {
            ground.client_says(&say(verb));
        }
        let answer = ground.agent_says(&run(&json!("tool x")).to_string());
        assert_eq!(chosen(answer).as_deref(), wanted, "{name}");
    }
}

#[test]
fn what_the_client_says_and_is_not_understood_may_take_a_prompt_back() {
    let cancel = r#"{"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s"}}"#;
    let other = r#"{"jsonrpc":"2.0","id":5,"method":"session/list","params":{}}"#;
    let long = cancel.replace(
        "\"s\"",
        &format!("\"s\",\"_meta\":\"{}\"", "x".repeat(2 * 1024 * 1024)),
    );
    let longer = cancel.replace(
        "\"s\"",
        &format!("\"s\",\"_meta\":\"{}\"", "x".repeat(answer::LONGEST_LINE)),
    );
    for (name, said, wanted) in [
        ("nothing", String::new(), Some("yes")),
        ("another request", other.to_owned(), Some("yes")),
        (
            "a session twice",
            cancel.replace("\"s\"", "\"s\",\"sessionId\":\"t\""),
            None,
        ),
        (
            "a method twice",
            cancel.replace("\"params\"", "\"method\":\"x\",\"params\""),
            None,
        ),
        ("by an escape", cancel.replace("cancel", "\\u0063ancel"), None),
        ("in a batch", format!("[{cancel}]"), None),
        ("with much beside it", long, None),
        ("with too much beside it", longer, None),
        ("no session", cancel.replace("\"s\"", "7"), None),
        ("no parameters", cancel.replace("\"params\"", "\"x\""), None),
        ("no message", "cancel".to_owned(), None),
    ] {
        let mut ground = opened();
        let ask = run(&json!("tool x")).to_string();
        ground.client_writes(&format!("{said}\n"));
        assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), wanted, "{name}");
        let prompt = json!({"sessionId": "s", "prompt": []});
        ground.client_says(&json!({"jsonrpc": "2.0", "id": 9, "method": "session/prompt", "params": prompt}));
        assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), Some("yes"), "{name}");
    }
}

#[test]
fn a_prompt_whose_request_was_taken_back_is_answered_by_the_client() {
    let cancel =
        |id: &Value| json!({"jsonrpc": "2.0", "method": "$/cancel_request", "params": {"requestId": id}});
    for (name, id, wanted) in [
        ("the prompt of this session", json!(9), None),
        ("the prompt of another one", json!("other"), Some("yes")),
        ("a request that is not known", json!("9"), None),
        ("no id", json!(null), None),
        ("an id that is none", json!([9]), None),
    ] {
        let mut ground = opened();
        let ask = run(&json!("tool x")).to_string();
        let prompt = |id: &Value, session: &str| {
            let params = json!({"sessionId": session, "prompt": []});
            json!({"jsonrpc": "2.0", "id": id, "method": "session/prompt", "params": params})
        };
        ground.client_says(&prompt(&json!(9), "s"));
        ground.client_says(&prompt(&json!("other"), "t"));
        ground.client_says(&cancel(&id));
        assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), wanted, "{name}");
        ground.client_says(&prompt(&json!(10), "s"));
        assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), Some("yes"), "{name}");
    }
}

#[test]
fn a_session_that_is_opened_again_keeps_what_is_known_of_it() {
    for (name, verb, told, is_cancelled, wanted) in [
        ("gone on with", "resume", "ls", false, Some("yes")),
        ("loaded", "load", "ls", false, Some("yes")),
        ("gone on with elsewhere", "resume", "cd /nowhere", false, None),
        ("loaded elsewhere", "load", "cd /nowhere", false, None),
        ("a copy", "fork", "ls", false, Some("yes")),
        ("a copy elsewhere", "fork", "cd /nowhere", false, None),
        ("gone on with after a cancel", "resume", "ls", true, None),
    ] {
        let mut ground = opened();
        let rules = std::fs::read_to_string(ground.rules()).unwrap();
        let further = format!(
            "path_rule(paths = [\"{}/**\"], access = [\"write\"], decision = \"allow\")\n",
            ground.work()
        );
        std::fs::write(ground.rules(), rules + &further).unwrap();
        let call = json!({"toolCallId": "d", "kind": "execute", "rawInput": {"command": told}});
        drop(ground.agent_says(&update("tool_call", &call)));
        if is_cancelled {
            ground.client_says(
                &json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": "s"}}),
            );
        }
        let params = json!({"sessionId": "s", "cwd": ground.work()});
        ground.client_says(
            &json!({"jsonrpc": "2.0", "id": 5, "method": format!("session/{verb}"), "params": params}),
        );
        let session = if verb == "fork" { "f" } else { "s" };
        let opened = json!({"jsonrpc": "2.0", "id": 5, "result": {"sessionId": session}});
        drop(ground.agent_says(&opened.to_string()));
        let mut ask = run(&json!("tool > x"));
        ask["params"]["sessionId"] = json!(session);
        let answer = ground.agent_says(&ask.to_string());
        assert_eq!(chosen(answer).as_deref(), wanted, "{name}");
    }
}

#[test]
fn a_shell_is_led_elsewhere_however_the_command_is_told() {
    for (name, input, wanted) in [
        ("words", json!({"command": ["cd", "/nowhere"]}), None),
        (
            "words of a shell",
            json!({"command": ["bash", "-lc", "cd /nowhere; ls"]}),
            None,
        ),
        ("another key", json!({"cmd": "cd /nowhere"}), None),
        (
            "words in another key",
            json!({"argv": ["pushd", "/nowhere"]}),
            None,
        ),
        ("a script", json!({"script": "cd /nowhere"}), None),
        ("two keys", json!({"command": "ls", "cmd": "cd /nowhere"}), None),
        (
            "two keys the other way round",
            json!({"cmd": "ls", "code": "cd /nowhere"}),
            None,
        ),
        (
            "something else",
            json!({"command": {"line": "cd /nowhere"}}),
            None,
        ),
        ("words that are none", json!({"command": ["cd", 7]}), None),
        ("a key that is not known", json!({"line": "cd /nowhere"}), None),
        ("nothing", json!({"cmd": null}), None),
        ("words that stay", json!({"command": ["ls", "-la"]}), Some("yes")),
        ("another key that stays", json!({"cmd": "ls -la"}), Some("yes")),
    ] {
        let call = json!({"toolCallId": "d", "kind": "execute", "status": "completed", "rawInput": input});
        let said = [update("tool_call", &call)];
        assert_eq!(here(&said, "tool > x").as_deref(), wanted, "{name}");
    }
}
