//! `execpolicy mcp` as clients of both revisions see it, the friendly ones and the others.

#[cfg(test)]
#[path = "mcp/arguments.rs"]
mod arguments;
#[cfg(test)]
#[path = "mcp/attacks.rs"]
mod attacks;
#[cfg(test)]
#[path = "mcp/peer.rs"]
mod peer;
#[cfg(test)]
#[path = "mcp/said.rs"]
mod said;
#[cfg(test)]
#[path = "mcp/wire.rs"]
mod wire;

use std::fs;
use std::time::{Duration, Instant};

use peer::{Peer, running, until, yes};
use said::{is_refused, text};
use serde_json::{Value, json};

const OLD: &str = "2025-06-18";

#[test]
fn tools_are_listed_with_strict_schemas() {
    let mut peer = Peer::greeted(OLD, &[]);
    peer.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }));
    let listed = peer.answer(&json!(2));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["check_command", "explain_command", "propose_rule", "run_command"]
    );
    for tool in tools {
        let looks = tool["name"] != "run_command";
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
        assert_eq!(tool["annotations"]["readOnlyHint"], looks);
        assert_eq!(tool["annotations"]["destructiveHint"], !looks);
    }
}

#[test]
fn a_command_is_checked_and_not_run() {
    let mut peer = Peer::greeted(OLD, &[]);
    for (command, decision) in [
        ("touch free", "allow"),
        ("touch asked", "prompt"),
        ("touch never", "forbidden"),
        ("touch free; touch never", "forbidden"),
    ] {
        let id = peer.call("check_command", &json!({ "command": command }));
        let answer = peer.answer(&id);
        assert_eq!(
            answer["result"]["structuredContent"]["decision"], decision,
            "{command}"
        );
        assert_eq!(answer["result"]["isError"], false);
    }
    let id = peer.call("explain_command", &json!({ "argv": ["touch", "asked"] }));
    assert!(text(&peer.answer(&id)).contains("the test asks"));
    let id = peer.call("propose_rule", &json!({ "command": "touch free" }));
    assert!(text(&peer.answer(&id)).contains("nobody is asked"));
    assert!(!peer.has("free"));
}

#[test]
fn what_is_allowed_runs_and_what_is_forbidden_does_not() {
    let mut peer = Peer::greeted(OLD, &[]);
    let id = peer.call("run_command", &json!({ "argv": ["touch", "free"] }));
    let answer = peer.answer(&id);
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    assert_eq!(answer["result"]["structuredContent"]["exitCode"], 0);
    assert!(peer.has("free"));
    let id = peer.call("run_command", &json!({ "command": "touch free never" }));
    peer.answer(&id);
    let id = peer.call("run_command", &json!({ "command": "touch never" }));
    let answer = peer.answer(&id);
    assert!(is_refused(&answer, "the test forbids"), "{answer}");
    let id = peer.call("run_command", &json!({ "command": "seq 3; false" }));
    let answer = peer.answer(&id);
    assert_eq!(answer["result"]["structuredContent"]["output"], "1\n2\n3\n");
    assert_eq!(answer["result"]["structuredContent"]["exitCode"], 1);
    assert_eq!(answer["result"]["isError"], true);
    let id = peer.call("run_command", &json!({ "command": "seq 1000000" }));
    let answer = peer.answer(&id);
    let result = &answer["result"]["structuredContent"];
    assert_eq!(result["output"].as_str().unwrap().len(), 256 * 1024);
    assert_eq!(result["outputDropped"], 6_888_896 - 256 * 1024);
}

#[test]
fn a_person_is_asked_in_the_old_way() {
    for (version, is_titled) in [(OLD, false), ("2025-11-25", true)] {
        let mut peer = Peer::greeted(version, &[]);
        let id = peer.call("run_command", &json!({ "command": "touch asked" }));
        let question = peer.question();
        let params = &question["params"];
        let message = params["message"].as_str().unwrap();
        for part in [
            "    touch asked\n",
            "the test asks",
            "test.codexpolicy:2",
            "Risk: low",
            "Confinement: none",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
        assert_eq!(params["_meta"]["codex_parsed_cmd"][0]["type"], "unknown");
        assert_eq!(params["_meta"]["execpolicy/question"]["command"], "touch asked");
        let decision = &params["requestedSchema"]["properties"]["decision"];
        assert_eq!(decision.get("oneOf").is_some(), is_titled, "{decision}");
        assert!(!peer.has("asked"));
        peer.reply(&question, &yes("allow_once"));
        let answer = peer.answer(&id);
        assert_eq!(
            answer["result"]["structuredContent"]["answer"], "once",
            "{answer}"
        );
        assert!(peer.has("asked"));
        // Once is once.
        peer.call("run_command", &json!({ "command": "touch asked" }));
        peer.question();
    }
}

#[test]
fn whatever_is_no_offered_yes_is_a_no() {
    let mut peer = Peer::greeted(OLD, &["--no-layers"]);
    for (said, why) in [
        (json!({ "action": "decline" }), "the person said no"),
        (json!({ "action": "cancel" }), "closed the question"),
        (yes("deny"), "the person said no"),
        (json!({ "action": "accept" }), "without one of the answers"),
        (
            json!({ "action": "accept", "content": { "decision": "yes" } }),
            "without one of the answers",
        ),
        (yes("allow_always"), "none of those that were offered"),
        (json!({}), "could not be read"),
        (json!({ "action": "sure" }), "could not be read"),
    ] {
        let id = peer.call("run_command", &json!({ "command": "touch asked" }));
        let question = peer.question();
        peer.reply(&question, &said);
        let answer = peer.answer(&id);
        assert!(is_refused(&answer, why), "{said}: {answer}");
    }
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    let error = json!({ "code": -32603, "message": "no window" });
    peer.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "error": error }));
    assert!(is_refused(&peer.answer(&id), "no window"));
    assert!(!peer.has("asked"));
}

#[test]
fn a_yes_for_the_session_holds_for_the_same_command() {
    let mut peer = Peer::greeted(OLD, &[]);
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    peer.reply(&question, &yes("allow_session"));
    assert_eq!(
        peer.answer(&id)["result"]["structuredContent"]["answer"],
        "session"
    );
    let id = peer.call("run_command", &json!({ "command": "touch  asked" }));
    assert_eq!(peer.answer(&id)["result"]["structuredContent"]["ran"], true);
    peer.call("run_command", &json!({ "command": "touch asked more" }));
    peer.question();
}

#[test]
fn a_yes_for_the_session_is_not_offered_where_the_words_do_not_say_what_runs() {
    let mut peer = Peer::greeted(OLD, &[]);
    for command in ["env PATH=/x ls", "LD_PRELOAD=./x make", "sh \"$X\""] {
        let id = peer.call("run_command", &json!({ "command": command }));
        let question = peer.question();
        let params = &question["params"];
        let message = params["message"].as_str().unwrap();
        assert!(message.contains("A yes is for this call alone: "), "{message}");
        let offered = params["requestedSchema"]["properties"]["decision"]["enum"].as_array();
        let offered = offered.unwrap();
        assert!(offered.contains(&json!("allow_once")), "{command}: {params}");
        assert!(!offered.contains(&json!("allow_session")), "{command}: {params}");
        peer.reply(&question, &yes("allow_session"));
        let answer = peer.answer(&id);
        assert!(
            is_refused(&answer, "none of those that were offered"),
            "{command}: {answer}"
        );
    }
}

#[test]
fn always_writes_the_rule() {
    let mut peer = Peer::greeted(OLD, &[]);
    let command = json!({ "command": "git push origin x" });
    let id = peer.call("run_command", &command);
    let question = peer.question();
    assert!(
        question["params"]["message"]
            .as_str()
            .unwrap()
            .contains("Always would add to")
    );
    peer.reply(&question, &yes("allow_always"));
    let answer = peer.answer(&id);
    assert_eq!(
        answer["result"]["structuredContent"]["answer"], "rule",
        "{answer}"
    );
    let rules = peer
        .place
        .path()
        .join("home/.config/execpolicy/approved.codexpolicy");
    assert!(fs::read_to_string(rules).unwrap().contains(r#"["git", "push"]"#));
    let id = peer.call("check_command", &command);
    assert_eq!(
        peer.answer(&id)["result"]["structuredContent"]["decision"],
        "allow"
    );
}

#[test]
fn nobody_who_cannot_ask_is_asked() {
    for capabilities in [json!({}), json!({ "elicitation": { "url": {} } })] {
        let mut peer = Peer::greeted_with("2025-11-25", &capabilities, &[]);
        let id = peer.call("run_command", &json!({ "command": "touch asked" }));
        assert!(is_refused(&peer.answer(&id), "has not declared"));
    }
    let mut peer = Peer::greeted(OLD, &["--approval", "never"]);
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let answer = peer.answer(&id);
    assert!(is_refused(&answer, ""), "{answer}");
    assert!(!peer.has("asked"));
}

#[test]
fn a_question_that_nobody_answers_is_withdrawn_and_a_no() {
    let mut peer = Peer::greeted(OLD, &["--patience", "1"]);
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    let withdrawn = peer.receive();
    assert_eq!(withdrawn["method"], "notifications/cancelled");
    assert_eq!(withdrawn["params"]["requestId"], question["id"]);
    assert!(is_refused(&peer.answer(&id), "nobody answered in time"));
    peer.reply(&question, &yes("allow_once"));
    assert!(peer.is_silent_for(Duration::from_millis(300)));
    assert!(!peer.has("asked"));
}

#[test]
fn a_cancelled_call_ends_what_it_runs_and_withdraws_what_it_asks() {
    let mut peer = Peer::greeted(OLD, &[]);
    let id = peer.call("run_command", &json!({ "command": "sleep 61.7" }));
    until("it runs", || running("sleep 61.7") > 0);
    let cancelled = |id: &Value| json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
    peer.send(&cancelled(&id));
    until("it has ended", || running("sleep 61.7") == 0);
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    peer.send(&cancelled(&id));
    assert_eq!(peer.receive()["params"]["requestId"], question["id"]);
    peer.reply(&question, &yes("allow_once"));
    let id = peer.call("check_command", &json!({ "command": "ls" }));
    assert_eq!(peer.answer(&id)["result"]["isError"], false);
    assert!(!peer.has("asked"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is time")]
fn the_end_of_input_is_the_end_of_everything() {
    let mut peer = Peer::greeted(OLD, &[]);
    peer.call("run_command", &json!({ "command": "sleep 62.7 & sleep 62.7" }));
    peer.call("run_command", &json!({ "command": "touch asked" }));
    peer.question();
    until("it runs", || running("sleep 62.7") > 0);
    let closed = Instant::now();
    assert_eq!(peer.close(), Some(0));
    assert!(closed.elapsed() < Duration::from_secs(4), "nobody is waited for");
    assert_eq!(running("sleep 62.7"), 0);
    assert!(!peer.has("asked"));
}

#[test]
fn many_calls_are_answered_at_a_time_and_progress_is_told() {
    let mut peer = Peer::greeted(OLD, &[]);
    let id = json!("slow");
    let params = json!({
        "name": "run_command",
        "arguments": { "command": "seq 5; sleep 9" },
        "_meta": { "progressToken": "mine" },
    });
    peer.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }));
    let ids: Vec<Value> = (0..20)
        .map(|_| peer.call("run_command", &json!({ "command": "sleep 0.1; seq 1" })))
        .collect();
    let mut answered = 0;
    let mut told = Vec::new();
    loop {
        let message = peer.receive();
        if message["method"] == "notifications/progress" {
            assert_eq!(message["params"]["progressToken"], "mine");
            told.push(message["params"]["progress"].as_f64().unwrap());
        } else if message["id"] == id {
            break;
        } else {
            assert!(ids.contains(&message["id"]), "{message}");
            answered += 1;
        }
    }
    assert_eq!(answered, ids.len());
    assert!(
        !told.is_empty() && told.windows(2).all(|pair| pair[0] < pair[1]),
        "{told:?}"
    );
}

#[test]
fn a_command_that_takes_too_long_is_killed() {
    let mut peer = Peer::greeted(OLD, &[]);
    let id = peer.call(
        "run_command",
        &json!({ "command": "sleep 63.7", "timeoutMs": 200 }),
    );
    let answer = peer.answer(&id);
    assert_eq!(answer["result"]["structuredContent"]["exitCode"], 124, "{answer}");
    assert_eq!(running("sleep 63.7"), 0);
}

#[test]
fn a_person_is_asked_in_the_stateless_way() {
    let mut peer = Peer::start(&[]);
    let arguments = json!({ "command": "touch asked" });
    let asked = peer.ask("run_command", &arguments, &json!({}));
    let result = &asked["result"];
    assert_eq!(result["resultType"], "input_required", "{asked}");
    let question = &result["inputRequests"]["approve"];
    assert_eq!(question["method"], "elicitation/create");
    assert!(
        question["params"]["message"]
            .as_str()
            .unwrap()
            .contains("the test asks")
    );
    let state = result["requestState"].clone();
    let more = json!({ "requestState": state, "inputResponses": { "approve": yes("allow_once") } });
    let answer = peer.ask("run_command", &arguments, &more);
    assert_eq!(
        answer["result"]["structuredContent"]["answer"], "once",
        "{answer}"
    );
    assert_eq!(answer["result"]["resultType"], "complete");
    assert!(peer.has("asked"));
    for (said, why) in [
        (json!({ "action": "decline" }), "the person said no"),
        (json!({ "action": "cancel" }), "closed the question"),
        (json!({ "action": "accept" }), "without one of the answers"),
    ] {
        let state = peer.ask("run_command", &arguments, &json!({}))["result"]["requestState"].clone();
        let more = json!({ "requestState": state, "inputResponses": { "approve": said } });
        assert!(
            is_refused(&peer.ask("run_command", &arguments, &more), why),
            "{said}"
        );
    }
}

#[test]
fn a_server_that_is_told_to_end_leaves_nothing() {
    let mut peer = Peer::greeted(OLD, &[]);
    peer.call("run_command", &json!({ "command": "sleep 65.7" }));
    until("it runs", || running("sleep 65.7") > 0);
    peer.terminate();
    until("it has ended", || running("sleep 65.7") == 0);
}
