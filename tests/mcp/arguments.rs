//! What calls are given, and what is wrong with it.

use serde_json::json;

use super::peer::Peer;
use super::{OLD, text};

#[test]
fn nobody_is_asked_about_a_command_that_cannot_be() {
    let mut peer = Peer::greeted(OLD, &[]);
    for tool in ["run_command", "check_command", "explain_command", "propose_rule"] {
        for command in ["touch asked\u{0}", "touch asked \u{0}x", "\u{0}"] {
            let id = peer.call(tool, &json!({ "command": command }));
            let answer = peer.receive();
            assert_eq!(answer["id"], id, "{tool}: {answer}");
            assert_eq!(answer["result"]["isError"], true, "{tool}: {answer}");
            assert!(text(&answer).contains("NUL byte"), "{tool}: {answer}");
        }
    }
}

#[test]
fn a_confinement_that_is_none_is_told_so_with_those_that_are() {
    let mut peer = Peer::greeted(OLD, &[]);
    for tool in ["check_command", "explain_command"] {
        for name in ["workspace_write", "", "None", "own", "\u{1b}[2J"] {
            let id = peer.call(tool, &json!({ "command": "touch x", "confinement": name }));
            let answer = peer.answer(&id);
            assert_eq!(answer["result"]["isError"], true, "{name}: {answer}");
            let told = text(&answer);
            for known in [
                "`none`",
                "`read-only`",
                "`workspace-write`",
                "`workspace-commit`",
                "`mine`",
            ] {
                assert!(told.contains(known), "{name}: {told}");
            }
            assert!(!told.contains('\u{1b}'), "{told:?}");
        }
        for name in ["none", "read-only", "workspace-write", "workspace-commit", "mine"] {
            let id = peer.call(tool, &json!({ "command": "touch x", "confinement": name }));
            let answer = peer.answer(&id);
            assert_eq!(answer["result"]["isError"], false, "{name}: {answer}");
        }
    }
}

#[test]
fn who_is_proposed_no_rule_is_told_what_to_do() {
    let mut peer = Peer::greeted(OLD, &[]);
    for (command, help) in [
        ("touch free", "no rule is needed"),
        ("touch never", "no rule is needed or none would help"),
        ("touch asked", "change that rule"),
        ("eval \"$X\"", "known before it runs"),
        ("make && npm test", "one part at a time"),
        ("bash script", "name a sub-command"),
    ] {
        let id = peer.call("propose_rule", &json!({ "command": command }));
        let answer = peer.answer(&id);
        let told = text(&answer);
        assert!(told.contains(help), "{command}: {told}");
        let why = answer["result"]["structuredContent"]["why"].as_str().unwrap();
        assert!(why.contains(help), "{command}: {why}");
    }
    let id = peer.call(
        "propose_rule",
        &json!({ "command": "make", "confinement": "none" }),
    );
    assert!(text(&peer.answer(&id)).contains("leave it out"));
}

#[test]
fn progress_counts_what_is_dropped_too() {
    let mut peer = Peer::greeted(OLD, &[]);
    let params = json!({
        "name": "run_command",
        "arguments": { "command": "seq 200000; sleep 2.4" },
        "_meta": { "progressToken": "mine" },
    });
    peer.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }));
    let mut told = String::new();
    loop {
        let message = peer.receive();
        if message["id"] == 1 {
            break;
        }
        message["params"]["message"]
            .as_str()
            .unwrap()
            .clone_into(&mut told);
    }
    assert_eq!(told, "it has written 1288895 bytes");
}
