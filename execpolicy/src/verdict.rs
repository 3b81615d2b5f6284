//! The answer for a whole script.

use std::sync::Arc;

use shell_parser::{Gap, Segment, Value};

use crate::basis::told;
use crate::judge::is_in;
use crate::path_glob::Whereabouts;
use crate::{Basis, BrokenFile, ConfinementName, Context, Decision, Effect, PathGlob, Told};

/// The answer for a script, with the reason of each part. Only `judge` makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) segments: Vec<SegmentVerdict>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) broken: Vec<Arc<BrokenFile>>,
    pub(crate) confinement: Option<ConfinementName>,
}

impl Verdict {
    /// The strictest of the segments' decisions, the gaps' prompts and what broken policy files ask.
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// Every segment with its own answer, in the order of the text; nested ones follow the one that runs them.
    pub fn segments(&self) -> &[SegmentVerdict] {
        &self.segments
    }

    /// What the parser does not vouch for.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// The policy files that do not load. While there is one, only a person who sees this verdict may say yes to it: a
    /// yes that was given before says nothing of what the file would say.
    pub fn broken(&self) -> &[Arc<BrokenFile>] {
        &self.broken
    }

    /// What an allow leans on; `None` is nothing.
    pub fn confinement(&self) -> Option<&ConfinementName> {
        self.confinement.as_ref()
    }
}

/// One segment's answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SegmentVerdict {
    /// What may be executed.
    pub segment: Segment,
    /// Its answer: the join of its bases.
    pub decision: Decision,
    /// Why; never empty.
    pub basis: Vec<Basis>,
    /// What it does.
    pub effects: Vec<Effect>,
    /// Directories whose configuration it obeys since they are the workspace's, seen from where it runs.
    pub trusted: Vec<Box<str>>,
    /// Who speaks of each effect; only in the verdicts of [`explain`](crate::explain).
    pub covered: Vec<Covered>,
}

/// An effect, and who speaks of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Covered {
    /// The effect.
    pub effect: Effect,
    /// Rules that speak for it, rules that it meets, and what the fallback says where nobody else allows it. Never
    /// empty.
    pub bases: Vec<Basis>,
}

impl SegmentVerdict {
    /// The bases as people are told them, in order: one path that several path rules may guard is one doubt.
    pub fn told(&self) -> Vec<Told<'_>> {
        told(&self.basis)
    }

    /// Whether all that the path of an effect may be surely lies in these, by its text and by the links that the
    /// context knows. The context is the one it was judged in.
    pub fn surely_lies_in(&self, globs: &[PathGlob], path: &Value, context: &Context) -> bool {
        is_in(globs, path, &Whereabouts::new(&self.segment, context))
    }
}
