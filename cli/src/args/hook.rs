//! `execpolicy hook` as it is typed, here or in an agent's settings.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gatekeeper::hook::{Agent, Asking};

#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// Whose event is on standard input
    #[arg(value_parser = agent)]
    pub(crate) agent: Agent,

    /// A policy file; may be given several times, and the strictest word counts
    #[arg(short = 'r', long = "rules", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,

    /// Leave out the built-in policy: what no rule speaks for asks, and the guard stays
    #[arg(long)]
    pub(crate) no_default: bool,

    /// Have allowed commands come back as `execpolicy run` in this profile [default: none]
    #[arg(long, value_name = "NAME")]
    pub(crate) confinement: Option<String>,

    /// What becomes of a prompt where the agent cannot be told to ask
    #[arg(long, value_enum, default_value = "deny")]
    pub(crate) unasked: UnaskedWord,
}

/// What becomes of a prompt where the agent cannot be told to ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum UnaskedWord {
    /// It is denied
    Deny,
    /// The agent's own rules decide, which may run it without a question
    Leave,
}

impl From<UnaskedWord> for Asking {
    fn from(word: UnaskedWord) -> Self {
        match word {
            UnaskedWord::Deny => Self::Deny,
            UnaskedWord::Leave => Self::Leave,
        }
    }
}

/// The agent of this name.
pub(crate) fn agent(name: &str) -> Result<Agent, String> {
    Agent::named(name).ok_or_else(|| {
        let names: Vec<&str> = Agent::ALL.iter().map(|agent| agent.name()).collect();
        format!("the agents are {}", names.join(", "))
    })
}
