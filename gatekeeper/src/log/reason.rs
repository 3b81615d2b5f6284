//! A basis in one line, so that one from a log and one from a judgement can be laid side by side.

use std::fmt;

use execpolicy::{Basis, Origin, SegmentVerdict, Verdict};
use serde::{Deserialize, Serialize};

use crate::report::DecisionWord;

/// Reasons of one segment that are kept.
const MOST: usize = 16;

/// One reason of a decision.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// `rule`, `effectRule`, `knowledge`, `default`, `gap`, `confined` or `wouldAsk`.
    pub kind: ReasonKind,
    /// What it asks for.
    pub decision: DecisionWord,
    /// The rule's file, line and layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RulePlace>,
    /// Why: the rule's justification, what is known of the program, the gap, the profile.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
}

/// What a reason is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ReasonKind {
    /// A rule about a command's words.
    Rule,
    /// A rule about what a command does.
    EffectRule,
    /// What is known of the program.
    Knowledge,
    /// The answer where nothing else speaks.
    Default,
    /// What the parser does not vouch for.
    Gap,
    /// It stays in the confinement.
    Confined,
    /// It would ask, and nobody can be asked.
    WouldAsk,
}

/// Where a rule stands.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RulePlace {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Whose word it is.
    pub layer: String,
    /// The rule's words, as a policy writes them; of a rule about commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl Reason {
    /// The reasons that decided a segment.
    pub(crate) fn deciding(judged: &SegmentVerdict) -> Vec<Self> {
        let told = judged.told();
        let deciding = told.iter().map(|told| told.basis);
        let deciding = deciding.filter(|basis| basis.decision() == judged.decision);
        deciding.take(MOST).map(Self::of).collect()
    }

    /// The reasons that decided a verdict.
    pub(crate) fn deciding_whole(verdict: &Verdict) -> Vec<Self> {
        let segments = verdict.segments().iter();
        let deciding = segments.filter(|segment| segment.decision == verdict.decision());
        let gaps: Vec<String> = verdict
            .gaps()
            .iter()
            .map(|gap| gap.reason.message().to_owned())
            .collect();
        let broken: Vec<String> = verdict
            .broken()
            .iter()
            .map(|file| file.file.to_string())
            .collect();
        of_whole(
            deciding.flat_map(Self::deciding),
            verdict.decision().into(),
            &gaps,
            &broken,
        )
    }

    fn of(basis: &Basis) -> Self {
        let (kind, rule, says) = match basis {
            Basis::Rule(found) => {
                let pattern = found.rule.pattern.to_string();
                let rule = RulePlace::of(&found.rule.origin, Some(pattern));
                (
                    ReasonKind::Rule,
                    Some(rule),
                    owned(found.rule.justification.as_deref()),
                )
            }
            Basis::Effect(found) => {
                let rule = RulePlace::of(&found.rule.origin, None);
                (
                    ReasonKind::EffectRule,
                    Some(rule),
                    owned(found.rule.justification.as_deref()),
                )
            }
            Basis::Knowledge { reason, .. } => (ReasonKind::Knowledge, None, reason.to_string()),
            Basis::Default { reason, .. } => (ReasonKind::Default, None, reason.to_string()),
            Basis::Gap(gap) => (ReasonKind::Gap, None, gap.reason.message().to_owned()),
            Basis::Confined { profile, .. } => (ReasonKind::Confined, None, profile.to_string()),
            Basis::WouldAsk => (ReasonKind::WouldAsk, None, String::new()),
        };
        Self {
            kind,
            decision: basis.decision().into(),
            rule,
            says,
        }
    }
}

impl RulePlace {
    fn of(origin: &Origin, pattern: Option<String>) -> Self {
        Self {
            file: origin.source.name().to_owned(),
            line: origin.source.position(origin.span.start()).line,
            layer: origin.layer.as_str().to_owned(),
            pattern,
        }
    }
}

/// The reasons of the deciding segments, each once; where there are none, what asks for the whole command.
pub(super) fn of_whole(
    reasons: impl Iterator<Item = Reason>,
    decision: DecisionWord,
    gaps: &[String],
    broken: &[String],
) -> Vec<Reason> {
    let mut once: Vec<Reason> = Vec::new();
    for reason in reasons {
        if once.len() < MOST && !once.contains(&reason) {
            once.push(reason);
        }
    }
    if decision == DecisionWord::Allow || !once.is_empty() && broken.is_empty() {
        return once;
    }
    let of = |kind, says: String| Reason {
        kind,
        decision,
        rule: None,
        says,
    };
    let files = broken.iter().map(|file| {
        of(
            ReasonKind::Default,
            format!("the policy file `{file}` does not load"),
        )
    });
    let gaps = gaps.iter().map(|message| of(ReasonKind::Gap, message.clone()));
    let room = MOST.saturating_sub(once.len());
    once.extend(files.chain(gaps).take(room));
    once
}

fn owned(justification: Option<&str>) -> String {
    justification.unwrap_or_default().to_owned()
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = &self.says;
        if let Some(place) = &self.rule {
            write!(
                formatter,
                "a rule at {}:{} of layer `{}`",
                place.file, place.line, place.layer
            )?;
            return if says.is_empty() {
                Ok(())
            } else {
                write!(formatter, ": {says}")
            };
        }
        match self.kind {
            ReasonKind::Confined => write!(formatter, "it stays in the confinement `{says}`"),
            ReasonKind::WouldAsk => formatter.write_str("it would ask, and nobody can be asked"),
            ReasonKind::Rule
            | ReasonKind::EffectRule
            | ReasonKind::Knowledge
            | ReasonKind::Default
            | ReasonKind::Gap => formatter.write_str(says),
        }
    }
}
