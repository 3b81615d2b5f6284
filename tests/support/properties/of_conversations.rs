//! The promise of what stands between an agent and its client: nothing is lost but a question that has its answer.

use answer::{Asked, Judge, Opinion, Protocol, Sink, between};
use serde_json::Value;

use crate::choices::Choices;

/// What came through, and what was answered.
#[derive(Debug, Default, Eq, PartialEq)]
struct Heard {
    /// What came through since the last answer.
    passed: Vec<u8>,
    /// Each answer, after what came through before it.
    answers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Sink for Heard {
    fn pass(&mut self, bytes: &[u8]) {
        self.passed.extend_from_slice(bytes);
    }

    fn flush(&mut self) {}

    fn can_answer(&self) -> bool {
        true
    }

    fn answer(&mut self, line: Vec<u8>) -> bool {
        self.answers.push((std::mem::take(&mut self.passed), line));
        true
    }
}

/// Goes by the row of opinions, one a question.
struct InTurn(Vec<Opinion>);

impl Judge for InTurn {
    fn judge(&mut self, _asked: &Asked) -> Opinion {
        self.0.rotate_left(1);
        self.0.last().cloned().unwrap_or(Opinion::Person)
    }
}

/// What agents say: whole messages, pieces of them, and what is none.
const SAID: &[&str] = &[
    r#"{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s"}}"#,
    r#"{"jsonrpc":"2.0","id":7,"method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"c","kind":"execute","rawInput":{"command":"x"}},"options":[{"optionId":"y","name":"Allow","kind":"allow_once"},{"optionId":"n","name":"No","kind":"reject_once"}]}}"#,
    r#"{"jsonrpc":"2.0","id":"8","method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"c"},"options":[{"optionId":"y","name":"Allow","kind":"allow_once"},{"optionId":"n","name":"No","kind":"reject_once"}]}}"#,
    r#"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"tool_call","toolCallId":"c","kind":"execute","rawInput":{"command":"x"}}}}"#,
    r#"{"id":5,"method":"execCommandApproval","params":{"conversationId":"t","callId":"c","command":["x"],"cwd":"/"}}"#,
    r#"{"id":6,"method":"item/commandExecution/requestApproval","params":{"threadId":"t","itemId":"i","command":"x","cwd":"/"}}"#,
    r#"{"method":"item/started","params":{"threadId":"t","item":{"id":"i","changes":[{"path":"/x"}]}}}"#,
    r#"{"id":9,"method":"item/fileChange/requestApproval","params":{"threadId":"t","itemId":"i"}}"#,
    "{}",
    "",
    " ",
    "\t{",
    "}",
    "[",
    "\"",
    "\\",
    ":",
    ",",
    "null",
    "\"id\":1",
    "\u{feff}",
    "größe",
    "\n",
    "\r\n",
    "\n\n",
];

/// What a client says first: it opens the session.
const OPENED: &[u8] =
    b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session/new\",\"params\":{\"cwd\":\"/w\",\"mcpServers\":[]}}\n";

/// Whatever an agent says, and however it arrives: the client gets every byte but the lines that are answered, each of
/// those is one question that gets one answer with its id, and the same is answered whichever way the bytes were cut.
pub fn what_is_not_answered_passes_unchanged(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let protocol = match choices.below(2) {
        0 => Protocol::Acp,
        _ => Protocol::CodexAppServer,
    };
    let opinions: Vec<Opinion> = (0..3).map(|_| opinion(&mut choices)).collect();
    let mut said = Vec::new();
    while !choices.is_spent() && said.len() < 20_000 {
        match choices.below(8) {
            0 => said.push(u8::try_from(choices.below(256)).unwrap_or_default()),
            1 => said.extend_from_slice(choices.pick(SAID).as_bytes()),
            _ => {
                said.extend_from_slice(choices.pick(SAID).as_bytes());
                said.push(b'\n');
            }
        }
    }
    let whole = heard(protocol, &opinions, &said, said.len().max(1));
    for size in [1, 7, 64] {
        assert_eq!(
            heard(protocol, &opinions, &said, size),
            whole,
            "cut into {size} bytes"
        );
    }
    let mut answers = whole.answers.iter();
    let (mut left, mut answer) = match answers.next() {
        Some((passed, answer)) => (passed.as_slice(), Some(answer)),
        None => (whole.passed.as_slice(), None),
    };
    for line in said.split_inclusive(|byte| *byte == b'\n') {
        if let Some(rest) = left.strip_prefix(line) {
            left = rest;
            continue;
        }
        assert!(left.is_empty(), "{line:?} is not what came");
        let answered = answer.map(|answer| serde_json::from_slice(answer).unwrap_or_default());
        let answered: Value = answered.unwrap_or_default();
        let question: Value = serde_json::from_slice(line).unwrap_or_default();
        assert!(question.get("method").is_some(), "{line:?} is lost");
        assert_eq!(question.get("id"), answered.get("id"), "{line:?} is lost");
        assert!(answered.get("result").is_some_and(Value::is_object), "{answered}");
        (left, answer) = match answers.next() {
            Some((passed, answer)) => (passed.as_slice(), Some(answer)),
            None => (whole.passed.as_slice(), None),
        };
    }
    assert!(left.is_empty() && answer.is_none(), "more came than was said");
}

fn opinion(choices: &mut Choices<'_>) -> Opinion {
    match choices.below(3) {
        0 => Opinion::Yes,
        1 => Opinion::No {
            why: "because\n\"so\"".to_owned(),
        },
        _ => Opinion::Person,
    }
}

fn heard(protocol: Protocol, opinions: &[Opinion], said: &[u8], size: usize) -> Heard {
    let (mut agent, mut client) = between(protocol, Box::new(InTurn(opinions.to_vec())));
    client.says(OPENED);
    let mut heard = Heard::default();
    for chunk in said.chunks(size) {
        agent.says(chunk, &mut heard);
    }
    agent.ends(&mut heard);
    heard
}
