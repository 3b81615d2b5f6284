//! Who is asked where a verdict is a prompt.

use std::path::Path;

use crate::Judgement;
use crate::confinement::Confinement;

/// Somebody who can say yes or no: a person at a terminal, a person behind an agent's window.
pub trait Approver {
    /// Asks, and waits for the answer. Who cannot be reached, does not answer or says something else says no.
    fn ask(&self, question: &Question<'_>) -> Answer;
}

/// What is asked about. A yes is to all of it and to nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The command with its verdict.
    pub judgement: &'a Judgement,
    /// What it would run in; `None` is nothing.
    pub confinement: Option<&'a Confinement>,
    /// Where it would start.
    pub directory: &'a Path,
    /// The file that would be executed: of a text, the shell that reads it.
    pub executable: &'a Path,
}

/// What was answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It may run, this time.
    Once,
    /// It may not.
    No,
}
