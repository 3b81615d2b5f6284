//! The protocols that are spoken, and what each has to know how to do.

use crate::acp::Acp;
use crate::ask::Ask;
use crate::codex_app_server::CodexAppServer;
use crate::message::Envelope;

/// A protocol between an agent and its client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// The Agent Client Protocol, version 1 and the questions of version 2.
    Acp,
    /// That of openai/codex's app-server.
    CodexAppServer,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Acp, Self::CodexAppServer];

    /// The word for it on the command line and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acp => "acp",
            Self::CodexAppServer => "codex-app-server",
        }
    }

    /// What listens to a conversation in it.
    pub(crate) fn listener(self) -> Box<dyn Listener> {
        match self {
            Self::Acp => Box::new(Acp::default()),
            Self::CodexAppServer => Box::new(CodexAppServer::default()),
        }
    }
}

/// Listens to both sides of a conversation. What it keeps of it is bounded.
pub(crate) trait Listener: Send {
    /// The client says a line, which begins so.
    fn client_says(&mut self, envelope: Envelope, line: &[u8]);

    /// The agent says a line, which begins so: a question, or something that a later one speaks of. `None` where a
    /// person would have to answer, or nobody.
    fn agent_says(&mut self, envelope: Envelope, line: &[u8]) -> Option<Ask>;

    /// The client has said something that is not read, and that may take back what it asked for.
    fn missed_of_client(&mut self);

    /// The agent has said something that is not read, and that a later question may speak of.
    fn missed(&mut self);

    /// How often the client has taken something back, or may have. It only grows.
    fn times_taken_back(&self) -> u64;
}
