//! An agent that does not care that its client has said its last word.

use std::io::{self, Read};

use answer::{Opinion, Patience, Protocol, relay};
use gatekeeper::sandbox::{Command, Status, Stream};

use crate::ground::Always;

const MILLISECONDS: fn(u64) -> std::time::Duration = std::time::Duration::from_millis;

#[test]
fn an_agent_that_stays_silent_after_the_clients_last_word_is_ended() {
    for (script, said, wanted) in [
        // It speaks for longer than it may be silent, and ends by itself.
        (
            "for i in 1 2 3 4 5 6; do sleep 0.2; echo $i; done; exit 8",
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
        let agent = Command {
            program: "/bin/sh".into(),
            arguments: ["sh", "-c", script].map(Into::into).to_vec(),
            directory: "/".into(),
            input: Stream::Null,
            output: Stream::Null,
            errors: Stream::Null,
        };
        let variables = vec![("PATH".into(), "/usr/bin:/bin".into())];
        let patience = Patience {
            silence: MILLISECONDS(800),
            gone: MILLISECONDS(800),
        };
        let judge = Box::new(Always(Opinion::Person));
        let client = (input.into(), output.into());
        let outcome = relay(agent, variables, client, Protocol::Acp, judge, patience).unwrap();
        assert_eq!(outcome.status, wanted, "{script}");
        let mut heard = String::new();
        from.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, said, "{script}");
    }
}
