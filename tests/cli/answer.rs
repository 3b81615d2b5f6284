//! `answer`: an agent and a client speak through it, each written from its protocol's published schema.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::project::Project;

/// In what time a message has arrived.
const SOON: Duration = Duration::from_secs(30);

/// One side of a conversation.
struct Peer {
    to: Option<Box<dyn Write + Send>>,
    from: Receiver<String>,
}

impl Peer {
    fn new(to: impl Write + Send + 'static, from: impl std::io::Read + Send + 'static) -> Self {
        let (heard, from_there) = channel();
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                if heard.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            to: Some(Box::new(to)),
            from: from_there,
        }
    }

    fn says(&mut self, message: &Value) {
        let to = self.to.as_mut().unwrap();
        writeln!(to, "{message}").unwrap();
        to.flush().unwrap();
    }

    fn hears(&self) -> Value {
        let line = self.from.recv_timeout(SOON).expect("nothing arrives");
        serde_json::from_str(&line).unwrap()
    }

    /// Says it, and hears it at the other side.
    fn tells(&mut self, other: &Self, message: &Value) {
        self.says(message);
        assert_eq!(&other.hears(), message);
    }

    fn hears_no_more(&self) -> bool {
        self.from.recv_timeout(SOON).is_err()
    }
}

/// What stands between, the client and the agent.
struct Conversation {
    between: Child,
    client: Peer,
    agent: Peer,
}

/// Between the two pipes, which lead to the test.
const AGENT: &str = r#"cat "$1" & cat > "$2"; wait"#;

fn conversation(project: &Project, protocol: &str) -> Conversation {
    let pipe = |name: &str| {
        let path = project.root().join(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    };
    let (said, heard) = (pipe("said"), pipe("heard"));
    let words = [
        "answer",
        protocol,
        "-r",
        "rules.codexpolicy",
        "--",
        "/bin/sh",
        "-c",
        AGENT,
        "agent",
    ];
    let mut between = project
        .command(&words)
        .args([&said, &heard])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let to_client: File = OpenOptions::new().write(true).open(said).unwrap();
    let agent = Peer::new(to_client, File::open(heard).unwrap());
    let out: ChildStdout = between.stdout.take().unwrap();
    let client = Peer::new(between.stdin.take().unwrap(), out);
    Conversation {
        between,
        client,
        agent,
    }
}

impl Conversation {
    /// Both close, the client first, and nothing stays.
    fn ends(mut self) {
        self.client.to = None;
        assert!(self.agent.hears_no_more());
        self.agent.to = None;
        assert!(self.client.hears_no_more());
        assert_eq!(self.between.wait().unwrap().code(), Some(0));
    }
}

fn project() -> Project {
    Project::new().with(
        "rules.codexpolicy",
        r#"
prefix_rule(pattern = ["tool"])
prefix_rule(pattern = ["rm"], decision = "forbidden", justification = "nothing is removed here")
"#,
    )
}

#[test]
fn an_agent_and_a_client_of_acp_speak_through_it() {
    let project = project();
    let Conversation {
        mut client,
        mut agent,
        between,
    } = conversation(&project, "acp");
    client.tells(
        &agent,
        &json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": 1,
            "clientCapabilities": {"fs": {"readTextFile": true, "writeTextFile": true}, "terminal": true},
            "clientInfo": {"name": "client", "version": "1"},
        }}),
    );
    agent.tells(
        &client,
        &json!({"jsonrpc": "2.0", "id": 0, "result": {
            "protocolVersion": 1, "agentCapabilities": {"loadSession": false}, "authMethods": [],
        }}),
    );
    let params = json!({"cwd": project.work(), "mcpServers": []});
    client.tells(
        &agent,
        &json!({"jsonrpc": "2.0", "id": 1, "method": "session/new", "params": params}),
    );
    agent.tells(
        &client,
        &json!({"jsonrpc": "2.0", "id": 1, "result": {"sessionId": "s-1"}}),
    );
    let prompt = json!({"sessionId": "s-1", "prompt": [{"type": "text", "text": "go on"}]});
    client.tells(
        &agent,
        &json!({"jsonrpc": "2.0", "id": 2, "method": "session/prompt", "params": prompt}),
    );
    let ask = |id: Value, command: &str| {
        json!({"jsonrpc": "2.0", "id": id, "method": "session/request_permission", "params": {
            "sessionId": "s-1",
            "toolCall": {"toolCallId": command, "kind": "execute", "title": command, "rawInput": {"command": command}},
            "options": [
                {"optionId": "a", "name": "Always", "kind": "allow_always"},
                {"optionId": "b", "name": "Allow", "kind": "allow_once"},
                {"optionId": "c", "name": "Reject", "kind": "reject_once"},
            ],
        }})
    };
    agent.says(&ask(json!(0), "tool x"));
    let outcome = json!({"outcome": "selected", "optionId": "b"});
    assert_eq!(
        agent.hears(),
        json!({"jsonrpc": "2.0", "id": 0, "result": {"outcome": outcome}})
    );
    agent.says(&ask(json!("no"), "rm x"));
    let refused = agent.hears();
    assert_eq!(
        refused["result"]["outcome"],
        json!({"outcome": "selected", "optionId": "c"})
    );
    let reason = refused["result"]["_meta"]["execpolicy"]["reason"]
        .as_str()
        .unwrap();
    assert!(reason.contains("nothing is removed here"), "{reason}");
    // The client hears only this one, and its answer arrives.
    agent.tells(&client, &ask(json!(2), "unheard-of"));
    let outcome = json!({"outcome": "selected", "optionId": "a"});
    client.tells(
        &agent,
        &json!({"jsonrpc": "2.0", "id": 2, "result": {"outcome": outcome}}),
    );
    client.tells(
        &agent,
        &json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": "s-1"}}),
    );
    agent.tells(&client, &ask(json!(3), "tool y"));
    client.tells(
        &agent,
        &json!({"jsonrpc": "2.0", "id": 3, "result": {"outcome": {"outcome": "cancelled"}}}),
    );
    agent.tells(
        &client,
        &json!({"jsonrpc": "2.0", "id": 2, "result": {"stopReason": "cancelled"}}),
    );
    Conversation {
        between,
        client,
        agent,
    }
    .ends();
    what_was_decided_is_logged(&project);
}

fn what_was_decided_is_logged(project: &Project) {
    let log = std::fs::read_to_string(project.root().join("home/.local/state/execpolicy/log.jsonl")).unwrap();
    let decisions: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let decided: Vec<_> = decisions
        .iter()
        .map(|entry| (entry["command"].as_str(), entry["decision"].as_str()))
        .collect();
    assert_eq!(
        decided,
        [
            (Some("tool x"), Some("allow")),
            (Some("rm x"), Some("forbidden")),
            (Some("unheard-of"), Some("prompt")),
        ]
    );
    assert!(decisions.iter().all(|entry| entry["asker"]["verb"] == "answer"));
}

#[test]
fn an_agent_and_a_client_of_the_app_server_speak_through_it() {
    let project = project();
    let Conversation {
        mut client,
        mut agent,
        between,
    } = conversation(&project, "codex-app-server");
    let info = json!({"clientInfo": {"name": "client", "title": null, "version": "1"}});
    client.tells(&agent, &json!({"id": 0, "method": "initialize", "params": info}));
    agent.tells(&client, &json!({"id": 0, "result": {"userAgent": "agent/1"}}));
    client.tells(&agent, &json!({"method": "initialized"}));
    client.tells(
        &agent,
        &json!({"id": 1, "method": "thread/start", "params": {"cwd": project.work()}}),
    );
    agent.tells(&client, &json!({"id": 1, "result": {"thread": {"id": "t"}}}));
    let ask = |id: u32, command: &str| {
        json!({"id": id, "method": "item/commandExecution/requestApproval", "params": {
            "threadId": "t", "turnId": "u", "itemId": command, "startedAtMs": 1,
            "command": command, "cwd": project.work(), "commandActions": [], "reason": null,
        }})
    };
    agent.says(&ask(0, "/bin/bash -lc 'tool x'"));
    assert_eq!(agent.hears(), json!({"id": 0, "result": {"decision": "accept"}}));
    agent.says(&ask(1, "/bin/bash -lc 'rm x'"));
    assert_eq!(agent.hears(), json!({"id": 1, "result": {"decision": "decline"}}));
    agent.tells(&client, &ask(2, "unheard-of"));
    client.tells(
        &agent,
        &json!({"id": 2, "result": {"decision": "acceptForSession"}}),
    );
    agent.says(&json!({"id": 3, "method": "execCommandApproval", "params": {
        "conversationId": "t", "callId": "c", "command": ["tool"], "cwd": project.work(), "reason": null, "parsedCmd": [],
    }}));
    assert_eq!(
        agent.hears(),
        json!({"id": 3, "result": {"decision": "approved"}})
    );
    Conversation {
        between,
        client,
        agent,
    }
    .ends();
}

#[test]
fn a_question_in_the_middle_of_the_clients_line_is_the_persons() {
    let project = project();
    let Conversation {
        mut client,
        mut agent,
        between,
    } = conversation(&project, "codex-app-server");
    let half = r#"{"id":0,"method":"initi"#;
    let to = client.to.as_mut().unwrap();
    to.write_all(half.as_bytes()).unwrap();
    to.flush().unwrap();
    // It shall have passed before the question comes.
    thread::sleep(Duration::from_millis(200));
    // An answer would have to wait for the end of that line, which may never come.
    let question = json!({"id": 3, "method": "execCommandApproval", "params": {
        "conversationId": "t", "callId": "c", "command": ["tool"], "cwd": "/", "reason": null, "parsedCmd": [],
    }});
    agent.tells(&client, &question);
    let to = client.to.as_mut().unwrap();
    to.write_all(b"alized\"}\n{\"method\":\"next\"}\n").unwrap();
    to.flush().unwrap();
    let heard: Vec<Value> = (0..2).map(|_| agent.hears()).collect();
    let said = [
        json!({"id": 0, "method": "initialized"}),
        json!({"method": "next"}),
    ];
    assert_eq!(heard, said);
    Conversation {
        between,
        client,
        agent,
    }
    .ends();
}
