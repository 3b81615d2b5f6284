//! The approval oracle of an agent host, over a wire: `execpolicy serve`.
//!
//! A connection is a stream of lines each way. Its reader answers what is answered at once; a command, a patch or a wish
//! for more has a thread of its own, which asks the client where a person is needed. What a client is told goes through
//! one queue, so that its order is that of what happened.
#![forbid(unsafe_code)]

mod check;
mod client;
mod clock;
mod command;
mod connection;
mod descriptors;
mod limits;
pub mod lines;
mod listener;
mod options;
mod patch;
mod permission;
mod policies;
pub mod protocol;
mod reply;
mod server;
mod service;
mod signals;
mod slots;
mod stop;
mod thread;
mod threads;
mod turn_diff;
mod work;

use std::io;
use std::thread::Builder;

use limits::STOPPING;
use server::Server;
use stop::has_come;

pub use client::Gone;
pub use command::{Output, Piece, Pipes, Tell, of_judgement, of_status, short, violations, wiring};
pub use descriptors::raise as raise_open_files;
pub use listener::{SocketError, serve_socket};
pub use options::Options;
pub use service::Service;
pub use stop::Stop;

/// Serves one client on standard input and output, to the end of its input or until it is told to terminate. Then nothing
/// that it started runs.
///
/// # Errors
/// Where no thread can be started or no descriptor opened, or standard input cannot be read.
pub fn serve_stdio(options: Options) -> io::Result<()> {
    let server = Server::new(options)?;
    signals::order(&server.stop)?;
    let over = Stop::new()?;
    let (shared, told) = (server.clone(), over.clone());
    let connection = Builder::new().name("connection".to_owned()).spawn(move || {
        // The end of the only client is the server's.
        let ended = connection::serve(&shared, io::stdin(), io::stdout(), || shared.stop.order());
        told.order();
        ended
    })?;
    stop::wait(&server.stop);
    if has_come(&over, STOPPING) {
        // A panic of that thread was told by itself.
        return connection.join().unwrap_or(Ok(()));
    }
    Ok(())
}
