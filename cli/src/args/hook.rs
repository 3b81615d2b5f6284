//! `execpolicy hook` as it is typed, here or in an agent's settings.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gatekeeper::hook::{Agent, Asking};

use super::{GivenArgs, profile};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct HookArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<HookVerb>,

    /// Whose event is on standard input
    #[arg(value_parser = agent, required = true)]
    pub(crate) agent: Option<Agent>,

    #[command(flatten)]
    pub(crate) options: HookOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HookVerb {
    /// Writes the hook into an agent's settings, and shows what changes there.
    Install(InstallArgs),
    /// Takes the hook out of an agent's settings, which are then as they were.
    Uninstall(AgentSettings),
    /// Says for each agent whether the hook is in its settings.
    Status(AgentArgs),
    /// Sends a command that no policy allows the way that an agent would, and looks that it is denied.
    Doctor(AgentSettings),
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) place: AgentSettings,

    #[command(flatten)]
    pub(crate) options: HookOptions,

    /// Show what would change, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Whose settings, and which.
#[derive(Debug, Args)]
pub(crate) struct AgentSettings {
    /// The agent
    #[arg(value_parser = agent)]
    pub(crate) agent: Agent,

    /// The settings of the project in the current directory, in place of the user's
    #[arg(long, conflicts_with = "file")]
    pub(crate) project: bool,

    /// A settings file that the agent reads in place of the usual one
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// The agent [default: all of them]
    #[arg(value_parser = agent)]
    pub(crate) agent: Option<Agent>,
}

/// How the hook answers.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct HookOptions {
    #[command(flatten)]
    pub(crate) given: GivenArgs,

    /// Have allowed commands come back as `execpolicy run` in this profile [default: none]
    #[arg(long, value_name = "NAME")]
    pub(crate) confinement: Option<String>,

    /// What becomes of a prompt where the agent cannot be told to ask
    #[arg(long, value_enum, default_value = "deny")]
    pub(crate) unasked: UnaskedWord,
}

impl HookOptions {
    /// The profile that commands come back in.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.confinement.as_deref().and_then(profile)
    }
}

/// What becomes of a prompt where the agent cannot be told to ask.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum UnaskedWord {
    /// It is denied
    #[default]
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
