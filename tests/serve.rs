//! What a host does with `execpolicy serve`, done by a client that knows only its published schema.
//!
//! Each flow is a function of `serve/flows/`, and runs against the real server with real commands in the real sandbox.
//! What is said in it is compared with its transcript; `UPDATE_TRANSCRIPTS=1` writes the transcripts anew.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

#[path = "launcher/binary.rs"]
mod binary;
#[path = "launcher/heard.rs"]
mod heard;
#[path = "serve/kit.rs"]
mod kit;
#[path = "launcher/user.rs"]
mod user;

use kit::Kit;
use user::User;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let kit = match Kit::new() {
        Ok(kit) => kit,
        Err(error) => {
            let failed = vec![Trial::test("the client can be copied", move || Err(error.into()))];
            return libtest_mimic::run(&arguments, failed).exit_code();
        }
    };
    let trials = User::all()
        .into_iter()
        .flat_map(|user| trials(&kit, user))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    kit.remove();
    binary::remove();
    conclusion.exit_code()
}

/// All flows, by this user.
fn trials(kit: &Kit, user: User) -> Vec<Trial> {
    if let Some(reason) = user.cannot().or_else(|| kit::no_python(user)) {
        return vec![skipped("all flows", user, &reason)];
    }
    let flows = match kit.flows(user) {
        Ok(flows) => flows,
        Err(error) => {
            let name = format!("the flows can be listed, {}", user.name());
            return vec![Trial::test(name, move || Err(error.into()))];
        }
    };
    let trial = |flow: kit::Flow| {
        if let Some(reason) = flow.cannot {
            return skipped(&flow.name, user, &reason);
        }
        let kit = kit.clone();
        let name = format!("{}, {}", flow.name, user.name());
        Trial::test(name, move || Ok(kit.run(&flow.name, user)?))
    };
    flows.into_iter().map(trial).collect()
}

/// What cannot be tried is never passed.
fn skipped(name: &str, user: User, reason: &str) -> Trial {
    let name = format!("{name}, {}: SKIPPED, {reason}", user.name());
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}
