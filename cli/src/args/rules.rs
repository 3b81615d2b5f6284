//! What is typed behind `rules`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Format, PlaceArgs, SuggestArgs};

#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) verb: RulesVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesVerb {
    /// Lists the rules of all layers, each with the place where it stands.
    List(ListArgs),
    /// Takes a rule out of a policy file of the user's or the project's.
    Remove(RemoveArgs),
    /// Takes back the last change that `allow`, `rules remove` or an answer made.
    Undo(UndoArgs),
    /// Proposes the few rules that would have answered most past prompts, and writes nothing.
    #[command(after_help = "Exit status: 0, or 1 where the log or a policy file cannot be read.")]
    Suggest(SuggestArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// A policy file more; may be given several times
    #[arg(short = 'r', long = "rules", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// The rule's place, as `rules list` shows it; a bare file name is one of the user's or the project's policy
    #[arg(value_name = "FILE:LINE")]
    pub(crate) rule: OsString,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}
