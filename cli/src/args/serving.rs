//! The arguments that `serve` and `mcp` share.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{ApprovalWord, PolicyArgs, StartArgs};

/// What a server is started with, whatever it speaks.
#[derive(Debug, ClapArgs)]
pub(crate) struct ServingArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,

    #[command(flatten)]
    pub(crate) start: StartArgs,

    /// What commands run in where nothing else is asked for; `none` confines nothing
    #[arg(long, value_name = "NAME", default_value = "workspace-write")]
    pub(crate) confinement: String,

    /// Who may be asked, where nothing else is said
    #[arg(long, value_enum, default_value_t = ApprovalWord::OnRequest)]
    pub(crate) approval: ApprovalWord,

    /// A program that assesses how much harm a command may do, for whoever is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) risk_program: Option<PathBuf>,
}
