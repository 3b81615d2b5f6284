//! From a command's pipes to its client, until it has ended or is to end.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use gatekeeper::sandbox::{Background, Event, Outcome, Running, Stream, Watch};
use gatekeeper::{Clearance, Wiring};
use rustix::event::epoll;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, fcntl_getpipe_size, pipe_with};

use super::output::{Output, Piece};
use crate::client::Gone;
use crate::protocol::OutputStream;
use crate::stop::Stop;

/// Bytes that are read at once: what a pipe holds.
const READ: usize = 64 * 1024;

/// Our ends of a command's pipes.
#[derive(Debug)]
pub struct Pipes {
    /// `None` once it has ended.
    ends: [(OutputStream, Option<OwnedFd>); 2],
    /// Has something to read when one of them has, or the order to stop is given.
    any: OwnedFd,
    buffer: Vec<u8>,
}

/// How a command is started that nobody sits in front of: it reads nothing, writes into these pipes (stdout, stderr), and
/// is ended when its time is over. What a confinement keeps it from is noted. So many open files it may have until it asks
/// for more.
pub fn wiring(
    clearance: &Clearance,
    [output, errors]: [Stream; 2],
    time: Duration,
    open_files: Option<u64>,
) -> Wiring {
    Wiring {
        input: Stream::Null,
        output,
        errors,
        watch: clearance.confinement().map(|_| Watch::Writes),
        background: Some(Background {
            wall: Some(time),
            open_files,
        }),
        ..Wiring::default()
    }
}

/// What takes the pieces. It waits while nobody reads them, and fails once the order to stop is given.
pub type Tell<'a> = dyn Fn(OutputStream, Piece) -> Result<(), Gone> + 'a;

impl Pipes {
    /// Our ends, and the command's.
    ///
    /// # Errors
    /// Where the process may open no more descriptors.
    pub fn new(stop: &Stop) -> io::Result<(Self, [Stream; 2])> {
        let (output, outputs) = pipe_with(PipeFlags::CLOEXEC)?;
        let (errors, errors_of) = pipe_with(PipeFlags::CLOEXEC)?;
        let any = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        for end in [&output, &errors] {
            fcntl_setfl(end, OFlags::NONBLOCK)?;
            epoll::add(&any, end, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
        }
        epoll::add(
            &any,
            stop.as_fd(),
            epoll::EventData::new_u64(0),
            epoll::EventFlags::IN,
        )?;
        let pipes = Self {
            ends: [
                (OutputStream::Stdout, Some(output)),
                (OutputStream::Stderr, Some(errors)),
            ],
            any,
            buffer: vec![0; READ],
        };
        Ok((pipes, [Stream::Given(outputs), Stream::Given(errors_of)]))
    }

    /// Hands on what a command writes until it has ended, with all that it started; ends it once the order is given, or
    /// nobody reads any more.
    pub fn pump(
        mut self,
        mut running: Running,
        output: &mut Output,
        stop: &Stop,
        tell: &Tell<'_>,
    ) -> Outcome {
        let outcome = loop {
            match running.next(Some(self.any.as_fd())) {
                // Somebody may have it go on; its time runs.
                Event::Stopped(_) => {}
                Event::Woken => {
                    if stop.is_ordered() || self.hand_on(output, tell).is_err() {
                        return running.kill();
                    }
                }
                Event::Ended(outcome) => break *outcome,
            }
        };
        // Nobody writes any more, but perhaps somebody outside whom it has given its end to: what is in the pipes is its own.
        for _ in 0..self.left() {
            if !matches!(self.hand_on(output, tell), Ok(true)) {
                break;
            }
        }
        for (stream, _) in self.ends {
            if let Some(piece) = output.end(stream) {
                let _gone = tell(stream, piece);
            }
        }
        outcome
    }

    /// How often each stream has to be read until all is read that it may hold now.
    fn left(&self) -> usize {
        let open = self.ends.iter().filter_map(|(_, end)| end.as_ref());
        let held = open.map(|end| fcntl_getpipe_size(end).unwrap_or(READ));
        held.max().unwrap_or(0).div_ceil(READ)
    }

    /// Reads each stream once; says whether there was something.
    fn hand_on(&mut self, output: &mut Output, tell: &Tell<'_>) -> Result<bool, Gone> {
        let mut is_any = false;
        for (stream, end) in &mut self.ends {
            let Some(open) = end else { continue };
            match rustix::io::read(&*open, &mut *self.buffer) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                Ok(0) | Err(_) => {
                    let _deleted = epoll::delete(&self.any, &*open);
                    *end = None;
                }
                Ok(count) => {
                    is_any = true;
                    if let Some(piece) = output.take(*stream, self.buffer.get(..count).unwrap_or_default()) {
                        tell(*stream, piece)?;
                    }
                }
            }
        }
        Ok(is_any)
    }
}
