//! The service, with a clock on both of its streams.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use gatekeeper::Defaults;
use server::{Options, Service};

use crate::expected::{COMMANDS, surroundings};
use crate::{Outcome, now, row};

/// When the lines were read that are not answered yet, the oldest first. Checks are answered in order.
type Waiting = Arc<Mutex<VecDeque<Instant>>>;

/// What the answers took, of all connections.
type Taken = Arc<Mutex<Vec<Duration>>>;

/// Notes when a line was read.
struct Input {
    stream: UnixStream,
    read: Waiting,
}

/// Notes when an answer was written.
struct Output {
    stream: UnixStream,
    read: Waiting,
    taken: Taken,
    /// The first ones are not counted: `initialize`, and each command for the first time.
    first: usize,
}

/// Serves until standard input ends, and then tells what the answers took.
#[expect(clippy::print_stdout, reason = "the benchmark reads it")]
pub(crate) fn serve(directory: &Path) -> Outcome<()> {
    let service = Service::new(Options {
        surroundings: surroundings(directory),
        rules: Vec::new(),
        no_layers: true,
        defaults: Defaults::BuiltIn,
        variables: Vec::new(),
        state: None,
        risk_program: None,
    })?;
    let listener = UnixListener::bind(directory.join("measured"))?;
    let taken = Taken::default();
    let all = taken.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A connection that cannot be served is missed by its client.
            drop(stream.and_then(|stream| attach(&service, &stream, &all)));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    let taken = taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
    println!("{}", row("in the server", taken));
    Ok(())
}

fn attach(service: &Service, stream: &UnixStream, taken: &Taken) -> io::Result<()> {
    let read = Waiting::default();
    let input = Input {
        stream: stream.try_clone()?,
        read: read.clone(),
    };
    let output = Output {
        stream: stream.try_clone()?,
        read,
        taken: taken.clone(),
        first: COMMANDS.len().saturating_add(1),
    };
    let end = stream.try_clone()?;
    service.serve_streams(input, output, move || drop(end.shutdown(Shutdown::Both)))
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count().saturating_sub(1)
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let read_at = now();
        let ended = lines(buffer.get(..count).unwrap_or_default());
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.extend(std::iter::repeat_n(read_at, ended));
        Ok(count)
    }
}

impl AsFd for Input {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.stream.write(bytes)?;
        let ended = lines(bytes.get(..count).unwrap_or_default());
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = ended.min(read.len());
        let answered: Vec<Duration> = read.drain(..known).map(|read_at| read_at.elapsed()).collect();
        drop(read);
        let counted = answered.into_iter().skip(self.first);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.extend(counted);
        drop(taken);
        self.first = self.first.saturating_sub(ended);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
