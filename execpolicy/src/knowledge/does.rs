//! What an option or an operand of a program does.

use serde::{Deserialize, Serialize};

/// What a program does with an option, an option's value or an operand.
///
/// The words are those of the policy language: `reads = ["--files0-from=F"]`, `operands = {"FILE...": "reads"}`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Does {
    /// Nothing outside the program: a text, a number, a way to show things.
    Harmless,
    /// Shows names or metadata of the path.
    Lists,
    /// Reads the content of the path; as a flag, of the directory it runs in.
    Reads,
    /// Creates or changes the path.
    Writes,
    /// Removes the path.
    Deletes,
    /// Connects to the host.
    Connects,
    /// Runs the program that is named.
    Executes,
    /// Runs the text as a script of sed.
    Sed,
    /// Runs the text as a filter of jq.
    Jq,
    /// Runs in this directory instead.
    Enters,
    /// Changes in place what the operands name.
    Rewrites,
    /// Takes more rights.
    Escalates,
    /// Signals another process.
    Signals,
    /// Configures something that lasts.
    Configures,
    /// Something that is not described further.
    Unknown,
}

impl Does {
    /// Every one, in the order in which a policy states them.
    pub const ALL: &[Self] = &[
        Self::Harmless,
        Self::Lists,
        Self::Reads,
        Self::Writes,
        Self::Deletes,
        Self::Connects,
        Self::Executes,
        Self::Sed,
        Self::Jq,
        Self::Enters,
        Self::Rewrites,
        Self::Escalates,
        Self::Signals,
        Self::Configures,
        Self::Unknown,
    ];

    /// The word that policies use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::Lists => "lists",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Deletes => "deletes",
            Self::Connects => "connects",
            Self::Executes => "executes",
            Self::Sed => "sed",
            Self::Jq => "jq",
            Self::Enters => "enters",
            Self::Rewrites => "rewrites",
            Self::Escalates => "escalates",
            Self::Signals => "signals",
            Self::Configures => "configures",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word that policies use.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|does| does.word() == word)
    }

    /// Whether it leaves the world as it is: an unknown word in its place can at most read.
    pub(crate) fn is_tame(self) -> bool {
        match self {
            Self::Harmless | Self::Lists | Self::Reads => true,
            Self::Writes
            | Self::Deletes
            | Self::Connects
            | Self::Executes
            | Self::Sed
            | Self::Jq
            | Self::Enters
            | Self::Rewrites
            | Self::Escalates
            | Self::Signals
            | Self::Configures
            | Self::Unknown => false,
        }
    }
}
