//! What an option or an operand of a program does.

use serde::{Deserialize, Serialize};

/// What a program does with an option, an option's value or an operand.
///
/// The words are those of the policy language: `reads = ["--files0-from=F"]`, `operands = {"FILE...": "reads"}`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Nothing outside the program: a text, a number, a way to show things.
    Harmless,
    /// Nothing outside the program: it is what the program looks for.
    Searches,
    /// Says by a pattern which files it reads below the directories that it reads.
    Chooses,
    /// Names of columns to show; one that shows environments takes more rights.
    Columns,
    /// Only says something of the program itself, which then does nothing else.
    Informs,
    /// Shows names or metadata of the path.
    Lists,
    /// Reads the content of the path; as a flag, of the directory it runs in.
    Reads,
    /// Reads the content of the path, and follows the links below each directory that it reads; as a flag, only the latter.
    Follows,
    /// Reads the content of the path, or of the one behind a revision of git, as in `HEAD:README.md`.
    Object,
    /// Uses the text, or the content of the file that it names behind `@`.
    Sends,
    /// Creates or changes the path.
    Writes,
    /// Removes the path.
    Deletes,
    /// Removes the path with all that is below it.
    DeletesAll,
    /// Reads the path and removes it.
    Moves,
    /// Reads the path; what is said of writing is said of it, not of the operands.
    Archive,
    /// Writes what it reads to the directory it runs in.
    Unpacks,
    /// Connects to the host, or to that of the URL.
    Connects,
    /// Takes a name of git; one as `+x` or `:x` overwrites or removes what others have.
    Refspec,
    /// Runs the rest of the words as a command; as a flag, so rather than as a text.
    Runs,
    /// Has a shell run the rest of the words, joined by blanks.
    Joins,
    /// Has a shell on another machine run the rest of the words, joined by blanks.
    Remote,
    /// `NAME=VALUE` words: sets variables for what is run.
    Sets,
    /// Splits the text into words, which stand in its place.
    Splits,
    /// Stands, in the words of the command that is run, for what is read.
    Template,
    /// Says how many of the words that are read are put behind the command that is run.
    Appends,
    /// Runs the program that is named.
    Executes,
    /// Runs the program that is named, in a directory that is not known.
    ExecutesElsewhere,
    /// Has a shell run the text.
    Script,
    /// Runs the text as code in the program's own language.
    Code,
    /// Does what the file says, or the directory configures.
    Loads,
    /// Runs the text as a program of awk.
    Awk,
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
    /// Rewrites or removes what others have, on another machine.
    Overwrites,
    /// Something that is not described further.
    Unknown,
}

impl Does {
    /// Every one, in the order in which a policy states them.
    pub const ALL: &[Self] = &[
        Self::Harmless,
        Self::Searches,
        Self::Chooses,
        Self::Columns,
        Self::Informs,
        Self::Lists,
        Self::Reads,
        Self::Follows,
        Self::Object,
        Self::Sends,
        Self::Writes,
        Self::Deletes,
        Self::DeletesAll,
        Self::Moves,
        Self::Archive,
        Self::Unpacks,
        Self::Connects,
        Self::Refspec,
        Self::Runs,
        Self::Joins,
        Self::Remote,
        Self::Sets,
        Self::Splits,
        Self::Template,
        Self::Appends,
        Self::Executes,
        Self::ExecutesElsewhere,
        Self::Script,
        Self::Code,
        Self::Loads,
        Self::Awk,
        Self::Sed,
        Self::Jq,
        Self::Enters,
        Self::Rewrites,
        Self::Escalates,
        Self::Signals,
        Self::Configures,
        Self::Overwrites,
        Self::Unknown,
    ];

    /// The word that policies use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::Searches => "searches",
            Self::Chooses => "chooses",
            Self::Columns => "columns",
            Self::Informs => "informs",
            Self::Lists => "lists",
            Self::Reads => "reads",
            Self::Follows => "follows",
            Self::Object => "object",
            Self::Sends => "sends",
            Self::Writes => "writes",
            Self::Deletes => "deletes",
            Self::DeletesAll => "deletes_all",
            Self::Moves => "moves",
            Self::Archive => "archive",
            Self::Unpacks => "unpacks",
            Self::Connects => "connects",
            Self::Refspec => "refspec",
            Self::Runs => "runs",
            Self::Joins => "joins",
            Self::Remote => "remote",
            Self::Sets => "sets",
            Self::Splits => "splits",
            Self::Template => "template",
            Self::Appends => "appends",
            Self::Executes => "executes",
            Self::ExecutesElsewhere => "executes_elsewhere",
            Self::Script => "script",
            Self::Code => "code",
            Self::Loads => "loads",
            Self::Awk => "awk",
            Self::Sed => "sed",
            Self::Jq => "jq",
            Self::Enters => "enters",
            Self::Rewrites => "rewrites",
            Self::Escalates => "escalates",
            Self::Signals => "signals",
            Self::Configures => "configures",
            Self::Overwrites => "overwrites",
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
            Self::Harmless
            | Self::Searches
            | Self::Chooses
            | Self::Informs
            | Self::Lists
            | Self::Reads
            | Self::Follows
            | Self::Object
            | Self::Sends
            | Self::Archive
            | Self::Template
            | Self::Appends => true,
            Self::Columns
            | Self::Writes
            | Self::Deletes
            | Self::DeletesAll
            | Self::Moves
            | Self::Unpacks
            | Self::Connects
            | Self::Refspec
            | Self::Runs
            | Self::Joins
            | Self::Remote
            | Self::Sets
            | Self::Splits
            | Self::Executes
            | Self::ExecutesElsewhere
            | Self::Script
            | Self::Code
            | Self::Loads
            | Self::Awk
            | Self::Sed
            | Self::Jq
            | Self::Enters
            | Self::Rewrites
            | Self::Escalates
            | Self::Signals
            | Self::Configures
            | Self::Overwrites
            | Self::Unknown => false,
        }
    }

    /// Whether an option without a value does it to what the operands name.
    pub(crate) fn is_said_of_operands(self) -> bool {
        matches!(
            self,
            Self::Lists
                | Self::Reads
                | Self::Writes
                | Self::Deletes
                | Self::DeletesAll
                | Self::Rewrites
                | Self::Unpacks
        )
    }

    /// Whether an operand that does it takes all the words that are left.
    pub(crate) fn takes_the_rest(self) -> bool {
        matches!(self, Self::Runs | Self::Joins | Self::Remote)
    }
}
