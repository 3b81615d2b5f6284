//! Why a segment got its decision.

mod told;

use std::sync::Arc;

use diagnostics::Span;
use shell_parser::Gap;

use crate::{ConfinementName, Decision, EffectKind, EffectRule, Rule};

pub use told::Told;
pub(crate) use told::told;

/// One reason for a segment's decision. A segment's decision is the join of its bases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Basis {
    /// A rule of a layer, or of the fallback's policy.
    Rule(RuleMatch),
    /// A rule about what the segment does: a path, a variable, a host, a kind of effect.
    Effect(EffectMatch),
    /// What is known of the program.
    Knowledge {
        /// The program, with its sub-command where the entry has one: `git log`.
        program: Box<str>,
        /// What it decides.
        decision: Decision,
        /// Why, in one lower-case line.
        reason: Box<str>,
        /// The words that made it so.
        cause: Span,
    },
    /// The fallback's own answer for what nothing else speaks for.
    Default {
        /// What it decides.
        decision: Decision,
        /// Why, in one lower-case line.
        reason: Box<str>,
        /// The words that made it so.
        cause: Span,
    },
    /// A part of the script that is not vouched for: always a prompt.
    Gap(Gap),
    /// What the segment does stays inside the confinement that the verdict leans on.
    Confined {
        /// The profile.
        profile: ConfinementName,
        /// The segment's text.
        cause: Span,
    },
    /// Nobody can be asked, so a prompt became a refusal.
    WouldAsk,
}

impl Basis {
    /// The gap that it is.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Gap(gap) => Some(gap),
            Self::Rule(_)
            | Self::Effect(_)
            | Self::Knowledge { .. }
            | Self::Default { .. }
            | Self::Confined { .. }
            | Self::WouldAsk => None,
        }
    }

    /// What this basis asks for.
    pub fn decision(&self) -> Decision {
        match self {
            Self::Rule(found) => found.decision(),
            Self::Effect(found) => found.decision(),
            Self::Confined { .. } => Decision::Allow,
            Self::Knowledge { decision, .. } | Self::Default { decision, .. } => *decision,
            Self::Gap(_) => Decision::Prompt,
            Self::WouldAsk => Decision::Forbidden,
        }
    }
}

/// A rule that a segment met.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleMatch {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Whether it surely matches.
    pub certainty: Certainty,
    /// The words that its pattern covers, program included.
    pub words: usize,
    /// The words' text in the script.
    pub cause: Span,
    /// The path it was found under, where the command names one.
    pub resolved_program: Option<Box<str>>,
}

impl RuleMatch {
    /// What the match asks for: a forbidding rule that only may match asks.
    pub fn decision(&self) -> Decision {
        self.certainty.tempers(self.rule.decision)
    }
}

/// An effect rule that one of a segment's effects met.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EffectMatch {
    /// The rule.
    pub rule: Arc<EffectRule>,
    /// Whether it surely matches.
    pub certainty: Certainty,
    /// What the segment does.
    pub effect: EffectKind,
    /// The words that cause it.
    pub cause: Span,
    /// Where a link on the path leads, if one is known to be there.
    pub leads_to: Option<Box<str>>,
}

impl EffectMatch {
    /// What the match asks for: a forbidding rule that only may match asks.
    pub fn decision(&self) -> Decision {
        self.certainty.tempers(self.rule.decision)
    }
}

impl Certainty {
    /// What a rule of this decision asks for where it matches so surely: one that forbids and only may match asks.
    fn tempers(self, decision: Decision) -> Decision {
        match (self, decision) {
            (Self::Maybe, Decision::Forbidden) => Decision::Prompt,
            (Self::Maybe | Self::Yes, decision) => decision,
        }
    }
}

/// How sure a match is. A rule that does not match is not listed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// For some values of the unknown words.
    Maybe,
    /// For every value of the unknown words.
    Yes,
}
