//! A `program(…)` as its author wrote it, before it is checked.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::knowledge::{Does, SpellingError};

/// What a policy says of one program or sub-command. An [`Entry`](crate::Entry) is made from it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// The program, or the words that lead to the sub-command: `git`, `git log`.
    pub name: Box<str>,
    /// Where the facts are from: the manual and its version.
    pub source: Box<str>,
    /// The policy file that says it.
    #[serde(default)]
    pub file: Box<str>,
    /// The bytes of the call in that file.
    #[serde(default)]
    pub span: (u32, u32),
    /// How it reads its arguments.
    #[serde(default, skip_serializing_if = "Syntax::is_getopt")]
    pub syntax: Syntax,
    /// What sets it apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<Trait>,
    /// Effects, beside listing and reading, that are what the program is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ordinary: Vec<Does>,
    /// What it does whatever its arguments; the path it does that to may be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub always: Vec<(Does, Box<str>)>,
    /// Options by what they do, spelled as in the manual.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<(Does, Vec<Box<str>>)>,
    /// Operands in their order: `FILE...`, `[PATH...=.]`, `+FORMAT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operands: Vec<(Box<str>, Does)>,
    /// Options that take the place of an operand: `grep -e PATTERN`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead_of: Vec<(Box<str>, Vec<Box<str>>)>,
}

/// What sets a program apart from most.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// Every option of its manual is described.
    Complete,
    /// Its first operand ends the options.
    OptionsFirst,
    /// Words lead on to entries of their own: `git log`.
    Subcommands,
    /// It runs what the directory it runs in configures.
    Trusts,
    /// The first word may be a cluster of options without a dash: `tar xzf`.
    Bundled,
    /// What it runs does not surely run where it does: git goes to the root of the work tree first.
    RunsElsewhere,
    /// A word `@FILE` stands for the words in the file: `nm @x`.
    ResponseFiles,
}

/// How a program reads its arguments.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    /// Clusters, attached values, `--name=value`, abbreviations, `--`.
    #[default]
    Getopt,
    /// Whole words with one dash, each with its own arity, and `( ) ! ,`.
    Find,
    /// Whole words with one dash or two, the value behind `=` or in the next word: `-run X`, `--run=X`.
    Flags,
    /// Every word is an operand, whatever it begins with.
    Words,
    /// A condition of `test` and `[`.
    Test,
    /// `KEY=VALUE` words, described as options with one dash: `-of=FILE`.
    Keys,
}

impl Syntax {
    /// Reads the word that policies use.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "getopt" => Some(Self::Getopt),
            "find" => Some(Self::Find),
            "flags" => Some(Self::Flags),
            "words" => Some(Self::Words),
            "test" => Some(Self::Test),
            "keys" => Some(Self::Keys),
            _ => None,
        }
    }

    /// Whether it is the usual one.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    fn is_getopt(&self) -> bool {
        *self == Self::Getopt
    }
}

/// Why a declaration cannot be knowledge.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DeclarationError {
    /// The name is empty, or its words are not parted by single blanks.
    #[error("`{name}` is no name of a program")]
    Name {
        /// What was given.
        name: Box<str>,
    },
    /// An option is not spelled as a manual does.
    #[error("`{option}` is not an option as manuals spell it: {error}")]
    Option {
        /// What was given.
        option: Box<str>,
        /// What is wrong with it.
        #[source]
        error: SpellingError,
    },
    /// An option stands twice.
    #[error("option `{option}` is described twice")]
    Twice {
        /// The option.
        option: Box<str>,
    },
    /// Two operands may be many.
    #[error("only one operand may be many, and `{operand}` is the second")]
    Many {
        /// The second one.
        operand: Box<str>,
    },
    /// `instead_of` names what the declaration does not have.
    #[error("`instead_of` names `{name}`, which is not described")]
    InsteadOf {
        /// The operand or option.
        name: Box<str>,
    },
}
