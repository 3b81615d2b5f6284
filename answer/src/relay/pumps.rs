//! The two directions of a conversation.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Patience;
use super::replies::Replies;
use crate::conversation::{AgentSide, ClientSide, Sink};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Bytes that are written at once, so that it is seen that a slow reader reads.
const SLICE: usize = 16 * 1024;

/// How often it is looked whether an agent is silent.
const LOOK: Duration = Duration::from_millis(100);

/// Counts what the agent said and the client took.
#[derive(Debug, Default)]
pub(super) struct Progress(AtomicU64);

impl Progress {
    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn made(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What the agent says, on its way to the client.
pub(super) struct FromAgent {
    pub(super) agent: OwnedFd,
    pub(super) client: Arc<OwnedFd>,
    pub(super) replies: Arc<Replies>,
    pub(super) progress: Arc<Progress>,
}

impl FromAgent {
    /// Carries until the agent has said its last word or the client does not listen any more; the agent is then told by
    /// the kernel, as it would be by the client.
    pub(super) fn run(self, mut side: AgentSide) {
        let mut chunk = vec![0; CHUNK];
        let mut sink = ToClient {
            client: &self.client,
            replies: &self.replies,
            progress: &self.progress,
            waiting: Vec::new(),
            is_gone: false,
        };
        while !sink.is_gone {
            let Some(said) = read(&self.agent, &mut chunk) else {
                side.ends(&mut sink);
                return sink.flush();
            };
            self.progress.made();
            side.says(said, &mut sink);
            sink.flush();
        }
    }
}

/// The client as it is reached by what the agent says.
struct ToClient<'a> {
    client: &'a OwnedFd,
    replies: &'a Replies,
    progress: &'a Progress,
    waiting: Vec<u8>,
    is_gone: bool,
}

impl Sink for ToClient<'_> {
    fn pass(&mut self, bytes: &[u8]) {
        if self.waiting.is_empty() && bytes.len() >= CHUNK {
            self.is_gone |= write(self.client, bytes, self.progress).is_err();
            return;
        }
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.waiting.is_empty() && !self.is_gone {
            self.is_gone = write(self.client, &self.waiting, self.progress).is_err();
        }
        self.waiting.clear();
    }

    fn can_answer(&self) -> bool {
        self.replies.are_taken()
    }

    fn answer(&mut self, line: Vec<u8>) -> bool {
        self.replies.put(line)
    }
}

/// What the client says and what is answered, on its way to the agent.
pub(super) struct FromClient {
    pub(super) client: OwnedFd,
    pub(super) agent: OwnedFd,
    pub(super) replies: Arc<Replies>,
    pub(super) output: Arc<OwnedFd>,
    pub(super) progress: Arc<Progress>,
    pub(super) patience: Patience,
}

impl FromClient {
    /// Carries until the client has said its last word, and then waits until the agent is silent for too long.
    pub(super) fn run(self, mut side: ClientSide) {
        let Self {
            client,
            agent,
            replies,
            output,
            progress,
            patience,
        } = self;
        let ended = carry(&client, &agent, &replies, &mut side);
        drop(replies.close());
        drop(agent);
        if ended == Ended::Agent {
            // Nobody reads it; a client that writes on is no reason to have it wait.
            let mut chunk = vec![0; CHUNK];
            while read(&client, &mut chunk).is_some() {}
        }
        wait_for_silence(&progress, &output, patience);
    }
}

/// Which side has ended what the client says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ended {
    Client,
    /// It does not read any more.
    Agent,
}

fn carry(client: &OwnedFd, agent: &OwnedFd, replies: &Replies, side: &mut ClientSide) -> Ended {
    let silent = Progress::default();
    let mut chunk = vec![0; CHUNK];
    let mut is_in_line = false;
    loop {
        // In the middle of a line nothing can be said in between.
        let mut polled = vec![PollFd::new(client, PollFlags::IN)];
        if !is_in_line {
            polled.push(PollFd::new(replies, PollFlags::IN));
        }
        match poll(&mut polled, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Ended::Client,
        }
        let mut ready = polled.iter().map(|one| !one.revents().is_empty());
        let (is_said, is_answered) = (ready.next() == Some(true), ready.next() == Some(true));
        if is_answered && write(agent, &replies.take(), &silent).is_err() {
            return Ended::Agent;
        }
        if !is_said {
            continue;
        }
        let Some(said) = read(client, &mut chunk) else {
            if !is_in_line {
                // If it cannot be told any more, it does not wait for that either.
                let _gone = write(agent, &replies.close(), &silent);
            }
            return Ended::Client;
        };
        side.says(said);
        // In the middle of a line none is waiting: the person is asked instead.
        is_in_line = said.last() != Some(&b'\n');
        for part in [&replies.take_before(is_in_line), said] {
            if write(agent, part, &silent).is_err() {
                return Ended::Agent;
            }
        }
    }
}

fn wait_for_silence(progress: &Progress, output: &OwnedFd, patience: Patience) {
    let mut silent = Duration::ZERO;
    let mut before = progress.now();
    loop {
        let patience = if listens(output) {
            patience.silence
        } else {
            patience.gone.min(patience.silence)
        };
        if silent >= patience {
            return;
        }
        thread::sleep(LOOK);
        silent = silent.saturating_add(LOOK);
        let now = progress.now();
        if now != before {
            (silent, before) = (Duration::ZERO, now);
        }
    }
}

/// Whether somebody may still read what is written.
fn listens(output: &OwnedFd) -> bool {
    let mut polled = [PollFd::new(output, PollFlags::empty())];
    let asked = poll(&mut polled, Some(&Timespec::default()));
    !asked.is_ok_and(|count| count > 0)
}

/// What has arrived; `None` at the end, and where nothing will arrive any more.
fn read<'a>(from: &OwnedFd, chunk: &'a mut [u8]) -> Option<&'a [u8]> {
    let count = loop {
        match rustix::io::read(from, &mut *chunk) {
            Ok(0) => return None,
            Ok(count) => break count,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait_for(from, PollFlags::IN),
            Err(_) => return None,
        }
    };
    chunk.get(..count)
}

/// Writes all of it.
fn write(to: &OwnedFd, bytes: &[u8], progress: &Progress) -> Result<(), Errno> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let part = rest.get(..SLICE).unwrap_or(rest);
        match rustix::io::write(to, part) {
            Ok(count) => {
                progress.made();
                rest = rest.get(count..).unwrap_or_default();
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait_for(to, PollFlags::OUT),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Waits for a descriptor that somebody else has made one that does not wait.
fn wait_for(what: &OwnedFd, flags: PollFlags) {
    // Where it cannot be waited for, the next try says why.
    let _tried = poll(&mut [PollFd::from_borrowed_fd(what.as_fd(), flags)], None);
}
