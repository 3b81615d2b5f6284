//! A conversation without processes: what each side got, and a policy to judge by.

use std::fs;
use std::path::PathBuf;

use answer::{AgentSide, Asked, ClientSide, Judge, Opinion, Policy, PolicyPlace, Protocol, Sink, between};
use gatekeeper::log::Log;
use gatekeeper::{Defaults, Surroundings};
use serde_json::Value;
use tempfile::TempDir;

/// What came through.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Heard {
    /// What the client got.
    pub(crate) client: Vec<u8>,
    /// The lines that the agent was told.
    pub(crate) answers: Vec<Vec<u8>>,
    /// Whether the agent cannot be told anything.
    pub(crate) is_deaf: bool,
}

impl Sink for Heard {
    fn pass(&mut self, bytes: &[u8]) {
        self.client.extend_from_slice(bytes);
    }

    fn flush(&mut self) {}

    fn can_answer(&self) -> bool {
        !self.is_deaf
    }

    fn answer(&mut self, line: Vec<u8>) -> bool {
        self.answers.push(line);
        true
    }
}

/// Says the same to every question.
pub(crate) struct Always(pub(crate) Opinion);

impl Judge for Always {
    fn judge(&mut self, _asked: &Asked) -> Opinion {
        self.0.clone()
    }
}

/// A place with a home, a work tree and a policy, and the conversation there.
pub(crate) struct Ground {
    pub(crate) root: TempDir,
    agent: AgentSide,
    client: ClientSide,
    pub(crate) heard: Heard,
}

/// Allows `tool` and reading, forbids `rm`, asks about the rest; says what may be written.
const RULES: &str = r#"
prefix_rule(pattern = ["tool"])
prefix_rule(pattern = ["leaning"], sandbox = "workspace-write")
prefix_rule(pattern = ["rm"], decision = "forbidden", justification = "nothing is removed here")
path_rule(paths = ["/nowhere/open/**"], access = ["write"], decision = "allow")
path_rule(paths = ["/nowhere/shut/**"], access = ["write"], decision = "forbidden", justification = "it is shut")
"#;

impl Ground {
    /// By these rules.
    pub(crate) fn new(protocol: Protocol) -> Self {
        Self::with(protocol, true)
    }

    /// The same, with or without a log.
    pub(crate) fn with(protocol: Protocol, is_logged: bool) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("home/.config/execpolicy")).unwrap();
        fs::create_dir_all(root.path().join("work/.git")).unwrap();
        fs::write(root.path().join("rules.codexpolicy"), RULES).unwrap();
        let home = root.path().join("home").to_str().unwrap().to_owned();
        let policy = Policy::new(PolicyPlace {
            surroundings: Surroundings {
                home: Some(home),
                ..Surroundings::default()
            },
            given: vec![root.path().join("rules.codexpolicy")],
            defaults: Defaults::BuiltIn,
            log: is_logged.then(|| Log::open(&root.path().join("log")).unwrap()),
            protocol,
        });
        Self::judged(root, protocol, Box::new(policy))
    }

    /// By this judge.
    pub(crate) fn judged(root: TempDir, protocol: Protocol, judge: Box<dyn Judge>) -> Self {
        let (agent, client) = between(protocol, judge);
        Self {
            root,
            agent,
            client,
            heard: Heard::default(),
        }
    }

    pub(crate) fn work(&self) -> String {
        self.root.path().join("work").to_str().unwrap().to_owned()
    }

    pub(crate) fn rules(&self) -> PathBuf {
        self.root.path().join("rules.codexpolicy")
    }

    pub(crate) fn client_says(&mut self, message: &Value) {
        self.client_writes(&format!("{message}\n"));
    }

    pub(crate) fn client_writes(&mut self, text: &str) {
        self.client.says(text.as_bytes());
    }

    /// The agent says a line; gives the answer that it got, or that the client got all of it.
    pub(crate) fn agent_says(&mut self, line: &str) -> Option<Value> {
        self.heard.client.clear();
        self.heard.answers.clear();
        let line = format!("{line}\n");
        self.agent.says(line.as_bytes(), &mut self.heard);
        let client = String::from_utf8(self.heard.client.clone()).unwrap();
        match self.heard.answers.as_slice() {
            [] => {
                assert_eq!(client, line, "neither answered nor passed as it was");
                None
            }
            [answer] => {
                assert_eq!(client, "", "answered and passed");
                assert_eq!(answer.last(), Some(&b'\n'));
                let text = std::str::from_utf8(answer).unwrap();
                assert_eq!(text.lines().count(), 1);
                Some(serde_json::from_str(text).unwrap())
            }
            more => panic!("{more:?}"),
        }
    }

    /// The decisions in the log.
    pub(crate) fn logged(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.root.path().join("log/log.jsonl")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Both directions of an exchange, cut into these chunks one after the other.
pub(crate) fn exchange(protocol: Protocol, judge: Box<dyn Judge>, chunks: &[(Speaker, &[u8])]) -> Heard {
    let (mut agent, mut client) = between(protocol, judge);
    let mut heard = Heard::default();
    for (speaker, chunk) in chunks {
        match speaker {
            Speaker::Agent => agent.says(chunk, &mut heard),
            Speaker::Client => client.says(chunk),
        }
    }
    agent.ends(&mut heard);
    heard
}

/// Who says something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Speaker {
    Agent,
    Client,
}
