//! A server, and a client that drives it.

#[path = "../../../../tests/host/executable.rs"]
mod executable;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use gatekeeper::sandbox::{Host, Tier};
use gatekeeper::{Approval, ConfinementName, Defaults, Surroundings};
use serde_json::{Value, json};

use crate::options::Options;
use crate::server::Server;
use crate::thread::Thread;

use self::executable::write_executable;

/// Longer than anything takes on a machine that has much to do.
const PATIENCE: Duration = Duration::from_secs(120);

const POLICY: &str = r#"
prefix_rule(pattern = ["touch"], decision = "prompt", justification = "it leaves a file")
prefix_rule(pattern = ["mv"], decision = "forbidden", justification = "nothing moves")
prefix_rule(pattern = ["writer"], decision = "allow")
prefix_rule(pattern = [["sh", "setsid", "head", "yes"]], decision = "allow")
"#;

/// A server with a client that has a thread and a turn.
pub(super) struct Ground {
    pub(super) root: tempfile::TempDir,
    server: Arc<Server>,
    stream: UnixStream,
    lines: BufReader<UnixStream>,
    served: Option<JoinHandle<()>>,
    next: i64,
    pub(super) thread: String,
    pub(super) turn: String,
}

/// What a client has seen of one command.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) item: Value,
    /// The params of each question.
    pub(super) asked: Vec<Value>,
    /// What it wrote, as it was told.
    pub(super) output: Vec<u8>,
    pub(super) deltas: Vec<Value>,
}

impl Seen {
    pub(super) fn status(&self) -> &str {
        self.item["status"].as_str().unwrap()
    }

    pub(super) fn reason(&self) -> &str {
        self.item["reason"].as_str().unwrap_or_default()
    }
}

/// Whether this host can confine; says so where it cannot.
pub(super) fn confines() -> bool {
    let confines = Host::look().tier() == Tier::Full;
    if !confines {
        let why = b"skipped: this host does not reach tier full\n";
        std::io::stderr().write_all(why).unwrap();
    }
    confines
}

impl Ground {
    pub(super) fn new(confinement: Option<&str>) -> Self {
        Self::with(confinement, Approval::OnRequest)
    }

    pub(super) fn with(confinement: Option<&str>, approval: Approval) -> Self {
        // Not in `/tmp`, of which a confined command has its own.
        let root = tempfile::tempdir_in("/var/tmp").unwrap();
        let below = |name: &str| root.path().join(name);
        for directory in ["work/.git", "work/sub", "bin", "home", "outside"] {
            fs::create_dir_all(below(directory)).unwrap();
        }
        for (name, text) in [
            ("other", "echo other \"$@\""),
            ("writer", "echo try; echo x > \"$1\""),
        ] {
            let program = below("bin").join(name);
            write_executable(&program, format!("#!/bin/sh\n{text}\n"));
        }
        let policy = below("home/.config/execpolicy/mine.codexpolicy");
        fs::create_dir_all(policy.parent().unwrap()).unwrap();
        fs::write(&policy, POLICY).unwrap();
        let text = |path: PathBuf| path.into_os_string().into_string().unwrap();
        let path = format!("{}:/usr/bin:/bin", text(below("bin")));
        let options = Options {
            surroundings: Surroundings {
                cwd: Some(text(below("work"))),
                home: Some(text(below("home"))),
                approval,
                confinement: confinement.map(ConfinementName::new),
                ..Surroundings::default()
            },
            rules: Vec::new(),
            no_layers: false,
            defaults: Defaults::BuiltIn,
            variables: vec![("PATH".into(), path.into())],
            state: Some(below("state")),
            risk_program: None,
        };
        let server = Server::new(options).unwrap();
        let of_thread = server.clone();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let input = theirs.try_clone().unwrap();
        let serving = std::thread::spawn(move || {
            crate::connection::serve(&of_thread, input, theirs, || {}).unwrap();
        });
        ours.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut ground = Self {
            root,
            server,
            lines: BufReader::new(ours.try_clone().unwrap()),
            stream: ours,
            served: Some(serving),
            next: 0,
            thread: String::new(),
            turn: String::new(),
        };
        let client = json!({"clientInfo": {"name": "test", "version": "1"}});
        ground.call("initialize", &client).unwrap();
        let thread = ground.call("thread/start", &json!({})).unwrap();
        ground.thread = thread["thread"]["id"].as_str().unwrap().to_owned();
        ground.new_turn();
        ground
    }

    pub(super) fn new_turn(&mut self) {
        let turn = self
            .call("turn/start", &json!({"threadId": self.thread}))
            .unwrap();
        self.turn = turn["turn"]["id"].as_str().unwrap().to_owned();
    }

    /// The thread, as the server has it.
    pub(super) fn owned(&self) -> Arc<Thread> {
        self.server.threads.any(&self.thread)
    }

    /// The client says nothing more, and does not read either.
    pub(super) fn fall_silent(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    pub(super) fn send(&mut self, message: &Value) {
        self.stream.write_all(format!("{message}\n").as_bytes()).unwrap();
    }

    pub(super) fn read(&mut self) -> Value {
        let mut line = String::new();
        assert!(
            self.lines.read_line(&mut line).unwrap() > 0,
            "the server has gone"
        );
        serde_json::from_str(&line).unwrap()
    }

    pub(super) fn ask(&mut self, method: &str, params: &Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"id": id, "method": method, "params": params}));
        id
    }

    /// The answer to a request; what is told meanwhile is passed over.
    pub(super) fn call(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        let answer = self.until(|message| message["id"] == json!(id) && message.get("method").is_none());
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// The first message that is so.
    pub(super) fn until(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read();
            if is(&message) {
                return message;
            }
        }
    }

    /// Starts a command; gives its item.
    pub(super) fn begin(&mut self, params: Value) -> String {
        self.try_begin(params).unwrap()
    }

    pub(super) fn try_begin(&mut self, mut params: Value) -> Result<String, Value> {
        params["threadId"] = json!(self.thread);
        params["turnId"] = json!(self.turn);
        let result = self.call("command/exec", &params)?;
        Ok(result["itemId"].as_str().unwrap().to_owned())
    }

    /// Runs a command to its end, with these answers to what is asked; then every answer is a no.
    pub(super) fn exec(&mut self, params: Value, answers: &[Value]) -> Seen {
        let item = self.begin(params);
        self.see(&item, answers)
    }

    pub(super) fn see(&mut self, item: &str, answers: &[Value]) -> Seen {
        let mut seen = Seen::default();
        loop {
            let message = self.read();
            let params = &message["params"];
            let is_its = params["itemId"] == json!(item) || params["item"]["id"] == json!(item);
            match message["method"].as_str().unwrap_or_default() {
                "item/commandExecution/requestApproval" if is_its => {
                    let answer = answers.get(seen.asked.len()).cloned();
                    let answer = answer.unwrap_or_else(|| json!({"decision": "decline"}));
                    seen.asked.push(params.clone());
                    self.send(&json!({"id": message["id"], "result": answer}));
                }
                "item/commandExecution/outputDelta" if is_its => seen.take(params),
                "item/completed" if is_its => {
                    seen.item = params["item"].clone();
                    return seen;
                }
                _ => {}
            }
        }
    }

    /// The client goes; comes back when the server has nothing more to do for it.
    pub(super) fn leave(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Both).unwrap();
        self.served.take().unwrap().join().unwrap();
    }

    /// The lines of the decisions' log.
    pub(super) fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("state/log.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Seen {
    pub(super) fn take(&mut self, params: &Value) {
        use base64::Engine;
        match (params["delta"].as_str(), params["deltaBase64"].as_str()) {
            (Some(text), None) => self.output.extend_from_slice(text.as_bytes()),
            (None, Some(text)) => {
                let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
                self.output.extend(bytes);
            }
            both => panic!("{both:?}"),
        }
        self.deltas.push(params.clone());
    }
}

/// How many processes have this word in their command line.
pub(super) fn running(word: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines
        .filter(|line| line.split(|byte| *byte == 0).any(|one| one == word.as_bytes()))
        .count()
}

/// Waits until something is so.
pub(super) fn wait_for(what: &str, is: impl Fn() -> bool) {
    let looks = PATIENCE.as_millis() / 20;
    for _ in 0..looks {
        if is() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{what} has not happened");
}

pub(super) fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
