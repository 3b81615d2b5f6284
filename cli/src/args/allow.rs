//! What is typed behind `allow`.

use std::ffi::OsString;

use clap::Args;

use super::{Format, PlaceArgs};

#[derive(Debug, Args)]
pub(crate) struct AllowArgs {
    /// Write the rule into the project's policy, not into the user's
    #[arg(long)]
    pub(crate) project: bool,

    #[command(flatten)]
    pub(crate) place: PlaceArgs,

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
