//! `execpolicy answer`: an agent behind the gate, its client in front of it.

use std::io;
use std::os::fd::AsFd;

use answer::{Patience, PolicyPlace, Protocol, RelayError, relay};
use diagnostics::{Diagnostic, Severity};
use gatekeeper::hook::Shell;
use gatekeeper::log::Log;
use gatekeeper::{Places, codes};

use crate::args::{AnswerArgs, GivenArgs, PolicyArgs};
use crate::commands::hook::place;
use crate::exit::Exit;
use crate::policy::{self, Policy};
use crate::{environment, launch, output};

/// Starts the agent, and answers until it has ended.
pub(crate) fn run(args: &AnswerArgs) -> Exit {
    match start(args) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn start(args: &AnswerArgs) -> Result<Exit, Exit> {
    let not_started = |why: String| {
        launch::complain(why, None);
        Exit::NotStarted
    };
    let here =
        environment::directory().ok_or_else(|| not_started("the working directory is gone".to_owned()))?;
    let given = GivenArgs {
        rules: args.policy.rules.iter().map(|file| here.join(file)).collect(),
        ..args.policy
    };
    // Who names a file means it; one that breaks later asks.
    let named = PolicyArgs {
        given: given.clone(),
        no_layers: true,
    };
    let opened = Policy::new(&named).open(&Places::default());
    opened.map_err(|findings| {
        output::complain(&findings, None);
        Exit::NotStarted
    })?;
    let home = environment::home()
        .ok_or_else(|| not_started("there is no home directory: $HOME is not set".to_owned()))?;
    let dialect = Shell::Users.dialect("", environment::variable);
    let protocol = Protocol::from(args.protocol);
    let policy = answer::Policy::new(PolicyPlace {
        surroundings: place::of_process(&home, dialect).map_err(not_started)?,
        given: given.rules,
        defaults: policy::defaults(given.no_default),
        log: log(),
        protocol,
    });
    let variables = environment::all();
    let agent = launch::command(&args.agent, &here, &variables)?;
    let own = |stream: io::Result<_>| stream.map_err(|error| not_started(error.to_string()));
    let client = (
        own(io::stdin().as_fd().try_clone_to_owned())?,
        own(io::stdout().as_fd().try_clone_to_owned())?,
    );
    let ended = relay(
        agent,
        variables,
        client,
        protocol,
        Box::new(policy),
        Patience::default(),
    );
    match ended {
        Ok(outcome) => Ok(Exit::Child(outcome.status.code())),
        Err(RelayError::Launch(error)) => Err(launch::failed(&error)),
        Err(error @ RelayError::Connect { .. }) => Err(not_started(error.to_string())),
    }
}

/// The log; where there is none, nothing is allowed without a person, which is said.
fn log() -> Option<Log> {
    let why = match environment::log().as_deref().map(Log::open) {
        Some(Ok(log)) => return Some(log),
        Some(Err(error)) => error.to_string(),
        None => environment::NO_LOG.to_owned(),
    };
    let finding = Diagnostic::new(codes::NOT_LOGGED, Severity::Warning, why)
        .note("what cannot be logged is not allowed: the person is asked");
    output::complain(&[finding], None);
    None
}
