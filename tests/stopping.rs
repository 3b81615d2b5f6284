//! How `execpolicy serve` comes and goes: on a socket and on its standard streams, by a signal and by the end of its input.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot do so has failed, and this one is about time"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than a server may take to end, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

struct Ground {
    directory: TempDir,
    socket: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let socket = directory.path().join("socket");
        Self { directory, socket }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_execpolicy"));
        command
            .args(["serve", "--no-layers", "--cwd"])
            .arg(self.directory.path())
            .env("HOME", self.directory.path().join("home"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn on_socket(&self) -> Child {
        self.command().arg("--socket").arg(&self.socket).spawn().unwrap()
    }

    /// A client, once there is a server.
    fn client(&self) -> UnixStream {
        let begun = Instant::now();
        loop {
            match UnixStream::connect(&self.socket) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    return stream;
                }
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
            }
            sleep(Duration::from_millis(10));
        }
    }
}

/// Begins a turn, and leaves it open.
fn begin(write: &mut impl Write, read: &mut impl BufRead) {
    let mut ask = |id: i64, method: &str, params: Value| {
        let line = json!({"id": id, "method": method, "params": params});
        write.write_all(format!("{line}\n").as_bytes()).unwrap();
        loop {
            let told = read_one(read).unwrap();
            if told["id"] == id {
                assert!(told["result"].is_object(), "{told}");
                return told;
            }
        }
    };
    ask(
        1,
        "initialize",
        json!({"clientInfo": {"name": "test", "version": "1"}}),
    );
    let thread = ask(2, "thread/start", json!({}))["result"]["thread"]["id"].clone();
    ask(3, "turn/start", json!({"threadId": thread}));
}

fn read_one(read: &mut impl BufRead) -> Option<Value> {
    let mut line = String::new();
    read.read_line(&mut line).unwrap();
    (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap())
}

/// Everything up to the end, of which the last is that the turn was aborted.
fn is_told_of_the_end(read: &mut impl BufRead) {
    let mut last = Value::Null;
    while let Some(told) = read_one(read) {
        last = told;
    }
    assert_eq!(last["method"], "turn/aborted", "{last}");
    assert_eq!(last["params"]["reason"], "the server stops");
}

fn signal(server: &Child, signal: Signal) {
    kill_process(Pid::from_child(server), signal).unwrap();
}

fn ends_well(mut server: Child, socket: &Path) {
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = server.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            server.kill().unwrap();
        }
        sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "{status}");
    assert!(!socket.exists());
}

#[test]
fn a_signal_ends_all_and_tells_of_it() {
    for number in [Signal::TERM, Signal::INT] {
        let ground = Ground::new();
        let server = ground.on_socket();
        let mut client = ground.client();
        let mut lines = BufReader::new(client.try_clone().unwrap());
        begin(&mut client, &mut lines);
        signal(&server, number);
        is_told_of_the_end(&mut lines);
        ends_well(server, &ground.socket);
    }
}

#[test]
fn the_end_of_its_input_ends_it() {
    let ground = Ground::new();
    let mut server = ground
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = server.stdin.take().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap());
    begin(&mut input, &mut lines);
    drop(input);
    is_told_of_the_end(&mut lines);
    ends_well(server, &ground.socket);
}

#[test]
fn a_signal_ends_it_on_standard_streams() {
    let ground = Ground::new();
    let mut server = ground
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = server.stdin.take().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap());
    begin(&mut input, &mut lines);
    signal(&server, Signal::TERM);
    is_told_of_the_end(&mut lines);
    ends_well(server, &ground.socket);
}

#[test]
fn who_does_not_read_does_not_hold_the_end() {
    let ground = Ground::new();
    let server = ground.on_socket();
    let mut client = ground.client();
    let mut lines = BufReader::new(client.try_clone().unwrap());
    begin(&mut client, &mut lines);
    client
        .set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let long = "echo a; ".repeat(50);
    let line = json!({"id": 4, "method": "check", "params": {"command": long}});
    while client.write_all(format!("{line}\n").as_bytes()).is_ok() {}
    signal(&server, Signal::TERM);
    ends_well(server, &ground.socket);
}

#[test]
fn what_a_killed_server_left_is_replaced_and_a_live_one_is_not() {
    let ground = Ground::new();
    let mut killed = ground.on_socket();
    drop(ground.client());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(ground.socket.exists());
    let server = ground.on_socket();
    drop(ground.client());
    let second = ground.on_socket().wait_with_output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("something serves on"), "{said}");
    drop(ground.client());
    signal(&server, Signal::TERM);
    ends_well(server, &ground.socket);
}
