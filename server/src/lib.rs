//! The approval oracle of an agent host, over a wire: `execpolicy serve`.
//!
//! A connection is a stream of lines each way. Its reader answers what is answered at once; a command, a patch or a wish
//! for more has a thread of its own, which asks the client where a person is needed. What a client is told goes through
//! one queue, so that its order is that of what happened.
#![forbid(unsafe_code)]

mod client;
mod clock;
mod command;
mod connection;
mod descriptors;
mod journal;
pub mod lines;
mod options;
mod patch;
mod permission;
mod policies;
pub mod protocol;
mod reply;
mod server;
mod stop;
mod thread;
mod threads;

use std::io::{self, BufReader};

pub use client::Gone;
pub use command::{Output, Piece, Pipes, Tell, of_judgement, of_status, short, violations};
pub use descriptors::raise as raise_open_files;
pub use options::Options;
pub use policies::Policies;
pub use stop::Stop;

/// Serves one client on standard input and output, to the end of its input.
///
/// # Errors
/// Where no thread can be started or no descriptor opened, or standard input cannot be read.
pub fn serve_stdio(options: Options) -> io::Result<()> {
    let server = server::Server::new(options);
    connection::serve(&server, BufReader::new(io::stdin()), io::stdout())
}
