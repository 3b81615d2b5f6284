//! What the client takes back, and what it cannot: prompts, and where the shell of a session may be.

use serde_json::json;

use crate::acp::{chosen, opened, run, update};

#[test]
fn a_prompt_that_was_taken_back_is_answered_by_the_client() {
    let mut ground = opened();
    let ask = run(&json!("tool x")).to_string();
    ground.client_says(&json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": "s"}}));
    assert_eq!(ground.agent_says(&ask), None);
    ground.client_says(&json!({"jsonrpc": "2.0", "id": 9, "method": "session/prompt", "params": {"sessionId": "s", "prompt": []}}));
    assert_eq!(chosen(ground.agent_says(&ask)).as_deref(), Some("yes"));
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
