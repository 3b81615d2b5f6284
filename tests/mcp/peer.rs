//! A client of the Model Context Protocol that also does what no official one would.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the tests' commands are judged by.
const POLICY: &str = r#"
prefix_rule(pattern = ["touch", "asked"], decision = "prompt", justification = "the test asks")
prefix_rule(pattern = ["touch", "free"], decision = "allow")
prefix_rule(pattern = ["touch", "never"], decision = "forbidden", justification = "the test forbids")
prefix_rule(pattern = ["sleep"], decision = "allow")
prefix_rule(pattern = ["seq"], decision = "allow")
prefix_rule(pattern = ["sh", "script"], decision = "prompt")
sandbox_profile(name = "mine", writable = ["$WORKSPACE/**"], network = "none")
"#;

/// A server that runs, and the place that it was started in.
pub(crate) struct Peer {
    pub(crate) place: TempDir,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    next: i64,
}

impl Peer {
    /// A server that has not been spoken to. What it runs is not confined, so that the tests hold on every host.
    pub(crate) fn start(more: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let work = place.path().join("work");
        fs::create_dir_all(work.join("inner")).unwrap();
        fs::create_dir_all(place.path().join("home")).unwrap();
        let policy = place.path().join("test.codexpolicy");
        fs::write(&policy, POLICY).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_execpolicy"))
            .args(["mcp", "--confinement", "none", "--workspace"])
            .arg(&work)
            .arg("-r")
            .arg(&policy)
            .args(more)
            .current_dir(&work)
            .env_clear()
            .env("HOME", place.path().join("home"))
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            place,
            lines,
            next: 100,
        }
    }

    /// One that has been greeted in the old way, by a client that can ask.
    pub(crate) fn greeted(version: &str, more: &[&str]) -> Self {
        Self::greeted_with(version, &json!({ "elicitation": {} }), more)
    }

    /// The same, by a client that can do what it says.
    pub(crate) fn greeted_with(version: &str, capabilities: &Value, more: &[&str]) -> Self {
        let mut peer = Self::start(more);
        let params = json!({
            "protocolVersion": version,
            "capabilities": capabilities,
            "clientInfo": { "name": "test", "version": "1" },
        });
        peer.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        assert_eq!(peer.answer(&json!(1))["result"]["protocolVersion"], version);
        peer.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        peer
    }

    /// The directory that commands run in.
    pub(crate) fn work(&self) -> std::path::PathBuf {
        self.place.path().join("work")
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.work().join(file).exists()
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_raw(format!("{message}\n").as_bytes());
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    /// The next message.
    pub(crate) fn receive(&mut self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Whether nothing comes for so long.
    pub(crate) fn is_silent_for(&mut self, time: Duration) -> bool {
        matches!(self.lines.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }

    /// The next message that answers this request; what else comes is dropped.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.receive();
            if message.get("method").is_none() && message["id"] == *id {
                return message;
            }
        }
    }

    /// The next request of the server's.
    pub(crate) fn question(&mut self) -> Value {
        loop {
            let message = self.receive();
            if message["method"] == "elicitation/create" {
                return message;
            }
            assert!(message.get("result").is_none(), "{message}");
        }
    }

    /// Calls a tool in the old way; gives the request's id.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let id = self.id();
        let params = json!({ "name": tool, "arguments": arguments });
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }));
        id
    }

    /// Calls a tool in the stateless way, with what else there is to say, and waits for the result.
    pub(crate) fn ask(&mut self, tool: &str, arguments: &Value, more: &Value) -> Value {
        let id = self.call_stateless(tool, arguments, more);
        self.answer(&id)
    }

    pub(crate) fn call_stateless(&mut self, tool: &str, arguments: &Value, more: &Value) -> Value {
        let id = self.id();
        let mut params = json!({
            "name": tool,
            "arguments": arguments,
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {} } },
            },
        });
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }));
        id
    }

    /// Answers a question of the server's.
    pub(crate) fn reply(&mut self, question: &Value, result: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }));
    }

    /// Closes its input; the server ends by itself, in time.
    pub(crate) fn close(&mut self) -> Option<i32> {
        self.stdin = None;
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("it does not end");
    }

    /// Tells it to end, as whoever started it might.
    pub(crate) fn terminate(&mut self) {
        let process = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &process])
                .status()
                .unwrap()
                .success()
        );
    }

    fn id(&mut self) -> Value {
        self.next += 1;
        json!(self.next)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What a person said, as a client brings it.
pub(crate) fn yes(decision: &str) -> Value {
    json!({ "action": "accept", "content": { "decision": decision } })
}

/// How many processes have these words on their command line.
pub(crate) fn running(words: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    let is_it = |line: &Vec<u8>| String::from_utf8_lossy(line).replace('\0', " ").trim() == words;
    lines.filter(is_it).count()
}

/// Waits until something holds.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("it does not come to pass: {what}");
}

/// A link in place of a directory.
pub(crate) fn link(to: &Path, at: &Path) {
    let _gone = fs::remove_file(at);
    std::os::unix::fs::symlink(to, at).unwrap();
}
