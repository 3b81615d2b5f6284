//! Who is asked where a verdict is a prompt.

use std::path::Path;

use execpolicy::Context;
use sandbox::Grant;

use crate::Judgement;
use crate::approval_key::OnceOnly;
use crate::confinement::Confinement;
use crate::risk::Risk;

/// Somebody who can say yes or no: a person at a terminal, a person behind an agent's window.
pub trait Approver {
    /// Asks, and waits for the answer. Who cannot be reached, does not answer or says something else says no.
    fn ask(&self, question: &Question<'_>) -> Answer;
}

/// What is asked about. A yes is to all of it and to nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The command with its verdict, and with the rule that would answer it where [`Scope::Rule`] is offered.
    pub judgement: &'a Judgement,
    /// What it was judged in.
    pub context: &'a Context,
    /// How much harm it may do, by its effects.
    pub risk: &'a Risk,
    /// What it would run in, with what is granted; `None` is nothing.
    pub confinement: Option<&'a Confinement>,
    /// What it is given beyond its profile, since it was kept from that before. Where there is any, a verdict that
    /// allows is asked about too.
    pub grants: &'a [Grant],
    /// Where it would start.
    pub directory: &'a Path,
    /// The file that would be executed: of a text, the shell that reads it.
    pub executable: &'a Path,
    /// For how long a yes may be given, the shortest first; never empty. A yes for longer than is offered counts once.
    pub offered: &'a [Scope],
    /// Why a yes cannot be kept for the same command, where whoever asks would keep it.
    pub once_only: Option<&'a OnceOnly>,
}

/// For how long a yes is given.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// For this run of the command.
    Once,
    /// For the same command until its [`Session`](crate::Session) is told that the turn is over.
    Turn,
    /// For the same command as long as its [`Session`](crate::Session) lives.
    Session,
    /// For all that [`Judgement::amendment`] allows. Whoever is given the clearance writes the rule.
    Rule,
}

impl Scope {
    /// Its name, as the log has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Turn => "turn",
            Self::Session => "session",
            Self::Rule => "rule",
        }
    }
}

/// What was answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It may run.
    Yes(Scope),
    /// It may not.
    No,
    /// It may not, and what it was a part of is to end.
    Cancel,
}
