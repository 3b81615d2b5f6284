//! The signals that ask a server to end.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::thread::Builder;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

use crate::stop::Stop;

/// Has `SIGTERM` and `SIGINT` give the order to stop, as long as the process lives. They are handled and not held back:
/// a command that is started has neither the handler nor a mask. `SIGPIPE` is ignored by every program of Rust's, and
/// commands are started with its default.
///
/// # Errors
/// Where there can be no handler, descriptor or thread.
pub(crate) fn order(stop: &Stop) -> io::Result<()> {
    let (mut reader, writer) = UnixStream::pair()?;
    for signal in [SIGTERM, SIGINT] {
        pipe::register(signal, writer.try_clone()?)?;
    }
    let stop = stop.clone();
    Builder::new().name("signals".to_owned()).spawn(move || {
        // A stream that cannot be read any more has no signals to tell of; then the process had better end, too.
        let _read = reader.read(&mut [0]);
        stop.order();
    })?;
    Ok(())
}
