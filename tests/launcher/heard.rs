//! A command that is run to its end, and what it said.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread;

/// What a command said.
pub(crate) struct Heard {
    /// Its status; `None` if a signal ended it.
    pub(crate) status: Option<i32>,
    /// What it wrote, errors last.
    pub(crate) text: String,
}

/// Runs a command to its end.
pub(crate) fn hear(command: &mut Command) -> io::Result<Heard> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let streams = [
        child
            .stdout
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    let readers: Vec<_> = streams
        .into_iter()
        .flatten()
        .map(|mut stream| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                // What was read until the stream broke is what there is.
                drop(stream.read_to_end(&mut bytes));
                String::from_utf8_lossy(&bytes).into_owned()
            })
        })
        .collect();
    let status = child.wait()?.code();
    let text = readers
        .into_iter()
        .filter_map(|reader| reader.join().ok())
        .collect();
    Ok(Heard { status, text })
}
