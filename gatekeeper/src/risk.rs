//! How much harm a command may do, for the person who is asked: derived from what it is known to do.

mod factor;
mod program;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use execpolicy::Context;
use serde::{Deserialize, Serialize};

use crate::Judgement;
use factor::Factor;

pub use program::{RiskProgram, RiskProgramError, RiskRequest, RiskSchemaName};

/// Reasons that a summary names; of more, the number is told.
const MOST: usize = 3;

/// How much harm a command may do. It decides nothing: it is shown beside the question.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Risk {
    /// How much.
    pub level: RiskLevel,
    /// Of which kinds, sorted, each once. None where the command only looks, or changes what is its own.
    pub categories: Vec<RiskCategory>,
    /// What it does, the worst first, on one line that is safe to show.
    pub summary: String,
}

/// How much harm.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RiskLevel {
    /// It looks, or changes what the work tree or version control gives back.
    Low,
    /// It loses something small, leaves the work tree, or does something that is not known.
    Medium,
    /// It loses much, takes rights, reaches secrets, or lasts.
    High,
}

/// A kind of harm.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RiskCategory {
    /// Something is lost, here or at others.
    DataDeletion,
    /// What is read may leave the machine.
    DataExfiltration,
    /// Keys, tokens, or what a policy guards from readers.
    CredentialAccess,
    /// More rights are taken.
    PrivilegeEscalation,
    /// What lies outside of the work tree, lasts, or runs by itself later.
    SystemChange,
    /// Another machine is talked to.
    Network,
    /// Code is run that no rule has looked at.
    CodeExecution,
    /// A part of the command is not understood.
    NotUnderstood,
}

impl Risk {
    /// Assesses a judged command by its effects. Nothing is looked up, and the same judgement has the same risk. The
    /// context is the one it was judged in.
    pub fn of(judgement: &Judgement, context: &Context) -> Self {
        let mut factors = factor::factors(judgement.verdict(), context);
        // Those of the same weight stay in the order of the text.
        factors.sort_by_key(|factor| Reverse(factor.level));
        let mut categories: Vec<RiskCategory> = factors.iter().filter_map(|factor| factor.category).collect();
        categories.sort_unstable();
        categories.dedup();
        Self {
            level: factors.first().map_or(RiskLevel::Low, |factor| factor.level),
            categories,
            summary: summary(&factors),
        }
    }

    /// The same, heeding what somebody else says: the higher level, the categories of both, the other's summary. What
    /// was written by whoever asks may talk a reader into anything, so nobody else makes a risk smaller.
    #[must_use]
    pub fn raised_by(self, other: Self) -> Self {
        let mut categories = [self.categories, other.categories].concat();
        categories.sort_unstable();
        categories.dedup();
        Self {
            level: self.level.max(other.level),
            categories,
            summary: other.summary,
        }
    }
}

impl RiskLevel {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl RiskCategory {
    /// In a word or two.
    pub const fn words(self) -> &'static str {
        match self {
            Self::DataDeletion => "data deletion",
            Self::DataExfiltration => "data exfiltration",
            Self::CredentialAccess => "credential access",
            Self::PrivilegeEscalation => "privilege escalation",
            Self::SystemChange => "system change",
            Self::Network => "network",
            Self::CodeExecution => "code execution",
            Self::NotUnderstood => "not understood",
        }
    }
}

/// The worst reasons on a line.
fn summary(factors: &[Factor]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for factor in factors {
        if !reasons.contains(&factor.reason.as_str()) {
            reasons.push(&factor.reason);
        }
    }
    let told = reasons.iter().take(MOST).copied().collect::<Vec<_>>().join("; ");
    match (reasons.len(), reasons.len().saturating_sub(MOST)) {
        (0, _) => "it only reads and shows".to_owned(),
        (_, 0) => told,
        (_, more) => format!("{told}; and {more} more"),
    }
}
