//! The rules a policy is made of.

use std::fmt;
use std::sync::Arc;

use crate::{ConfinementName, Decision, Origin};

/// A `prefix_rule`: commands that begin with these tokens get this decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What an argv must begin with.
    pub pattern: Pattern,
    /// What it gets.
    pub decision: Decision,
    /// Why, in the author's words.
    pub justification: Option<Box<str>>,
    /// What the command is to run in; only an allow says it.
    pub confinement: Option<ConfinementName>,
    /// Where the rule stands.
    pub origin: Origin,
}

/// The tokens of a rule, in order; never empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern {
    /// The program's name; an alternative list in first place has become one rule each.
    pub program: Arc<str>,
    /// What must follow.
    pub rest: Vec<Token>,
}

/// One token of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Token {
    /// Exactly this word.
    Word(Box<str>),
    /// One of these words (two or more).
    OneOf(Box<[Box<str>]>),
}

impl Token {
    /// The words it stands for.
    pub fn words(&self) -> &[Box<str>] {
        match self {
            Self::Word(word) => std::slice::from_ref(word),
            Self::OneOf(words) => words,
        }
    }
}

/// As a policy writes it: `["git", ["status", "diff"]]`.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{:?}", self.program)?;
        for token in &self.rest {
            match token {
                Token::Word(word) => write!(formatter, ", {word:?}")?,
                Token::OneOf(words) => write!(formatter, ", {words:?}")?,
            }
        }
        formatter.write_str("]")
    }
}

/// A `host_executable`: the only paths under which a program counts as the one of that name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostExecutable {
    /// The bare name.
    pub name: Box<str>,
    /// Absolute paths; none means that no path counts.
    pub paths: Vec<Box<str>>,
    /// Where it stands.
    pub origin: Origin,
}

/// A `network_rule`: connections to this host get this decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NetworkRule {
    /// Lower-case host name or address, without port.
    pub host: Box<str>,
    /// The protocol.
    pub protocol: Protocol,
    /// What it gets.
    pub decision: Decision,
    /// Why, in the author's words.
    pub justification: Option<Box<str>>,
    /// Where it stands.
    pub origin: Origin,
}

/// The protocols that network rules tell apart.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
    /// `http`
    Http,
    /// `https`, also written `https_connect` and `http-connect`
    Https,
    /// `socks5_tcp`
    Socks5Tcp,
    /// `socks5_udp`
    Socks5Udp,
}
