//! The verbs that read the log, as they are typed.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Format;

#[derive(Debug, ClapArgs)]
pub(crate) struct ReplayArgs {
    /// A log, or the directory of one with its older files [default: your own log]
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,

    /// A file of the policy that the decisions are compared with; may be given several times
    #[arg(short = 'p', long = "policy", value_name = "FILE", required = true)]
    pub(crate) policy: Vec<PathBuf>,

    /// Leave out the built-in policy: what no rule speaks for asks, and the guard stays
    #[arg(long)]
    pub(crate) no_default: bool,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SuggestArgs {
    /// A log, or the directory of one with its older files [default: your own log]
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,

    /// A policy file; what it answers already needs no rule
    #[arg(short = 'r', long = "rules", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,

    /// How many rules are proposed at most
    #[arg(long, value_name = "NUMBER", default_value = "10")]
    pub(crate) most: usize,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}
