//! What a client might send that is no message, or not the one that is expected.

use std::time::Duration;

use serde_json::{Value, json};

use super::peer::{Peer, running, until, yes};
use super::{OLD, is_refused, text};

/// The version that a client without a greeting speaks, in the `_meta` of its requests.
const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

fn is_fine(peer: &mut Peer) {
    let id = peer.call("check_command", &json!({ "command": "ls" }));
    assert!(text(&peer.answer(&id)).starts_with("allow"));
}

/// That each of these lines is answered by an error with this id and code, which says this.
fn are_wrong<'a>(peer: &mut Peer, lines: impl IntoIterator<Item = (Vec<u8>, Value, i32, &'a str)>) {
    for (line, id, code, why) in lines {
        peer.send_raw(&[&line, &b"\n"[..]].concat());
        let answer = peer.receive();
        let shown: String = String::from_utf8_lossy(&line).chars().take(90).collect();
        assert_eq!(answer["error"]["code"], code, "{shown}: {answer}");
        assert_eq!(answer.get("id"), Some(&id), "{shown}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(why), "{shown}: {message}");
        assert!(message.len() < 2000, "{shown}");
    }
    is_fine(peer);
    assert!(!peer.has("free"));
}

#[test]
fn what_is_no_json_is_answered_and_ends_nothing() {
    let mut peer = Peer::greeted(OLD, &[]);
    let half = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_command","arguments":{"command":"touch free \ud800"}}}"#;
    let lines = [
        (b"garbage".to_vec(), -32700, "no JSON"),
        (b"{".to_vec(), -32700, "no JSON"),
        (b"\xff\xfe".to_vec(), -32700, "no JSON"),
        ("[".repeat(100_000).into_bytes(), -32700, "no JSON"),
        (half.to_vec(), -32700, "no JSON"),
        (
            "\"".repeat(5 * 1024 * 1024).into_bytes(),
            -32600,
            "longer than 4194304 bytes",
        ),
        (b"[]".to_vec(), -32600, "one a line"),
        (b"7".to_vec(), -32600, "is an object"),
        (b"{}".to_vec(), -32600, "jsonrpc"),
    ];
    are_wrong(
        &mut peer,
        lines.map(|(line, code, why)| (line, Value::Null, code, why)),
    );
}

#[test]
fn what_is_no_request_keeps_its_id() {
    let mut peer = Peer::greeted(OLD, &[]);
    let lines = [
        (r#"{"id":5,"method":"ping"}"#, json!(5), -32600, "jsonrpc"),
        (
            r#"{"jsonrpc":"1.0","id":5,"method":"ping"}"#,
            json!(5),
            -32600,
            "jsonrpc",
        ),
        (r#"{"jsonrpc":"2.0","id":"a"}"#, json!("a"), -32600, "method"),
        (
            r#"{"jsonrpc":"2.0","id":5,"method":7}"#,
            json!(5),
            -32600,
            "method",
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            json!(null),
            -32600,
            "`id`",
        ),
        (
            r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
            json!(null),
            -32600,
            "`id`",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            json!(1.5),
            -32600,
            "`id`",
        ),
        (
            r#"{"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"}"#,
            json!(u64::MAX),
            -32600,
            "`id`",
        ),
        (
            r#"{"jsonrpc":"2.0","id":5,"method":"ping","result":{}}"#,
            json!(5),
            -32600,
            "and an answer",
        ),
        (
            r#"{"jsonrpc":"2.0","id":5,"method":"ping","params":[]}"#,
            json!(5),
            -32602,
            "no object",
        ),
        (
            r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"run_command","arguments":{"command":"touch never","command":"touch free"}}}"#,
            json!(5),
            -32600,
            "`command` stands there twice",
        ),
        (
            r#"{"jsonrpc":"2.0","id":5,"id":6,"method":"ping"}"#,
            json!(null),
            -32600,
            "`id` stands there twice",
        ),
        (
            r#"{"jsonrpc":"2.0","id":5,"method":"no/such"}"#,
            json!(5),
            -32601,
            "no/such",
        ),
    ];
    are_wrong(
        &mut peer,
        lines.map(|(line, id, code, why)| (line.as_bytes().to_vec(), id, code, why)),
    );
}

#[test]
fn wrong_params_are_told_so() {
    let mut peer = Peer::greeted(OLD, &[]);
    let lines = [
        ("tools/call", "[]", "no object"),
        ("tools/list", "[]", "no object"),
        ("initialize", "{}", "missing field"),
        ("tools/call", "null", "no object"),
        ("tools/call", "{}", "missing field `name`"),
        ("tools/call", r#"{"name":7}"#, "expected a string"),
        (
            "tools/call",
            r#"{"name":"run_command","arguments":[]}"#,
            "expected a map",
        ),
        (
            "tools/call",
            r#"{"name":"run_command","arguments":{"command":"touch free"},"requestState":5}"#,
            "expected a string",
        ),
        (
            "tools/call",
            r#"{"name":"run_command","arguments":{"command":"touch free"},"inputResponses":[]}"#,
            "expected a map",
        ),
        (
            "tools/call",
            r#"{"name":"run_command","arguments":{"command":"touch free"},"_meta":5}"#,
            "`_meta`",
        ),
    ];
    let line = |method: &str, params: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":"mine","method":"{method}","params":{params}}}"#).into_bytes()
    };
    are_wrong(
        &mut peer,
        lines.map(|(method, params, why)| (line(method, params), json!("mine"), -32602, why)),
    );
    let none = br#"{"jsonrpc":"2.0","id":5,"method":"tools/call"}"#.to_vec();
    are_wrong(&mut peer, [(none, json!(5), -32602, "missing field `name`")]);
}

#[test]
fn what_wants_no_answer_gets_none() {
    let mut peer = Peer::greeted(OLD, &[]);
    for line in [
        &b"\n\r\n \n"[..],
        b"{\"jsonrpc\":\"2.0\",\"method\":\"no/such\"}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"run_command\",\"arguments\":{\"command\":\"touch free\"}}}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"no JSON\"}}\n",
        b"{\"error\":5}\n",
    ] {
        peer.send_raw(line);
    }
    assert!(peer.is_silent_for(Duration::from_millis(300)));
    is_fine(&mut peer);
    assert!(!peer.has("free"));
}

#[test]
fn what_comes_before_the_greeting_ends_nothing() {
    for (line, code) in [
        (r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, None),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
            None,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, None),
        (
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#,
            None,
        ),
        ("garbage", Some(-32700)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, Some(-32602)),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_command","arguments":{"command":"touch free"}}}"#,
            Some(-32602),
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, Some(-32602)),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":5}}"#,
            Some(-32602),
        ),
    ] {
        let mut peer = Peer::start(&[]);
        peer.send_raw(format!("{line}\n").as_bytes());
        if let Some(code) = code {
            assert_eq!(peer.receive()["error"]["code"], code, "{line}");
        }
        let info = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": OLD, "capabilities": {}, "clientInfo": info });
        peer.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        let greeted = peer.answer(&json!(1));
        assert_eq!(greeted["result"]["protocolVersion"], OLD, "{line}: {greeted}");
        is_fine(&mut peer);
        assert!(!peer.has("free"));
        assert_eq!(peer.close(), Some(0), "{line}");
    }
    let mut peer = Peer::start(&[]);
    peer.send_raw(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    assert_eq!(peer.close(), Some(0));
}

#[test]
fn a_first_call_without_a_greeting_can_be_taken_back() {
    let mut peer = Peer::start(&[]);
    let line = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"run_command","arguments":{{"command":"sleep 66.7"}},{META}}}}}"#
    );
    peer.send_raw(format!("{line}\n").as_bytes());
    until("it runs", || running("sleep 66.7") > 0);
    peer.send(
        &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } }),
    );
    until("it has ended", || running("sleep 66.7") == 0);
}

#[test]
fn an_answer_has_exactly_the_id_of_the_question() {
    let mut peer = Peer::greeted(OLD, &["--patience", "2"]);
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    let number = question["id"].as_i64().unwrap();
    let near = [
        json!(number.to_string()),
        json!(format!("{number}.0")),
        json!(format!(" {number}")),
        json!([number]),
        json!({ "id": number }),
    ];
    for other in near {
        peer.send(&json!({ "jsonrpc": "2.0", "id": other, "result": yes("allow_once") }));
    }
    assert!(is_refused(&peer.answer(&id), "nobody answered in time"));
    // And of two answers, the first counts.
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    peer.reply(&question, &yes("deny"));
    peer.reply(&question, &yes("allow_once"));
    assert!(is_refused(&peer.answer(&id), "said no"));
    assert!(!peer.has("asked"));
}

#[test]
fn an_answer_that_is_none_is_a_no_at_once() {
    let mut peer = Peer::greeted(OLD, &["--patience", "60"]);
    for (rest, why) in [
        (r#""result":null"#, "could not be read"),
        (r#""result":"accept""#, "could not be read"),
        (r#""result":[]"#, "could not be read"),
        (
            r#""result":{"action":"accept","content":{"decision":"allow_once"}},"error":null"#,
            "could not be read",
        ),
        (
            r#""result":{"action":"accept","content":{"decision":"deny","decision":"allow_once"}}"#,
            "could not be read",
        ),
        (
            r#""result":{"action":"decline"},"result":{"action":"accept","content":{"decision":"allow_once"}}"#,
            "could not be read",
        ),
        (
            r#""result":{"action":"decline","\u0061ction":"accept","content":{"decision":"allow_once"}}"#,
            "could not be read",
        ),
        (r#""error":5"#, "could not be read"),
        (r#""error":{"code":"x"}"#, "could not be read"),
        (r#""error":{"code":-1,"message":"no window"}"#, "no window"),
    ] {
        let id = peer.call("run_command", &json!({ "command": "touch asked" }));
        let question = peer.question();
        peer.send_raw(format!("{{\"jsonrpc\":\"2.0\",\"id\":{},{rest}}}\n", question["id"]).as_bytes());
        let answer = peer.answer(&id);
        assert!(is_refused(&answer, why), "{rest}: {answer}");
    }
    assert!(!peer.has("asked"));
}

#[test]
fn an_id_is_that_of_one_request_at_a_time() {
    let mut peer = Peer::greeted(OLD, &[]);
    let call = |id: Value, command: &str| {
        let params = json!({ "name": "run_command", "arguments": { "command": command } });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
    };
    peer.send(&call(json!(7), "sleep 0.5; seq 1"));
    peer.send(&call(json!(7), "touch free"));
    peer.send(&call(json!("7"), "seq 2"));
    let mut answers: Vec<Value> = (0..3).map(|_| peer.receive()).collect();
    let refused = answers
        .iter()
        .position(|answer| answer["error"]["code"] == -32600);
    assert_eq!(answers.remove(refused.unwrap())["id"], 7);
    answers.sort_by_key(|answer| answer["id"].is_string());
    for (answer, output) in answers.iter().zip(["1\n", "1\n2\n"]) {
        assert_eq!(
            answer["result"]["structuredContent"]["output"], output,
            "{answer}"
        );
    }
    assert!(!peer.has("free"));
    // It is free again afterwards, and not while what was taken back has not ended.
    peer.send(&call(json!(7), "seq 3"));
    assert_eq!(peer.answer(&json!(7))["result"]["isError"], false);
    let cancelled =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    let lines = [call(json!(7), "sleep 67.7"), cancelled, call(json!(7), "seq 4")];
    peer.send_raw(lines.map(|line| format!("{line}\n")).concat().as_bytes());
    let answer = peer.answer(&json!(7));
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    until("it has ended", || running("sleep 67.7") == 0);
    is_fine(&mut peer);
}

#[test]
fn a_flood_of_garbage_is_answered_line_by_line() {
    let mut peer = Peer::greeted(OLD, &[]);
    let lines = "garbage\n".repeat(20_000);
    peer.send_raw(lines.as_bytes());
    for _ in 0..20_000 {
        assert_eq!(peer.receive()["error"]["code"], -32700);
    }
    is_fine(&mut peer);
}
