//! What is typed behind `allow`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::Format;

#[derive(Debug, Args)]
pub(crate) struct AllowArgs {
    /// Write the rule into the project's policy, not into the user's
    #[arg(long)]
    pub(crate) project: bool,

    /// The root of the work tree [default: the repository around the current directory, else the directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,

    /// Show the rule and what it would mean, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// The words that allowed commands begin with
    #[arg(last = true, value_name = "WORDS", required = true)]
    pub(crate) words: Vec<OsString>,
}
