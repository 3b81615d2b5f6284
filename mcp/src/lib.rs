//! Tools to check and to run commands, for clients of the Model Context Protocol: `execpolicy mcp`.
//!
//! The protocol, and the one thread that speaks it, are the SDK's. Whatever takes time (judging, running) has a thread of
//! its own for as long as it takes. A command that asks is judged twice: once to say what is asked, and once more when
//! the answer is there, which counts only for exactly what was shown.
#![forbid(unsafe_code)]

mod answer;
mod arguments;
mod attempt;
mod call;
mod check;
mod elicitation;
mod handler;
mod input;
mod place;
mod progress;
mod question;
mod room;
mod state;
mod told;
mod tools;
mod wire;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use tokio_util::sync::CancellationToken;

use handler::Handler;
use input::Watched;
use room::{CALLS, Room};
use wire::{Flight, Wire};

/// How long what was answered may take to be read, once the client has closed our input.
const GRACE: Duration = Duration::from_secs(5);

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it stands, its policy, and what it may leave behind. Its confinement is what commands run in where their
    /// verdict asks for nothing else.
    pub options: server::Options,
    /// How long a question stays open. Then it is a no.
    pub patience: Duration,
    /// What it calls itself.
    pub version: String,
}

/// Serves one client on standard input and output, to the end of its input. Then nothing that it started runs.
///
/// # Errors
/// Where no thread can be started, there is no place to judge in, or the client does not begin as the protocol says.
pub fn serve_stdio(settings: Settings) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        // Each call has one at a time; the streams need theirs whatever the calls do.
        .max_blocking_threads(CALLS.saturating_add(8))
        .build()?;
    let ended = runtime.block_on(serve(settings));
    // A thread that waits for more input would be waited for.
    runtime.shutdown_background();
    ended
}

async fn serve(settings: Settings) -> io::Result<()> {
    let room = Arc::new(Room::new(settings)?);
    let end = CancellationToken::new();
    let input = Watched::new(tokio::io::stdin(), end.clone());
    let flight = Arc::new(Flight::default());
    let wire = Wire::new(input, tokio::io::stdout(), flight.clone(), end.clone());
    // Not by the token: a service that has not begun has nothing to say about why.
    let handler = Handler::new(room.clone(), flight, end.clone());
    let ended = match handler.serve(wire).await {
        Ok(service) => {
            let late = async {
                end.cancelled().await;
                tokio::time::sleep(GRACE).await;
            };
            tokio::select! {
                _ = service.waiting() => {}
                () = late => {}
            }
            Ok(())
        }
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(ServerInitializeError::InitializeFailed(error)) => {
            Err(io::Error::other(server::short(&error.message)))
        }
        // What they hold is a message of the client's, and nothing for a person to read.
        Err(
            ServerInitializeError::ExpectedInitializeRequest(_)
            | ServerInitializeError::UnexpectedInitializeResponse(_)
            | ServerInitializeError::TransportError { .. }
            | ServerInitializeError::Cancelled
            | _,
        ) => Err(io::Error::other("the client did not begin as the protocol says")),
    };
    end.cancel();
    room.all_over().await;
    ended
}
