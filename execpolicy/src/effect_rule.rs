//! Rules about what a command does, whichever command it is.

mod variables;

use std::fmt;

use crate::{Decision, EffectKind, NetworkRule, Origin, PathGlob};

pub use variables::{NamePattern, VariableRule};

/// A `path_rule`, `env_rule`, `network_rule` or `effect_rule`: what this is about gets this decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EffectRule {
    /// What it is about.
    pub about: About,
    /// What it gets.
    pub decision: Decision,
    /// Why, in the author's words.
    pub justification: Option<Box<str>>,
    /// Where the rule stands.
    pub origin: Origin,
}

/// What an effect rule is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum About {
    /// Paths that are touched in one of these ways.
    Paths(PathRule),
    /// Variables that are set.
    Variables(VariableRule),
    /// Connections to a host.
    Host(NetworkRule),
    /// Effects of these kinds.
    Effects(Vec<EffectWord>),
}

/// The paths of a `path_rule`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PathRule {
    /// The ways of touching that count.
    pub access: Vec<Access>,
    /// The paths.
    pub paths: Vec<PathGlob>,
    /// Paths that are not meant after all.
    pub outside: Vec<PathGlob>,
    /// Whether a bare `*` means the names that it happens to match.
    pub stars: Stars,
    /// What a directory above one of the paths is.
    pub above: Above,
}

/// What it is to a path rule that a directory above one of its paths is written or removed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Above {
    /// A match: the path goes with it.
    #[default]
    Matches,
    /// A possible match: nobody knows whether such a path is there.
    MayMatch,
}

/// What a bare `*` of a command means to a path rule.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stars {
    /// Every name that it may match.
    #[default]
    Match,
    /// Nothing: only who says something of a name means it.
    Ignored,
}

/// A way of touching a path.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Access {
    /// Names or metadata are shown.
    List,
    /// Content is read.
    Read,
    /// It is created, changed, moved or removed.
    Write,
    /// It is removed.
    Delete,
}

/// A kind of effect, as policies name it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum EffectWord {
    /// Names or metadata of a path are read.
    List,
    /// The content of a path is read.
    Read,
    /// A path is created or changed.
    Write,
    /// A path is removed.
    Delete,
    /// A host is connected to.
    Connect,
    /// Another program, script or code is run.
    Execute,
    /// What a directory elsewhere configures is run.
    Configured,
    /// More rights are taken.
    Escalate,
    /// Another process is signalled.
    Signal,
    /// Something that lasts is configured.
    Configure,
    /// What others have is rewritten or removed.
    Overwrite,
    /// A variable is set.
    Set,
    /// What it does is not known.
    Unknown,
}

impl Access {
    /// Every one, with the word that policies use.
    pub const ALL: &[(&str, Self)] = &[
        ("list", Self::List),
        ("read", Self::Read),
        ("write", Self::Write),
        ("delete", Self::Delete),
    ];

    /// Reads the word that policies use.
    pub fn from_word(word: &str) -> Option<Self> {
        named(Self::ALL, word)
    }
}

impl EffectWord {
    /// Every one, with the word that policies use.
    pub const ALL: &[(&str, Self)] = &[
        ("list", Self::List),
        ("read", Self::Read),
        ("write", Self::Write),
        ("delete", Self::Delete),
        ("connect", Self::Connect),
        ("execute", Self::Execute),
        ("configured", Self::Configured),
        ("escalate", Self::Escalate),
        ("signal", Self::Signal),
        ("configure", Self::Configure),
        ("overwrite", Self::Overwrite),
        ("set", Self::Set),
        ("unknown", Self::Unknown),
    ];

    /// Reads the word that policies use.
    pub fn from_word(word: &str) -> Option<Self> {
        named(Self::ALL, word)
    }

    /// The kind of an effect.
    pub fn of(kind: &EffectKind) -> Self {
        match kind {
            EffectKind::List(_) => Self::List,
            EffectKind::Read(_) => Self::Read,
            EffectKind::Write(_) => Self::Write,
            EffectKind::Delete(_) | EffectKind::DeleteAll(_) => Self::Delete,
            EffectKind::Connect(_) => Self::Connect,
            EffectKind::Execute(_) => Self::Execute,
            EffectKind::Configured(_) => Self::Configured,
            EffectKind::Escalate => Self::Escalate,
            EffectKind::Signal => Self::Signal,
            EffectKind::Configure => Self::Configure,
            EffectKind::Overwrite => Self::Overwrite,
            EffectKind::Setting { .. } => Self::Set,
            EffectKind::Unknown(_) => Self::Unknown,
        }
    }
}

impl fmt::Display for EffectWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(word(Self::ALL, self))
    }
}

impl fmt::Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(word(Self::ALL, self))
    }
}

/// What a word names.
fn named<T: Copy>(all: &[(&str, T)], word: &str) -> Option<T> {
    let found = all.iter().find(|(known, _)| *known == word)?;
    Some(found.1)
}

/// The word that names it.
fn word<T: PartialEq>(all: &[(&'static str, T)], wanted: &T) -> &'static str {
    let found = all.iter().find(|(_, known)| known == wanted);
    found.map_or("", |(word, _)| word)
}
