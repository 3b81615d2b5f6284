//! Clients of one service, each with its own connection.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use gatekeeper::{Defaults, Surroundings};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::limits;

/// A service in a directory of its own.
struct Ground {
    directory: TempDir,
    service: Service,
}

/// One client.
struct Host {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
    next: i64,
}

impl Ground {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join(".git")).unwrap();
        let rules = directory.path().join("given.codexpolicy");
        fs::write(&rules, r#"prefix_rule(pattern = ["frob"], decision = "allow")"#).unwrap();
        let root = directory.path().to_str().unwrap().to_owned();
        let options = Options {
            surroundings: Surroundings {
                cwd: Some(root),
                ..Surroundings::default()
            },
            rules: vec![rules],
            no_layers: true,
            defaults: Defaults::BuiltIn,
            variables: Vec::new(),
            state: None,
            risk_program: None,
        };
        let service = Service::new(options).unwrap();
        Self { directory, service }
    }

    fn connect(&self) -> Host {
        let stream = self.service.connect().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Host {
            lines: BufReader::new(stream.try_clone().unwrap()),
            stream,
            next: 0,
        }
    }

    fn greet(&self) -> Host {
        let mut host = self.connect();
        let told = host.ask(
            "initialize",
            &json!({"clientInfo": {"name": "test", "version": "1"}}),
        );
        assert!(told["result"]["policy"].as_str().unwrap().len() == 16, "{told}");
        host
    }
}

impl Host {
    fn write(&mut self, line: &[u8]) {
        self.stream.write_all(line).unwrap();
        self.stream.write_all(b"\n").unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or(Value::Null)
    }

    /// The answer to a request; notifications are passed over.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let line = json!({"id": id, "method": method, "params": params});
        self.write(line.to_string().as_bytes());
        loop {
            let read = self.read();
            if read["id"] == id || read.is_null() {
                return read;
            }
        }
    }

    fn notified(&mut self, method: &str) -> Value {
        loop {
            let read = self.read();
            if read["method"] == method || read.is_null() {
                return read;
            }
        }
    }

    fn turn(&mut self) -> (Value, Value) {
        let thread = self.ask("thread/start", &json!({}))["result"]["thread"]["id"].clone();
        let turn = self.ask("turn/start", &json!({"threadId": thread}))["result"]["turn"]["id"].clone();
        assert!(turn.is_string());
        (thread, turn)
    }
}

macro_rules! errors {
    ($($name:ident: $line:expr => ($id:expr, $code:ident);)+) => {
        $(#[test] fn $name() {
            let ground = Ground::new();
            let mut host = ground.greet();
            host.write(AsRef::<[u8]>::as_ref($line));
            let told = host.read();
            let code = ErrorCode::$code as i64;
            assert_eq!((&told["id"], &told["error"]["code"]), (&json!($id), &json!(code)), "{told}");
            let still = host.ask("check", &json!({"command": "frob"}));
            assert_eq!(still["result"]["decision"], "allow");
        })+
    };
}

errors! {
    garbage: "\u{7}garbage" => ((), Parse);
    not_utf8: b"{\"id\": \"\xff\"}" => ((), Parse);
    cut_off: r#"{"id": 7, "method": "che"# => ((), Parse);
    no_object: "[1, 2]" => ((), InvalidRequest);
    half_a_character: r#"{"id": 7, "method": "check", "params": "\ud800"}"# => (7, InvalidRequest);
    a_list_of_params: r#"{"id": 7, "method": "thread/start", "params": [null, null, null, null]}"# => (7, InvalidRequest);
    a_list: r#"[7, "thread/start", {}, null, null, null]"# => ((), InvalidRequest);
    neither: r#"{"id": 7}"# => (7, InvalidRequest);
    both: r#"{"id": 7, "method": "check", "result": {}}"# => (7, InvalidRequest);
    more_keys: r#"{"id": 7, "method": "check", "params": {}, "priority": 1}"# => (7, InvalidRequest);
    twice_a_key: r#"{"id": 7, "method": "check", "method": "initialize"}"# => ((), InvalidRequest);
    a_fraction_for_an_id: r#"{"id": 1.5, "method": "check"}"# => ((), InvalidRequest);
    unknown_method: r#"{"id": "a", "method": "exec", "params": {}}"# => ("a", MethodNotFound);
    no_params: r#"{"id": 7, "method": "turn/start"}"# => (7, InvalidParams);
    more_params: r#"{"id": 7, "method": "check", "params": {"command": "ls", "sandbox": true}}"# => (7, InvalidParams);
    twice_a_param: r#"{"id": 7, "method": "check", "params": {"command": "ls", "command": "rm x"}}"# => (7, InvalidParams);
    two_commands: r#"{"id": 7, "method": "check", "params": {"command": "ls", "argv": ["ls"]}}"# => (7, InvalidParams);
    again: r#"{"id": 7, "method": "initialize", "params": {"clientInfo": {"name": "", "version": ""}}}"# => (7, NotInitialized);
    an_answer_to_nothing: r#"{"id": 7, "result": {"decision": "accept"}}"# => ((), InvalidRequest);
    no_such_thread: r#"{"id": 7, "method": "turn/start", "params": {"threadId": "thread_0"}}"# => (7, NotFound);
    deep: &format!(r#"{{"id": 7, "method": "check", "params": {{"id": {}{}}}}}"#, "[".repeat(9999), "]".repeat(9999)) => (7, InvalidParams);
    long: &"x".repeat(limits::LINE_BYTES + 1) => ((), Parse);
}

#[test]
fn nothing_is_answered_before_initialize() {
    let ground = Ground::new();
    let mut host = ground.connect();
    let told = host.ask("check", &json!({"command": "frob"}));
    assert_eq!(told["error"]["code"], ErrorCode::NotInitialized as i64);
}

#[test]
fn a_check_is_that_of_the_library() {
    let ground = Ground::new();
    let mut host = ground.greet();
    let told = host.ask("check", &json!({"id": [1], "command": "frob; rm -rf x"}))["result"].take();
    assert_eq!(told["schema"], "execpolicy.check.v1");
    assert_eq!((&told["id"], &told["decision"]), (&json!([1]), &json!("prompt")));
    let told = host.ask("check", &json!({"argv": ["apple", "pie"]}))["result"].take();
    assert_eq!(told["amendment"], json!(["apple", "pie"]));
    // Nobody here confines what is only asked about.
    assert_eq!(
        host.ask("check", &json!({"command": "touch x"}))["result"]["confinement"],
        json!(null)
    );
}

#[test]
fn a_change_of_policy_is_told_to_all_and_counts() {
    let ground = Ground::new();
    let (mut one, mut other) = (ground.greet(), ground.greet());
    let asked = json!({"command": "frob"});
    assert_eq!(one.ask("check", &asked)["result"]["decision"], "allow");
    assert_eq!(
        one.ask("policy/reload", &json!({}))["result"]["changed"],
        json!(false)
    );
    let rules = ground.directory.path().join("given.codexpolicy");
    fs::write(
        &rules,
        r#"prefix_rule(pattern = ["frob"], decision = "forbidden")"#,
    )
    .unwrap();
    let reloaded = one.ask("policy/reload", &json!({}))["result"].take();
    assert_eq!(reloaded["changed"], json!(true));
    let told = other.notified("policy/changed");
    assert_eq!(told["params"]["policy"], reloaded["policy"]);
    assert_eq!(other.ask("check", &asked)["result"]["decision"], "forbidden");
    // Without a word, it counts soon.
    fs::write(&rules, r#"prefix_rule(pattern = ["frob"], decision = "prompt")"#).unwrap();
    sleep(limits::POLICY_AGE * 2);
    assert_eq!(other.ask("check", &asked)["result"]["decision"], "prompt");
}

#[test]
fn a_thread_is_of_one_connection() {
    let ground = Ground::new();
    let (mut one, mut other) = (ground.greet(), ground.greet());
    let (thread, turn) = one.turn();
    let params = json!({"threadId": thread, "turnId": turn});
    let told = other.ask("turn/interrupt", &params);
    assert_eq!(told["error"]["code"], ErrorCode::NotYours as i64);
    assert!(one.ask("turn/interrupt", &params)["result"].is_object());
}

#[test]
fn what_runs_is_told_to_be_over_when_the_connection_is() {
    let ground = Ground::new();
    let mut host = ground.greet();
    host.turn();
    // Who only reads has gone, but can still be told.
    host.stream.shutdown(Shutdown::Write).unwrap();
    let told = host.notified("turn/aborted");
    assert_eq!(told["params"]["reason"], "the connection is over");
    assert_eq!(host.lines.read(&mut [0]).unwrap(), 0);
}

#[test]
fn what_runs_is_told_to_be_over_when_the_server_stops() {
    let ground = Ground::new();
    let mut host = ground.greet();
    host.turn();
    drop(ground.service);
    let told = host.notified("turn/aborted");
    assert_eq!(told["params"]["reason"], "the server stops");
    assert_eq!(host.lines.read(&mut [0]).unwrap(), 0);
}

#[test]
fn who_reads_nothing_holds_neither_others_nor_the_end() {
    let ground = Ground::new();
    let mut deaf = ground.greet();
    deaf.stream
        .set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let line = format!(
        "{}\n",
        json!({"id": 1, "method": "check", "params": {"command": "echo a; ".repeat(50)}})
    );
    // Until the outbox is full and nothing is read of it any more.
    while deaf.stream.write_all(line.as_bytes()).is_ok() {}
    let mut other = ground.greet();
    assert_eq!(
        other.ask("check", &json!({"command": "frob"}))["result"]["decision"],
        "allow"
    );
    let begun = clock::moment();
    drop(ground.service);
    assert!(begun.elapsed() <= STOPPING + Duration::from_secs(10));
}

#[test]
fn one_connection_too_many_is_told_so() {
    let ground = Ground::new();
    let kept: Vec<Host> = (0..CONNECTIONS).map(|_| ground.connect()).collect();
    let told = ground.connect().read();
    assert_eq!(told["error"]["code"], ErrorCode::Busy as i64);
    drop(kept);
    // Room is made by those who leave.
    let is_refused = || {
        let mut host = ground.connect();
        // Who is refused may be gone before it has asked.
        let asked = host.stream.write_all(b"{\"id\":1,\"method\":\"check\"}\n");
        asked.is_err() || host.read()["error"]["code"] == ErrorCode::Busy as i64
    };
    while is_refused() {
        sleep(LOOK_AGAIN);
    }
}

#[test]
fn requests_that_are_not_over_hold_so_many_bytes_and_no_more() {
    let ground = Ground::new();
    let mut host = ground.greet();
    let (thread, turn) = host.turn();
    let much = "x".repeat(8 * 1024 * 1024 - 1);
    let patch = |name: &str, diff: &str| {
        let change = json!({"path": name, "kind": {"type": "add"}, "diff": diff});
        json!({"threadId": thread, "turnId": turn, "changes": [change]})
    };
    let fits = limits::HELD / (much.len() + 1024);
    for number in 0..fits {
        let taken = host.ask("patch/apply", &patch(&number.to_string(), &much));
        assert!(taken["result"]["itemId"].is_string(), "{taken}");
    }
    let refused = host.ask("patch/apply", &patch("more", &much));
    assert_eq!(refused["error"]["code"], ErrorCode::Busy as i64);
    let why = refused["error"]["message"].as_str().unwrap();
    assert!(why.contains("this connection") && why.contains("bytes"), "{why}");
    let wish = json!({"threadId": thread, "turnId": turn, "permissions": {"tools": ["x"]}, "reason": much});
    assert_eq!(
        host.ask("permissions/request", &wish)["error"]["code"],
        ErrorCode::Busy as i64
    );
    // Short ones have room, and so have other connections.
    assert!(host.ask("patch/apply", &patch("less", "x"))["result"].is_object());
    let mut other = ground.greet();
    let (of_other, turn_of_other) = other.turn();
    let mut theirs = patch("theirs", &much);
    (theirs["threadId"], theirs["turnId"]) = (of_other, turn_of_other);
    assert!(other.ask("patch/apply", &theirs)["result"].is_object());
    let end = json!({"threadId": thread, "turnId": turn});
    assert!(host.ask("turn/interrupt", &end)["result"].is_object());
    let (thread, turn) = host.turn();
    let mut again = patch("more", &much);
    (again["threadId"], again["turnId"]) = (thread, turn);
    assert!(host.ask("patch/apply", &again)["result"].is_object());
}

#[test]
fn a_turn_can_be_interrupted_whatever_waits() {
    let ground = Ground::new();
    let mut host = ground.greet();
    let (thread, turn) = host.turn();
    let wish = json!({"threadId": thread, "turnId": turn, "permissions": {"tools": ["x"]}});
    for number in 0..=limits::WAITING {
        let line = json!({"id": format!("wish {number}"), "method": "permissions/request", "params": wish});
        host.write(line.to_string().as_bytes());
    }
    let refused = loop {
        let message = host.read();
        if message["error"].is_object() {
            break message;
        }
    };
    assert_eq!(refused["error"]["code"], ErrorCode::Busy as i64);
    let answer = host.ask("turn/interrupt", &json!({"threadId": thread, "turnId": turn}));
    assert!(answer["result"].is_object(), "{answer}");
}
