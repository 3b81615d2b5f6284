//! The rules a policy is made of.

mod covers;
mod token;

use std::fmt;
use std::sync::Arc;

use crate::{ConfinementName, Decision, Origin, PathGlob};

pub use covers::Covers;
pub use token::{Token, WordPattern, WordPatternError};

/// A `prefix_rule`: commands that begin with these tokens get this decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What an argv must begin with.
    pub pattern: Pattern,
    /// What it gets.
    pub decision: Decision,
    /// Why, in the author's words.
    pub justification: Option<Box<str>>,
    /// Where and for which commands it applies.
    pub conditions: Conditions,
    /// What it speaks for beside the ordinary; only an allow says it.
    pub covers: Covers,
    /// Paths that may be read although a default guards them; only an allow says it.
    pub reads: Vec<PathGlob>,
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

/// What must hold beside the pattern.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Conditions {
    /// Options that take the rule away, each with its dashes: `--output`, `-o`.
    pub without: Vec<Box<str>>,
    /// The directories it applies in; none is all.
    pub cwd: Vec<PathGlob>,
}

impl Pattern {
    /// How many words behind the program the tokens stand for, what `rest` takes left out.
    pub(crate) fn fixed(&self) -> usize {
        let tokens = self.rest.iter();
        tokens.filter(|token| !matches!(token, Token::Rest(_))).count()
    }
}

/// As a policy writes it: `["git", ["status", "diff"]]`.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{:?}", self.program)?;
        for token in &self.rest {
            write!(formatter, ", {token}")?;
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
