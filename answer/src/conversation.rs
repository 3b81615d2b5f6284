//! Both sides of a conversation: what passes, and what is answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ask::{Judge, Opinion};
use crate::line::{Lines, Piece};
use crate::message::Envelope;
use crate::protocol::{Listener, Protocol};

/// Where what the agent says goes.
pub trait Sink {
    /// These bytes go on to the client, as they are.
    fn pass(&mut self, bytes: &[u8]);

    /// What was passed shall be there before something takes its time.
    fn flush(&mut self);

    /// Whether the agent can be told anything now.
    fn can_answer(&self) -> bool;

    /// Tells the agent this line, between two lines of the client's. False where it cannot be told.
    fn answer(&mut self, line: Vec<u8>) -> bool;
}

/// What the agent says.
pub struct AgentSide {
    lines: Lines,
    listener: Arc<Mutex<Box<dyn Listener>>>,
    judge: Box<dyn Judge>,
}

/// What the client says. All of it goes on to the agent; here it is only listened to.
pub struct ClientSide {
    lines: Lines,
    listener: Arc<Mutex<Box<dyn Listener>>>,
}

/// The two sides of a conversation in this protocol, whose questions this judge answers. What the client says has to
/// be heard before the agent gets it.
pub fn between(protocol: Protocol, judge: Box<dyn Judge>) -> (AgentSide, ClientSide) {
    let listener = Arc::new(Mutex::new(protocol.listener()));
    let agent = AgentSide {
        lines: Lines::default(),
        listener: Arc::clone(&listener),
        judge,
    };
    let client = ClientSide {
        lines: Lines::default(),
        listener,
    };
    (agent, client)
}

impl AgentSide {
    /// The agent has written these bytes.
    pub fn says(&mut self, chunk: &[u8], sink: &mut dyn Sink) {
        let (lines, mut hearing) = self.apart(sink);
        lines.feed(chunk, &mut |piece| hearing.hear(piece));
    }

    /// The agent will write no more.
    pub fn ends(&mut self, sink: &mut dyn Sink) {
        let (lines, mut hearing) = self.apart(sink);
        lines.end(&mut |piece| hearing.hear(piece));
    }

    fn apart<'a>(&'a mut self, sink: &'a mut dyn Sink) -> (&'a mut Lines, Hearing<'a>) {
        let hearing = Hearing {
            listener: &self.listener,
            judge: &mut *self.judge,
            sink,
        };
        (&mut self.lines, hearing)
    }
}

impl ClientSide {
    /// The client has written these bytes.
    pub fn says(&mut self, chunk: &[u8]) {
        let listener = &self.listener;
        self.lines.feed(chunk, &mut |piece| match piece {
            Piece::Line(line) => match Envelope::read(line) {
                Some(envelope) => lock(listener).client_says(envelope, line),
                None if line.trim_ascii().is_empty() => {}
                None => lock(listener).missed_of_client(),
            },
            Piece::Unread(_) | Piece::TooLong(_) => lock(listener).missed_of_client(),
        });
    }
}

/// Hears the agent's lines.
struct Hearing<'a> {
    listener: &'a Mutex<Box<dyn Listener>>,
    judge: &'a mut dyn Judge,
    sink: &'a mut dyn Sink,
}

impl Hearing<'_> {
    fn hear(&mut self, piece: Piece<'_>) {
        let is_answered = match piece {
            Piece::Line(line) => self.is_answered(line),
            Piece::TooLong(_) => {
                lock(self.listener).missed();
                false
            }
            Piece::Unread(_) => false,
        };
        let (Piece::Line(bytes) | Piece::Unread(bytes) | Piece::TooLong(bytes)) = piece;
        if !is_answered {
            self.sink.pass(bytes);
        }
    }

    /// Whether a line was a question and has its answer.
    fn is_answered(&mut self, line: &[u8]) -> bool {
        let Some(envelope) = Envelope::read(line) else {
            if !line.trim_ascii().is_empty() {
                lock(self.listener).missed();
            }
            return false;
        };
        let (asked, before) = {
            let mut listener = lock(self.listener);
            (listener.agent_says(envelope, line), listener.times_taken_back())
        };
        let Some(ask) = asked else {
            return false;
        };
        if !self.sink.can_answer() {
            return false;
        }
        self.sink.flush();
        // Whatever breaks in a judgement has not said yes.
        let judged = catch_unwind(AssertUnwindSafe(|| self.judge.judge(&ask.asked)));
        let opinion = judged.unwrap_or(Opinion::Person);
        let Some(answer) = ask.reply.line(&opinion) else {
            return false;
        };
        // What is taken back meanwhile has no yes any more. Nothing is heard until the answer has its place, which is
        // before all that the agent is told later.
        let listener = lock(self.listener);
        listener.times_taken_back() == before && self.sink.answer(answer)
    }
}

/// A listener that panicked has kept nothing that a yes could come of: what it holds are texts, each put whole.
fn lock(listener: &Mutex<Box<dyn Listener>>) -> std::sync::MutexGuard<'_, Box<dyn Listener>> {
    listener.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for AgentSide {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AgentSide").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ClientSide {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ClientSide").finish_non_exhaustive()
    }
}
