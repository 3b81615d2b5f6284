//! Prompts that the client takes back.

use serde_json::json;

use crate::acp::{chosen, opened, run};

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
