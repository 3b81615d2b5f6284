//! The arguments of `execpolicy mcp`.

use clap::Args as ClapArgs;

use super::ServingArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct McpArgs {
    #[command(flatten)]
    pub(crate) serving: ServingArgs,

    /// For how many seconds a question stays open; then it is a no
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) patience: u64,
}
