//! A home with a work tree, a server that is started in it, and the client of the server.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A home of its own, with a work tree.
pub(crate) struct Ground {
    root: TempDir,
}

/// A server and its client.
pub(crate) struct Server {
    child: Child,
    input: Option<ChildStdin>,
    pub(crate) lines: Receiver<Value>,
    /// What came meanwhile and was not asked for.
    pub(crate) kept: Vec<Value>,
    next: i64,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("threads")
            .tempdir_in("/var/tmp")
            .unwrap();
        for directory in ["home", "home/work/.git", "out/below", "no"] {
            std::fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        let config = root.path().join("home/.config/execpolicy");
        std::fs::create_dir_all(&config).unwrap();
        let policy = format!(
            "network_rule('yes.example', 'https', 'allow')\nnetwork_rule('no.example', 'https', 'deny')\n\
             path_rule(access = ['write'], paths = ['{}/**'], decision = 'forbidden', justification = 'not there')\n",
            root.path().join("no").display()
        );
        std::fs::write(config.join("rules.codexpolicy"), policy).unwrap();
        Self { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.root.path()).unwrap().join(name)
    }

    pub(crate) fn serve(&self, more: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_execpolicy"))
            .arg("serve")
            .args(more)
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.path("home/work"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut server = Server {
            input: child.stdin.take(),
            child,
            lines,
            kept: Vec::new(),
            next: 0,
        };
        server.ask(
            "initialize",
            json!({"clientInfo": {"name": "test", "version": "1"}}),
        );
        server
    }

    pub(crate) fn log(&self, thread: &str) -> PathBuf {
        self.path("home/.local/state/execpolicy/threads")
            .join(format!("{thread}.jsonl"))
    }
}

impl Server {
    pub(crate) fn say(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    pub(crate) fn send(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        let mut message = json!({"id": id, "method": method});
        message["params"] = params;
        self.say(&message);
        id
    }

    /// The first message that fits.
    pub(crate) fn await_one(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.kept.iter().position(&fits) {
            return self.kept.remove(place);
        }
        loop {
            let message = self.lines.recv_timeout(PATIENCE).unwrap();
            if fits(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    pub(crate) fn answer_to(&mut self, id: i64) -> Value {
        self.await_one(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The result of a request, or its error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        let answer = self.answer_to(id);
        answer.get("result").unwrap_or(&answer["error"]).clone()
    }

    /// Waits for a question, answers it, and gives it back.
    pub(crate) fn reply(&mut self, result: &Value) -> Value {
        let question =
            self.await_one(|message| message.get("method").is_some() && message.get("id").is_some());
        self.say(&json!({"id": question["id"], "result": result}));
        question["params"].clone()
    }

    pub(crate) fn start(&mut self) -> (String, String) {
        let thread = self.ask("thread/start", json!({}))["thread"]["id"].clone();
        let turn = self.ask("turn/start", json!({"threadId": thread}))["turn"]["id"].clone();
        (
            thread.as_str().unwrap().to_owned(),
            turn.as_str().unwrap().to_owned(),
        )
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Leaves, and waits for the server to end.
    pub(crate) fn leave(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success());
    }
}

pub(crate) fn write_wish(thread: &str, turn: &str, path: &Path) -> Value {
    json!({"threadId": thread, "turnId": turn, "permissions": {"fileSystem": {"write": [path]}}})
}

pub(crate) fn connection(thread: &str, turn: &str, host: &str) -> Value {
    json!({"threadId": thread, "turnId": turn, "host": host, "protocol": "https"})
}

/// Whether a process of these words is there.
pub(crate) fn is_running(words: &str) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap();
    let mut lines = processes
        .flatten()
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).replace('\0', " ").trim() == words)
}
