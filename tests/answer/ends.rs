//! Clients that have said their last word, or stop in the middle of one.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::time::Duration;

use answer::{Opinion, Patience, Protocol, relay};
use gatekeeper::sandbox::{Command, Status, Stream};
use serde_json::json;

use crate::acp::run;
use crate::ground::Always;

/// A script as an agent.
fn shell(script: &str) -> Command {
    Command {
        program: "/bin/sh".into(),
        arguments: ["sh", "-c", script].map(Into::into).to_vec(),
        directory: "/".into(),
        input: Stream::Null,
        output: Stream::Null,
        errors: Stream::Null,
    }
}

fn variables() -> Vec<(OsString, OsString)> {
    vec![("PATH".into(), "/usr/bin:/bin".into())]
}

const PATIENCE: Patience = Patience {
    silence: Duration::from_secs(3),
    gone: Duration::from_secs(3),
};

#[test]
fn an_agent_that_stays_silent_after_the_clients_last_word_is_ended() {
    for (script, said, wanted) in [
        // It speaks for longer than it may be silent, and ends by itself.
        (
            "for i in 1 2 3 4 5 6; do sleep 0.6; echo $i; done; exit 8",
            "1\n2\n3\n4\n5\n6\n",
            Status::Exited(8),
        ),
        ("exec sleep 600", "", Status::Killed(15)),
        (
            "trap 'echo end; exit 9' TERM; while :; do sleep 0.1; done",
            "end\n",
            Status::Exited(9),
        ),
    ] {
        let (input, to) = io::pipe().unwrap();
        let (mut from, output) = io::pipe().unwrap();
        drop(to);
        let agent = shell(script);
        let judge = Box::new(Always(Opinion::Person));
        let client = (input.into(), output.into());
        let outcome = relay(agent, variables(), client, Protocol::Acp, judge, PATIENCE).unwrap();
        assert_eq!(outcome.status, wanted, "{script}");
        let mut heard = String::new();
        from.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, said, "{script}");
    }
}

#[test]
fn in_the_middle_of_a_line_the_person_is_asked() {
    let new =
        json!({"jsonrpc": "2.0", "id": 1, "method": "session/new", "params": {"cwd": "/", "mcpServers": []}});
    let opened = json!({"jsonrpc": "2.0", "id": 1, "result": {"sessionId": "s"}});
    let ask = run(&json!("tool x"));
    for (name, said, is_asked) in [
        ("between two lines", "{\"x\":1}\n", false),
        ("in the middle of a line", "{\"x\":1}\n{\"x\":", true),
    ] {
        let (input, mut to) = io::pipe().unwrap();
        let (mut from, output) = io::pipe().unwrap();
        let end = if is_asked {
            "sleep 0.3"
        } else {
            "read -r line; exit 7"
        };
        let script = format!("read -r line; echo '{opened}'; read -r line; sleep 0.3; echo '{ask}'; {end}");
        write!(to, "{new}\n{said}").unwrap();
        let judge = Box::new(Always(Opinion::Yes));
        let client = (input.into(), output.into());
        let outcome = relay(
            shell(&script),
            variables(),
            client,
            Protocol::Acp,
            judge,
            PATIENCE,
        )
        .unwrap();
        drop(to);
        let mut heard = String::new();
        from.read_to_string(&mut heard).unwrap();
        assert_eq!(heard.contains("request_permission"), is_asked, "{name}");
        let wanted = if is_asked { 0 } else { 7 };
        assert_eq!(outcome.status, Status::Exited(wanted), "{name}");
    }
}
