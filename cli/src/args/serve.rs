//! The arguments of `execpolicy serve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::ServingArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Serve every client of this unix socket, which is made, instead of one on standard input and output
    #[arg(long, value_name = "FILE")]
    pub(crate) socket: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) serving: ServingArgs,
}
