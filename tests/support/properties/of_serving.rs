//! The promise of the server: what one client writes costs it an error, and nobody else anything.
#![expect(
    clippy::unwrap_used,
    reason = "a server that cannot be asked has broken the promise"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use gatekeeper::{Defaults, Surroundings};
use serde_json::{Value, json};
use server::{Options, Service};

use crate::choices::Choices;

/// Nothing takes so long that does not hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a line of 16 MiB is longer than.
const LONG: usize = (16 << 20) + 1;

/// One side of a connection.
#[derive(Debug)]
struct Client {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

/// A line, and the request that it is, if its id can be read.
struct Line {
    bytes: Vec<u8>,
    id: Option<u64>,
}

/// Garbage, lines that are too long, wrong messages and right ones out of order, in pieces, cost their sender one error
/// each; each request with an id gets one answer; and another client goes on being answered rightly meanwhile.
///
/// Nothing runs: no request that is written here names a turn that there is.
pub fn whatever_a_client_writes_costs_nobody_else_anything(bytes: &[u8]) {
    static OTHER: OnceLock<(Service, Mutex<Client>)> = OnceLock::new();
    let (service, other) = OTHER.get_or_init(|| {
        let service = Service::new(options()).unwrap();
        let other = greeted(&service);
        (service, Mutex::new(other))
    });
    let mut other = other.lock().unwrap_or_else(PoisonError::into_inner);
    let mut choices = Choices::new(bytes);
    let mut client = if choices.once_in(8) {
        Client::new(service)
    } else {
        greeted(service)
    };
    let lines: Vec<Line> = (1..=choices.below(12).saturating_add(1))
        .map(|number| line(&mut choices, u64::try_from(number).unwrap()))
        .collect();
    let at = choices.below(lines.len());
    for (number, line) in lines.iter().enumerate() {
        let half = line.bytes.len() / choices.below(3).saturating_add(1);
        let (first, rest) = line.bytes.split_at(half);
        client.stream.write_all(first).unwrap();
        if number == at {
            other.is_answered();
        }
        client.stream.write_all(rest).unwrap();
        client.stream.write_all(b"\n").unwrap();
    }
    other.is_answered();
    client.is_answered_once(&lines);
}

impl Client {
    fn new(service: &Service) -> Self {
        let stream = service.connect().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        Self { stream, lines }
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.stream.write_all(format!("{request}\n").as_bytes()).unwrap();
        self.read().unwrap()
    }

    fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap())
    }

    /// Asks two things whose answers are known.
    fn is_answered(&mut self) {
        for (command, decision) in [("git status", "allow"), ("apple", "prompt")] {
            let answer = self.ask(&json!({"id": command, "method": "check", "params": {"command": command}}));
            assert_eq!(answer.get("id"), Some(&json!(command)), "{answer}");
            let found = answer.pointer("/result/decision");
            assert_eq!(found, Some(&json!(decision)), "{answer}");
        }
    }

    /// Reads to the end: each request has one answer, and everything else that is told is an error or a notification.
    fn is_answered_once(mut self, lines: &[Line]) {
        let mut missing: BTreeMap<u64, usize> = BTreeMap::new();
        for id in lines.iter().filter_map(|line| line.id) {
            *missing.entry(id).or_default() += 1;
        }
        let mut nameless = 0;
        while !missing.is_empty() {
            let Some(read) = self.read() else {
                break;
            };
            self.takes(&read, &mut missing, &mut nameless);
        }
        assert!(missing.is_empty(), "not answered: {missing:?}");
        self.stream.shutdown(Shutdown::Write).unwrap();
        while let Some(read) = self.read() {
            self.takes(&read, &mut missing, &mut nameless);
        }
        let unreadable = lines.iter().filter(|line| line.id.is_none()).count();
        assert!(
            nameless <= unreadable,
            "{nameless} errors without id for {unreadable} lines"
        );
    }

    fn takes(&self, read: &Value, missing: &mut BTreeMap<u64, usize>, nameless: &mut usize) {
        if read.get("method").is_some() {
            return;
        }
        match read.get("id").and_then(Value::as_u64) {
            Some(id) => assert!(missing.remove(&id).is_some(), "one more answer: {read}"),
            None => {
                assert!(read.get("error").is_some(), "{read}");
                *nameless = nameless.saturating_add(1);
            }
        }
    }
}

fn greeted(service: &Service) -> Client {
    let mut client = Client::new(service);
    let told = client.ask(&json!({
        "id": 0, "method": "initialize", "params": {"clientInfo": {"name": "", "version": ""}},
    }));
    assert!(told.get("result").is_some(), "{told}");
    client
}

fn options() -> Options {
    Options {
        surroundings: Surroundings {
            cwd: Some("/nowhere/at".to_owned()),
            ..Surroundings::default()
        },
        rules: Vec::new(),
        no_layers: true,
        defaults: Defaults::BuiltIn,
        variables: Vec::new(),
        state: None,
        risk_program: None,
    }
}

/// A line of any kind. Numbers are those of requests, so that no two are the same.
fn line(choices: &mut Choices<'_>, number: u64) -> Line {
    let method = choices.pick(&[
        "check",
        "initialize",
        "thread/start",
        "thread/list",
        "thread/resume",
        "thread/fork",
        "turn/start",
        "turn/complete",
        "turn/interrupt",
        "turn/diff",
        "command/exec",
        "command/terminate",
        "patch/apply",
        "permissions/request",
        "network/request",
        "policy/reload",
        "item/started",
    ]);
    let params = params(choices);
    let message = match choices.below(10) {
        0 => format!(r#"{{"id":{number},"method":"{method}","params":{params}}}"#),
        1 => format!(r#"{{"method":"{method}","id":{number}}}"#),
        2 => format!(r#"{{"id":{number},"method":"{method}","params":{params},"more":1}}"#),
        3 => {
            let deep = "[".repeat(choices.below(200).saturating_mul(50));
            format!(
                r#"{{"id":{number},"method":"{method}","params":{deep}{}}}"#,
                deep.replace('[', "]")
            )
        }
        // From here on there is no id that could be answered.
        4 => {
            return unnamed(format!(
                r#"{{"id":{number},"id":{number},"method":"{method}","params":{params}}}"#
            ));
        }
        5 => return unnamed(format!(r#"{{"id":{number},"result":{params}}}"#)),
        6 => return unnamed(format!(r#"{{"id":[{number}],"method":"{method}"}}"#)),
        7 => return unnamed(params),
        8 => {
            let bytes = (0..choices.below(60)).map(|_| u8::try_from(choices.below(256)).unwrap_or(0));
            let bytes: Vec<u8> = bytes.filter(|byte| *byte != b'\n').collect();
            return Line { bytes, id: None };
        }
        _ if choices.once_in(16) => return unnamed("x".repeat(LONG)),
        _ => return unnamed(format!(r#"{{"method":"{method}","params":{params}}}"#)),
    };
    // Nothing between the brackets is no JSON: then nothing of the line is read.
    let id = serde_json::from_str::<serde::de::IgnoredAny>(&message).ok();
    Line {
        bytes: message.into_bytes(),
        id: id.map(|_| number),
    }
}

fn unnamed(text: String) -> Line {
    Line {
        bytes: text.into_bytes(),
        id: None,
    }
}

fn params(choices: &mut Choices<'_>) -> String {
    let text = choices.pick(&[
        "{}",
        r#"{"command":"git status"}"#,
        r#"{"command":"rm -rf x; (","id":{"a":null}}"#,
        r#"{"argv":["a",""]}"#,
        r#"{"argv":[]}"#,
        r#"{"command":"ls","command":"ls"}"#,
        r#"{"clientInfo":{"name":"","version":""}}"#,
        r#"{"threadId":"thread_0"}"#,
        r#"{"threadId":"thread_0","turnId":"turn_0"}"#,
        r#"{"threadId":"thread_0","turnId":"turn_0","command":"true"}"#,
        r#"{"threadId":"thread_0","itemId":"item_0"}"#,
        r#"{"threadId":"thread_0","turnId":"turn_0","changes":[]}"#,
        r#"{"threadId":"thread_0","turnId":"turn_0","permissions":{}}"#,
        r#"{"threadId":"thread_0","turnId":"turn_0","host":"a","protocol":"http"}"#,
        r#"{"cwd":"/","sandbox":"none","approvalPolicy":"never"}"#,
        r#"{"decision":"accept"}"#,
        "null",
        "7",
        "\"\\ud800\"",
    ]);
    text.to_owned()
}
