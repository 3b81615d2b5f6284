//! Starts an agent and stands between it and the client, until the agent has ended.
//!
//! One thread carries what the agent says, another what the client says, and the first one waits for the agent. The
//! first never waits for the agent to read: its answers are queued, and the other writes them between two lines of the
//! client's. So an agent that writes without reading is no reason to stand still.

mod pumps;
mod replies;

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use gatekeeper::sandbox::{Command, LaunchError, Outcome, Plan, Stream};

use crate::ask::Judge;
use crate::conversation::between;
use crate::protocol::Protocol;
use pumps::{FromAgent, FromClient, Progress};
use replies::Replies;

/// For how long what may never come is waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// For how long an agent may be silent once the client has said its last word. It is then asked to end, and is
    /// ended five seconds later.
    pub silence: Duration,
    /// The same where the client does not listen any more either, and the time in which it has to take some of what
    /// the agent said last.
    pub gone: Duration,
}

impl Default for Patience {
    /// Half a minute, and five seconds.
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            gone: Duration::from_secs(5),
        }
    }
}

/// Why an agent was not started, or could not be waited for.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// No pipes could be made, or no threads.
    #[error("the agent could not be connected: {source}")]
    Connect {
        /// What the kernel said.
        #[from]
        source: io::Error,
    },
    /// It could not be started.
    #[error(transparent)]
    Launch(#[from] LaunchError),
}

/// Starts an agent with these variables and nothing that confines it, and carries what it and the client say until it
/// has ended. Its streams are made here, but for the one for errors. All that it started ends with it, and it ends with
/// this process. Signals are passed on to it. To be called by the one thread that a program has.
///
/// # Errors
/// [`RelayError`]; nothing of the agent is left then.
pub fn relay(
    agent: Command,
    environment: Vec<(OsString, OsString)>,
    client: (OwnedFd, OwnedFd),
    protocol: Protocol,
    judge: Box<dyn Judge>,
    patience: Patience,
) -> Result<Outcome, RelayError> {
    let (agent_reads, to_agent) = io::pipe()?;
    let (from_agent, agent_writes) = io::pipe()?;
    let (over, not_over) = io::pipe()?;
    let mut plan = Plan::unconfined(environment);
    plan.in_foreground();
    let replies = Arc::new(Replies::new()?);
    let running = plan.launch(Command {
        input: Stream::Given(agent_reads.into()),
        output: Stream::Given(agent_writes.into()),
        ..agent
    })?;
    let (agent_side, client_side) = between(protocol, judge);
    let progress = Arc::new(Progress::default());
    let (input, output) = client;
    let output = Arc::new(output);
    let (said_all, heard_all) = channel();
    let from_agent = FromAgent {
        agent: from_agent.into(),
        client: Arc::clone(&output),
        replies: Arc::clone(&replies),
        progress: Arc::clone(&progress),
    };
    let from_client = FromClient {
        client: input,
        agent: to_agent.into(),
        replies,
        output,
        progress: Arc::clone(&progress),
        patience,
    };
    thread::Builder::new().name("agent".to_owned()).spawn(move || {
        from_agent.run(agent_side);
        drop(said_all);
    })?;
    thread::Builder::new().name("client".to_owned()).spawn(move || {
        from_client.run(client_side);
        drop(not_over);
    })?;
    let outcome = running.wait_in_foreground_until(over.as_fd())?;
    wait_for_rest(&heard_all, &progress, patience.gone);
    Ok(outcome)
}

/// Waits until the client has taken all that the agent said, as long as it takes any of it.
fn wait_for_rest(heard_all: &Receiver<()>, progress: &Progress, patience: Duration) {
    let mut before = progress.now();
    while let Err(RecvTimeoutError::Timeout) = heard_all.recv_timeout(patience) {
        let now = progress.now();
        if now == before {
            return;
        }
        before = now;
    }
}
