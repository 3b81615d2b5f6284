//! Patches over the wire: who is asked, and what a yes is good for.

mod meanwhile;
mod reading;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;
use std::time::Duration;

use gatekeeper::ConfinementName;
use serde_json::{Value, json};

use super::*;
use crate::connection;
use crate::server::Server;

const RULES: &str = r#"
path_rule(access = ["write"], paths = ["$WORKSPACE/gen/**"], decision = "forbidden", justification = "made by a tool")
path_rule(access = ["write"], paths = ["$WORKSPACE/ci/**", "**/guarded/**"], decision = "prompt", justification = "guarded")
path_rule(access = ["delete"], paths = ["$WORKSPACE/keep/**"], decision = "prompt", justification = "to be kept")
path_rule(access = ["write"], paths = ["$WORKSPACE/free/**"], decision = "allow")
"#;

/// A client with one turn.
struct Peer {
    ground: Ground,
    lines: std::io::Lines<BufReader<UnixStream>>,
    stream: UnixStream,
    server: Option<JoinHandle<()>>,
    thread: String,
    turn: String,
    next: u64,
}

/// How a patch ended.
#[derive(Debug, PartialEq)]
struct Told {
    /// The question, where there was one.
    asked: Option<Value>,
    status: String,
    reason: String,
}

impl Peer {
    fn new(sandbox: &str, approval: &str) -> Self {
        let ground = Ground::with(&[
            ("a", "a\n"),
            ("keep/x", "x\n"),
            ("ci/x", "x\n"),
            ("free/x", "x\n"),
            (".git/HEAD", "ref: refs/heads/main\n"),
            ("../home/x", ""),
            ("../out/guarded/x", "x\n"),
        ]);
        let root = ground.root.path().canonicalize().unwrap();
        fs::write(root.join("team.codexpolicy"), RULES).unwrap();
        let text = |path: &str| Some(root.join(path).to_str().unwrap().to_owned());
        let options = Options {
            surroundings: Surroundings {
                cwd: text("w"),
                workspace: text("w"),
                home: text("home"),
                confinement: (sandbox != "none").then(|| ConfinementName::new(sandbox)),
                ..Surroundings::default()
            },
            rules: vec![root.join("team.codexpolicy")],
            ..ground.options()
        };
        let (stream, far) = UnixStream::pair().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let server = std::thread::spawn(move || {
            let output = far.try_clone().unwrap();
            let server = Server::new(options).unwrap();
            connection::serve(&server, far, output, || ()).unwrap();
        });
        let mut peer = Self {
            ground,
            lines: BufReader::new(stream.try_clone().unwrap()).lines(),
            stream,
            server: Some(server),
            thread: String::new(),
            turn: String::new(),
            next: 0,
        };
        peer.call("initialize", json!({"clientInfo": {"name": "t", "version": "0"}}));
        let thread = peer.call("thread/start", json!({"approvalPolicy": approval}));
        peer.thread = thread["thread"]["id"].as_str().unwrap().to_owned();
        peer.start_turn();
        peer
    }

    fn start_turn(&mut self) {
        let turn = self.call("turn/start", json!({"threadId": self.thread}));
        self.turn = turn["turn"]["id"].as_str().unwrap().to_owned();
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.stream, "{message}").unwrap();
    }

    fn read(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    fn request(&mut self, method: &str, params: Value) -> u64 {
        self.next += 1;
        let id = self.next;
        let mut message = json!({"id": id, "method": method});
        message["params"] = params;
        self.say(&message);
        id
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        loop {
            let message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                assert_eq!(message.get("error"), None, "{method}");
                return message["result"].clone();
            }
        }
    }

    fn patch(&mut self, changes: &[FileChange], root: Option<&str>) {
        let mut params = json!({"threadId": self.thread, "turnId": self.turn, "changes": changes});
        if let Some(root) = root {
            params["grantRoot"] = json!(root);
        }
        self.call("patch/apply", params);
    }

    /// Applies a patch; whoever is asked says this.
    fn apply(&mut self, changes: &[FileChange], root: Option<&str>, decision: &str) -> Told {
        self.patch(changes, root);
        let mut asked = None;
        loop {
            let message = self.read();
            match message["method"].as_str() {
                Some("item/fileChange/requestApproval") => {
                    asked = Some(message["params"].clone());
                    self.say(&json!({"id": message["id"], "result": {"decision": decision}}));
                }
                Some("item/completed") => {
                    let item = &message["params"]["item"];
                    return Told {
                        asked,
                        status: item["status"].as_str().unwrap().to_owned(),
                        reason: item["reason"].as_str().unwrap_or_default().to_owned(),
                    };
                }
                _ => {}
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _gone = self.stream.shutdown(std::net::Shutdown::Both);
        let ended = self.server.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

/// What becomes of a patch that whoever is asked declines.
fn fate(sandbox: &str, approval: &str, changes: &[FileChange]) -> &'static str {
    let mut peer = Peer::new(sandbox, approval);
    let before = peer.ground.holds();
    let told = peer.apply(changes, None, "decline");
    let fate = match (told.status.as_str(), &told.asked) {
        ("completed", None) => "applied",
        ("declined", Some(_)) => "asks",
        ("declined", None) => "forbidden",
        ("failed", None) => "failed",
        _ => panic!("{told:?}"),
    };
    assert_eq!(peer.ground.holds() == before, fate != "applied", "{changes:?}");
    if let Some(asked) = told.asked {
        assert_eq!(asked["changes"], json!(changes));
        let reason = asked["reason"].as_str().unwrap();
        assert!(reason.starts_with("execpolicy: "), "{asked}");
        assert!(asked["risk"]["level"].is_string(), "{asked}");
    }
    fate
}

const DIFF: &str = "@@ -1 +1 @@\n-x\n+y\n";

#[test]
fn who_is_asked_where_commands_are_confined() {
    for (change, wanted) in [
        (add("n", ""), "applied"),
        (add("new/dir/n", ""), "applied"),
        (delete("a", "a\n"), "applied"),
        (moved("a", "b", ""), "applied"),
        (delete("keep/x", "x\n"), "asks"),
        (moved("keep/x", "b", ""), "asks"),
        (update("keep/x", DIFF), "applied"),
        (add("gen/n", ""), "forbidden"),
        (add("keep/../gen/n", ""), "forbidden"),
        (add("none/../gen/n", ""), "failed"),
        (moved("a", "gen/n", ""), "forbidden"),
        (update("ci/x", DIFF), "asks"),
        (add(".git/hooks/post-commit", ""), "asks"),
        (add(".git/n", ""), "asks"),
        (add(".claude/settings.json", ""), "forbidden"),
        (add(".execpolicy/n.codexpolicy", ""), "forbidden"),
        (add("../out/n", ""), "asks"),
        (add("../home/.bashrc", ""), "asks"),
        (add("../home/.local/state/execpolicy/x", ""), "forbidden"),
    ] {
        let fate = fate("workspace-write", "on-request", std::slice::from_ref(&change));
        assert_eq!(fate, wanted, "{change:?}");
    }
    let both = [add("n", ""), update("ci/x", DIFF)];
    assert_eq!(fate("workspace-write", "on-request", &both), "asks");
}

#[test]
fn who_is_asked_where_nobody_may_be_or_nothing_is_leaned_on() {
    for (sandbox, approval, change, wanted) in [
        ("workspace-write", "untrusted", add("n", ""), "asks"),
        ("workspace-write", "never", add("n", ""), "forbidden"),
        ("workspace-write", "never", add("free/n", ""), "applied"),
        ("workspace-write", "never", add("../out/n", ""), "forbidden"),
        ("workspace-write", "never", update("ci/x", DIFF), "forbidden"),
        ("workspace-write", "never", delete("keep/x", "x\n"), "forbidden"),
        ("read-only", "on-request", add("n", ""), "asks"),
        ("none", "on-request", add("n", ""), "asks"),
        ("none", "on-request", add("free/n", ""), "applied"),
        ("none", "on-request", update("free/x", DIFF), "applied"),
        ("none", "on-request", add("gen/n", ""), "forbidden"),
        ("none", "never", add("n", ""), "forbidden"),
    ] {
        let fate = fate(sandbox, approval, std::slice::from_ref(&change));
        assert_eq!(fate, wanted, "{sandbox} {approval} {change:?}");
    }
}

#[test]
fn a_link_out_of_the_work_tree_is_asked_about() {
    let mut peer = Peer::new("workspace-write", "on-request");
    symlink("../out", peer.ground.tree().join("away")).unwrap();
    symlink(".git", peer.ground.tree().join("git")).unwrap();
    symlink("gen", peer.ground.tree().join("made")).unwrap();
    fs::create_dir(peer.ground.tree().join("gen")).unwrap();
    for (path, asks) in [("away/n", true), ("git/n", true), ("made/n", false)] {
        let told = peer.apply(&[add(path, "")], None, "decline");
        assert_eq!(
            (told.asked.is_some(), &*told.status),
            (asks, "declined"),
            "{path}"
        );
    }
}

#[test]
fn a_yes_is_good_for_what_was_asked() {
    let mut peer = Peer::new("workspace-write", "on-request");
    let to = |from: &str, to: &str| [update("ci/x", &format!("@@ -1 +1 @@\n-{from}\n+{to}\n"))];
    let once = peer.apply(&to("x", "y"), None, "accept");
    assert_eq!((once.asked.is_some(), &*once.status), (true, "completed"));
    let again = peer.apply(&to("y", "z"), None, "acceptForSession");
    assert_eq!((again.asked.is_some(), &*again.status), (true, "completed"));
    let later = peer.apply(&to("z", "1"), None, "decline");
    assert_eq!((later.asked.is_some(), &*later.status), (false, "completed"));
    // To write is not to remove, and one file is not another.
    for changes in [[delete("ci/x", "1\n")], [add("ci/y", "")]] {
        let other = peer.apply(&changes, None, "decline");
        assert_eq!((other.asked.is_some(), &*other.status), (true, "declined"));
    }
}

#[test]
fn a_root_that_was_granted_is_written_without_a_question_but_for_what_is_guarded() {
    let mut peer = Peer::new("workspace-write", "on-request");
    let out = peer.ground.tree().join("../out").canonicalize().unwrap();
    let told = peer.apply(&[add("../out/n", "")], Some("../out"), "acceptForSession");
    assert_eq!(told.asked.unwrap()["grantRoot"], json!(out));
    assert_eq!(told.status, "completed");
    for (changes, asks) in [
        ([add("../out/m", "")], false),
        ([delete("../out/n", "")], false),
        ([add("../out/guarded/y", "")], true),
        ([add("../out2", "")], true),
    ] {
        let told = peer.apply(&changes, None, "decline");
        assert_eq!(told.asked.is_some(), asks, "{changes:?} {told:?}");
    }
    for wish in [
        "/",
        "..",
        "../home",
        "gen",
        "ci",
        ".git",
        "a",
        "none",
        ".execpolicy",
        "/proc",
        "/sys",
        "/run",
        "/dev",
    ] {
        let told = peer.apply(&[update("ci/x", "@@ -1 +1 @@\n-x\n+y\n")], Some(wish), "decline");
        let asked = told.asked.unwrap();
        assert_eq!(asked.get("grantRoot"), None, "{wish}");
        assert!(
            asked["reason"].as_str().unwrap().contains("is not offered"),
            "{wish}"
        );
    }
}

#[test]
fn a_cancel_and_an_interrupt_leave_nothing() {
    let mut peer = Peer::new("workspace-write", "on-request");
    let before = peer.ground.holds();
    let changes = [add("n", ""), update("ci/x", "@@ -1 +1 @@\n-x\n+y\n")];
    assert_eq!(peer.apply(&changes, None, "cancel").status, "declined");
    assert_eq!(peer.read()["method"], "turn/aborted");
    assert_eq!(peer.ground.holds(), before);

    peer.start_turn();
    peer.patch(&changes, None);
    while peer.read()["method"] != "item/fileChange/requestApproval" {}
    let id = peer.request(
        "turn/interrupt",
        json!({"threadId": peer.thread, "turnId": peer.turn}),
    );
    let mut seen = Vec::new();
    loop {
        let message = peer.read();
        if message["id"] == id {
            break;
        }
        seen.push(message["method"].as_str().unwrap().to_owned());
    }
    assert!(
        seen.ends_with(&["item/completed".to_owned(), "turn/aborted".to_owned()]),
        "{seen:?}"
    );
    assert_eq!(peer.ground.holds(), before);
}

#[test]
fn a_turn_tells_what_it_has_changed() {
    let mut peer = Peer::new("workspace-write", "on-request");
    peer.apply(&[update("a", "@@ -1 +1 @@\n-a\n+b\n")], None, "decline");
    let params = json!({"threadId": peer.thread, "turnId": peer.turn});
    let diff = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n";
    assert_eq!(peer.call("turn/diff", params.clone())["diff"], diff);
    peer.patch(&[update("a", "@@ -1 +1 @@\n-b\n+a\n")], None);
    let is_undone =
        |message: &Value| message["method"] == "turn/diff/updated" && message["params"]["diff"] == "";
    while !is_undone(&peer.read()) {}
    assert_eq!(peer.call("turn/diff", params)["diff"], "");
}

#[test]
fn what_is_no_patch_costs_its_sender_an_error() {
    let mut peer = Peer::new("workspace-write", "on-request");
    let long = "x".repeat(5000);
    for changes in [
        json!([]),
        json!([add("", "")]),
        json!([add(&long, "")]),
        json!([add("a\0b", "")]),
    ] {
        let id = peer.request(
            "patch/apply",
            json!({"threadId": peer.thread, "turnId": peer.turn, "changes": changes}),
        );
        let message = peer.read();
        assert_eq!(
            (&message["id"], &message["error"]["code"]),
            (&json!(id), &json!(-32602)),
            "{message}"
        );
    }
}
