//! The arguments of `execpolicy serve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{ApprovalWord, PolicyArgs, StartArgs};

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Serve every client of this unix socket, which is made, instead of one on standard input and output
    #[arg(long, value_name = "FILE")]
    pub(crate) socket: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) policy: PolicyArgs,

    #[command(flatten)]
    pub(crate) start: StartArgs,

    /// The profile that commands of threads that name none run in; `none` is none
    #[arg(long, value_name = "NAME", default_value = "workspace-write")]
    pub(crate) confinement: String,

    /// Who may be asked, where a thread does not say
    #[arg(long, value_enum, default_value_t = ApprovalWord::OnRequest)]
    pub(crate) approval: ApprovalWord,

    /// A program that assesses how much harm a command may do, for whoever is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) risk_program: Option<PathBuf>,
}
