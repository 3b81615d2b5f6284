//! The arguments that say which policy a command is judged by, and where it starts.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// The files that count beside the layers.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct GivenArgs {
    /// A policy file; may be given several times, and the strictest word counts
    #[arg(short = 'r', long = "rules", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,

    /// Leave out the built-in policy: what no rule speaks for asks, and the guard stays
    #[arg(long)]
    pub(crate) no_default: bool,
}

/// The whole policy.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct PolicyArgs {
    #[command(flatten)]
    pub(crate) given: GivenArgs,

    /// Leave out the layers of the system, the user and the project
    #[arg(long)]
    pub(crate) no_layers: bool,
}

/// Where a command starts.
#[derive(Debug, ClapArgs)]
pub(crate) struct StartArgs {
    /// Where the command starts [default: the current directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) cwd: Option<PathBuf>,

    /// The root of the work tree [default: the repository around the directory, else the directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,
}
