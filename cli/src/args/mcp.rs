//! The arguments of `execpolicy mcp`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{ApprovalWord, PolicyArgs, StartArgs};

#[derive(Debug, ClapArgs)]
pub(crate) struct McpArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,

    #[command(flatten)]
    pub(crate) start: StartArgs,

    /// What commands run in where their verdict asks for nothing else; `none` confines nothing
    #[arg(long, value_name = "NAME", default_value = "workspace-write")]
    pub(crate) confinement: String,

    /// Who may be asked
    #[arg(long, value_enum, default_value_t = ApprovalWord::OnRequest)]
    pub(crate) approval: ApprovalWord,

    /// For how many seconds a question stays open; then it is a no
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) patience: u64,

    /// A program that assesses how much harm a command may do, for whoever is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) risk_program: Option<PathBuf>,
}
