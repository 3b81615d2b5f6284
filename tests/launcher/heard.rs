//! A command that is run to its end, and what it said.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a command said.
pub(crate) struct Heard {
    /// Its status; `None` if a signal ended it or it did not end in time.
    pub(crate) status: Option<i32>,
    /// What it wrote, errors last.
    pub(crate) text: String,
}

/// Runs a command and waits for it, at most so long.
pub(crate) fn hear(command: &mut Command, patience: Duration) -> io::Result<Heard> {
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
    let deadline = Instant::now().checked_add(patience);
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status.code(),
            None if deadline.is_some_and(|deadline| Instant::now() > deadline) => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = readers
        .into_iter()
        .filter_map(|reader| reader.join().ok())
        .collect();
    Ok(Heard { status, text })
}
