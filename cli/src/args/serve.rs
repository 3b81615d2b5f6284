//! The arguments of `execpolicy serve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::ApprovalWord;

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Serve every client of this unix socket, which is made, instead of one on standard input and output
    #[arg(long, value_name = "FILE")]
    pub(crate) socket: Option<PathBuf>,

    /// A policy file; may be given several times, and the strictest word counts
    #[arg(short = 'r', long = "rules", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,

    /// Leave out the layers of the system, the user and the project
    #[arg(long)]
    pub(crate) no_layers: bool,

    /// Leave out the built-in policy: what no rule speaks for asks, and the guard stays
    #[arg(long)]
    pub(crate) no_default: bool,

    /// Where commands start that name no directory [default: the current directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) cwd: Option<PathBuf>,

    /// The root of the work tree [default: the repository around the directory, else the directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,

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
