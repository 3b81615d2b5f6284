//! What a client or a model might try, to have run what nobody said yes to.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::peer::{Peer, link, yes};
use super::{OLD, is_refused, text};

fn asked(peer: &mut Peer, arguments: &Value) -> Value {
    let asked = peer.ask("run_command", arguments, &json!({}));
    let state = asked["result"]["requestState"].clone();
    assert!(state.is_string(), "{asked}");
    state
}

fn with(state: &Value) -> Value {
    json!({ "requestState": state, "inputResponses": { "approve": yes("allow_once") } })
}

const CHANGED: &str = "has changed meanwhile";
const FOREIGN: &str = "was not given for this call";
const OVER: &str = "was answered before, or its time is over";

#[test]
fn a_no_is_a_no_whatever_was_said_to_the_same_question_before() {
    let mut peer = Peer::start(&["--approval", "untrusted"]);
    let arguments = json!({ "command": "touch asked" });
    let states = [asked(&mut peer, &arguments), asked(&mut peer, &arguments)];
    let with = |state: &Value, decision: &str| json!({ "requestState": state, "inputResponses": { "approve": yes(decision) } });
    let first = peer.ask("run_command", &arguments, &with(&states[0], "allow_session"));
    assert_eq!(first["result"]["structuredContent"]["ran"], true, "{first}");
    let second = peer.ask("run_command", &arguments, &with(&states[1], "deny"));
    assert_eq!(second["result"]["structuredContent"]["ran"], false, "{second}");
}

#[test]
fn a_state_counts_once_and_only_for_its_own_call() {
    let mut peer = Peer::start(&[]);
    let arguments = json!({ "command": "touch asked" });
    let state = asked(&mut peer, &arguments);
    for (name, other) in [
        ("another command", json!({ "command": "touch asked2" })),
        ("one byte", json!({ "command": "touch asked " })),
        ("words", json!({ "argv": ["touch", "asked"] })),
        (
            "another directory",
            json!({ "command": "touch asked", "cwd": "inner" }),
        ),
        (
            "more time",
            json!({ "command": "touch asked", "timeoutMs": 1000 }),
        ),
    ] {
        let answer = peer.ask("run_command", &other, &with(&state));
        assert!(is_refused(&answer, FOREIGN), "{name}: {answer}");
    }
    let whole = state.as_str().unwrap().to_owned();
    let cut = whole.split_at(whole.len() - 1).0;
    let flipped = if whole.ends_with('A') { "B" } else { "A" };
    for forged in [
        format!("{cut}{flipped}"),
        cut.to_owned(),
        format!("{whole}A"),
        whole.to_uppercase(),
        String::new(),
        "rs1".to_owned(),
        "x".repeat(100_000),
    ] {
        let answer = peer.ask("run_command", &arguments, &with(&json!(forged)));
        assert!(is_refused(&answer, FOREIGN), "{answer}");
    }
    assert!(!peer.has("asked"));
    let answer = peer.ask("run_command", &arguments, &with(&state));
    assert_eq!(answer["result"]["structuredContent"]["ran"], true, "{answer}");
    fs::remove_file(peer.work().join("asked")).unwrap();
    let answer = peer.ask("run_command", &arguments, &with(&state));
    assert!(is_refused(&answer, OVER), "{answer}");
    assert!(!peer.has("asked"));
}

#[test]
fn a_forged_state_is_refused_even_where_nobody_would_be_asked() {
    let mut peer = Peer::start(&[]);
    let answer = peer.ask(
        "run_command",
        &json!({ "command": "touch free" }),
        &with(&json!("rs1.a.b")),
    );
    assert!(is_refused(&answer, FOREIGN), "{answer}");
    assert!(!peer.has("free"));
}

#[test]
fn answers_without_a_state_are_no_answers() {
    let mut peer = Peer::start(&[]);
    let more = json!({ "inputResponses": { "approve": yes("allow_once") } });
    let answer = peer.ask("run_command", &json!({ "command": "touch asked" }), &more);
    assert_eq!(answer["result"]["resultType"], "input_required");
    assert!(!peer.has("asked"));
}

#[test]
fn a_state_without_an_answer_is_spent() {
    let mut peer = Peer::start(&[]);
    let arguments = json!({ "command": "touch asked" });
    let state = asked(&mut peer, &arguments);
    let answer = peer.ask("run_command", &arguments, &json!({ "requestState": state }));
    assert!(is_refused(&answer, "no answer"), "{answer}");
    assert!(is_refused(
        &peer.ask("run_command", &arguments, &with(&state)),
        OVER
    ));
}

#[test]
fn states_of_two_calls_cannot_be_swapped() {
    let mut peer = Peer::start(&[]);
    let (one, other) = (
        json!({ "command": "touch asked" }),
        json!({ "command": "touch asked other" }),
    );
    let (state, state_of_other) = (asked(&mut peer, &one), asked(&mut peer, &other));
    assert!(is_refused(
        &peer.ask("run_command", &one, &with(&state_of_other)),
        FOREIGN
    ));
    assert!(is_refused(
        &peer.ask("run_command", &other, &with(&state)),
        FOREIGN
    ));
    let mut elsewhere = Peer::start(&[]);
    assert!(is_refused(
        &elsewhere.ask("run_command", &one, &with(&state)),
        FOREIGN
    ));
}

#[test]
fn of_two_answers_at_once_one_counts() {
    let mut peer = Peer::start(&[]);
    let arguments = json!({ "command": "touch asked; sleep 0.2" });
    for _ in 0..5 {
        let state = asked(&mut peer, &arguments);
        let ids: Vec<Value> = (0..8)
            .map(|_| peer.call_stateless("run_command", &arguments, &with(&state)))
            .collect();
        let mut ran = 0;
        for _ in &ids {
            let answer = peer.receive();
            assert!(ids.contains(&answer["id"]));
            ran += usize::from(answer["result"]["structuredContent"]["ran"] == true);
        }
        assert_eq!(ran, 1);
    }
}

#[test]
fn a_state_whose_time_is_over_is_refused() {
    let mut peer = Peer::start(&["--patience", "1"]);
    let arguments = json!({ "command": "touch asked" });
    let state = asked(&mut peer, &arguments);
    std::thread::sleep(Duration::from_millis(1200));
    assert!(is_refused(
        &peer.ask("run_command", &arguments, &with(&state)),
        OVER
    ));
    assert!(!peer.has("asked"));
}

#[test]
fn what_changes_between_question_and_answer_is_asked_again() {
    let mut peer = Peer::start(&[]);
    let work = peer.work();
    fs::create_dir(work.join("a")).unwrap();
    fs::create_dir(work.join("b")).unwrap();
    link(&work.join("a"), &work.join("way"));
    fs::write(work.join("script"), "echo one").unwrap();
    let through = json!({ "command": "touch asked", "cwd": "way" });
    let script = json!({ "command": "sh script" });
    let simple = json!({ "command": "touch asked" });

    let state = asked(&mut peer, &through);
    link(&work.join("b"), &work.join("way"));
    let answer = peer.ask("run_command", &through, &with(&state));
    assert!(is_refused(&answer, CHANGED), "{answer}");

    let state = asked(&mut peer, &script);
    fs::write(work.join("script"), "touch stolen").unwrap();
    let answer = peer.ask("run_command", &script, &with(&state));
    assert!(is_refused(&answer, CHANGED), "{answer}");

    let state = asked(&mut peer, &simple);
    let policy = peer.place.path().join("test.codexpolicy");
    let before = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, before.replace("the test asks", "the test asks again")).unwrap();
    let answer = peer.ask("run_command", &simple, &with(&state));
    assert!(is_refused(&answer, CHANGED), "{answer}");

    let state = asked(&mut peer, &simple);
    fs::write(
        &policy,
        before.replace("\"prompt\", justification", "\"forbidden\", justification"),
    )
    .unwrap();
    let answer = peer.ask("run_command", &simple, &with(&state));
    assert!(is_refused(&answer, "the test asks"), "{answer}");
    for file in ["asked", "stolen", "a/asked", "b/asked"] {
        assert!(!peer.has(file), "{file}");
    }
}

#[test]
fn what_changes_while_the_old_way_waits_is_not_run() {
    let mut peer = Peer::greeted(OLD, &[]);
    fs::write(peer.work().join("script"), "echo one").unwrap();
    let id = peer.call("run_command", &json!({ "command": "sh script" }));
    let question = peer.question();
    fs::write(peer.work().join("script"), "touch stolen").unwrap();
    peer.reply(&question, &yes("allow_once"));
    assert!(is_refused(&peer.answer(&id), CHANGED));
    assert!(!peer.has("stolen"));
}

#[test]
fn an_answer_to_another_question_is_no_answer() {
    let mut peer = Peer::greeted(OLD, &["--patience", "3"]);
    let id = peer.call("run_command", &json!({ "command": "touch asked" }));
    let question = peer.question();
    for other in [
        json!(9999),
        json!("x"),
        json!(null),
        json!(question["id"].as_i64().unwrap() + 1),
    ] {
        peer.send(&json!({ "jsonrpc": "2.0", "id": other, "result": yes("allow_once") }));
    }
    assert!(is_refused(&peer.answer(&id), "nobody answered in time"));
    assert!(!peer.has("asked"));
}

#[test]
fn nobody_is_asked_about_a_call_that_was_taken_back() {
    let mut peer = Peer::greeted(OLD, &[]);
    for _ in 0..10 {
        let id = peer.call("run_command", &json!({ "command": "touch asked" }));
        let params = json!({ "requestId": id });
        peer.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
    }
    assert!(peer.is_silent_for(Duration::from_secs(2)));
    assert!(!peer.has("asked"));
}

#[test]
fn strange_arguments_are_told_so() {
    let mut peer = Peer::greeted(OLD, &[]);
    for arguments in [
        json!({}),
        json!({ "command": "ls", "argv": ["ls"] }),
        json!({ "comand": "ls" }),
        json!({ "command": ["ls"] }),
        json!({ "command": 1 }),
        json!({ "argv": [] }),
        json!({ "argv": ["ls", "a\u{0}b"] }),
        json!({ "argv": "ls" }),
        json!({ "command": "ls", "cwd": "/nowhere/at/all" }),
        json!({ "command": "ls", "cwd": "a\u{0}b" }),
        json!({ "command": "ls", "timeoutMs": 0 }),
        json!({ "command": "ls", "timeoutMs": -1 }),
        json!({ "command": "ls", "timeoutMs": 1.5 }),
        json!({ "command": "ls", "timeoutMs": 1e300 }),
        json!({ "command": "ls", "confinement": "none" }),
        json!({ "command": "x".repeat(300_000) }),
        json!({ "argv": vec!["x"; 200_000] }),
    ] {
        let id = peer.call("run_command", &arguments);
        let answer = peer.answer(&id);
        let shown: String = arguments.to_string().chars().take(80).collect();
        assert_eq!(answer["result"]["isError"], true, "{shown}: {answer}");
    }
    for command in [
        "\u{202e}touch free",
        "touch free \u{1b}[2K",
        "touch\u{a0}free",
        "",
        " ",
    ] {
        let id = peer.call("check_command", &json!({ "command": command }));
        let answer = peer.answer(&id);
        assert!(
            answer["result"]["structuredContent"]["decision"].is_string(),
            "{command:?}: {answer}"
        );
    }
    let id = peer.call(
        "run_command",
        &json!({ "command": format!("touch asked {}", "x".repeat(20_000)) }),
    );
    assert!(is_refused(&peer.answer(&id), "longer than"));
    assert!(!peer.has("free") && !peer.has("asked"));
}

#[test]
fn a_question_shows_what_hides() {
    let mut peer = Peer::greeted(OLD, &[]);
    peer.call(
        "run_command",
        &json!({ "command": "touch asked '\u{202e}\u{1b}[2J\r'\ntouch asked b" }),
    );
    let question = peer.question();
    let message = question["params"]["message"].as_str().unwrap();
    assert!(!message.contains(['\u{202e}', '\u{1b}', '\r']), "{message:?}");
    assert!(message.contains("    touch asked b"), "{message}");
}

#[test]
fn there_are_no_other_tools() {
    let mut peer = Peer::greeted(OLD, &[]);
    for name in [
        "",
        "run_command ",
        "Run_Command",
        "run_command\u{0}",
        "../run_command",
        "run\u{200b}_command",
    ] {
        let id = peer.call(name, &json!({ "command": "touch free" }));
        assert_eq!(peer.answer(&id)["error"]["code"], -32602, "{name:?}");
    }
    peer.send(&json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/run", "params": {} }));
    assert_eq!(peer.answer(&json!(7))["error"]["code"], -32601);
    assert!(!peer.has("free"));
}

#[test]
fn garbage_harms_nobody() {
    let mut peer = Peer::greeted(OLD, &[]);
    for line in [
        &b"garbage\n"[..],
        b"{\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"{}\n",
        b"null\n",
        b"{\"jsonrpc\":\"2.0\"}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"no/such\"}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n",
        b"\n\r\n \n",
    ] {
        peer.send_raw(line);
    }
    peer.send_raw(format!("[{}\n", "[".repeat(100_000)).as_bytes());
    peer.send_raw(format!("\"{}\"\n", "x".repeat(5 * 1024 * 1024)).as_bytes());
    let id = peer.call("check_command", &json!({ "command": "ls" }));
    assert!(text(&peer.answer(&id)).starts_with("allow"));
}

#[test]
fn only_so_many_calls_are_answered_at_a_time() {
    let mut peer = Peer::greeted(OLD, &[]);
    let ids: Vec<Value> = (0..100)
        .map(|_| peer.call("run_command", &json!({ "command": "touch asked" })))
        .collect();
    let mut refused = 0;
    let mut asked = 0;
    while refused + asked < ids.len() {
        let message = peer.receive();
        if message["method"] == "elicitation/create" {
            asked += 1;
        } else {
            assert!(text(&message).contains("too many calls"), "{message}");
            refused += 1;
        }
    }
    assert_eq!((asked, refused), (64, 36));
    assert_eq!(peer.close(), Some(0));
}
