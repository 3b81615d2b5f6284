//! `execpolicy answer` as it is typed, in the place of the agent.

use std::ffi::OsString;

use answer::Protocol;
use clap::{Args, ValueEnum};

use super::GivenArgs;

#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    /// What the agent and its client speak
    #[arg(value_enum)]
    pub(crate) protocol: ProtocolWord,

    #[command(flatten)]
    pub(crate) policy: GivenArgs,

    /// The agent and its arguments
    #[arg(last = true, value_name = "AGENT", required = true)]
    pub(crate) agent: Vec<OsString>,
}

/// What an agent and its client speak.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ProtocolWord {
    /// The Agent Client Protocol
    Acp,
    /// That of `codex app-server`
    CodexAppServer,
}

impl From<ProtocolWord> for Protocol {
    fn from(word: ProtocolWord) -> Self {
        match word {
            ProtocolWord::Acp => Self::Acp,
            ProtocolWord::CodexAppServer => Self::CodexAppServer,
        }
    }
}
