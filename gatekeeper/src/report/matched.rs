//! What was met, in the keys of openai/codex.

use diagnostics::Source;
use execpolicy::{Basis, Decision, RuleMatch, SegmentVerdict};
use serde::Serialize;

use super::DecisionWord;

/// A rule that was met, or the fallback's answer: an object with one key.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum MatchedRule {
    /// A rule of a policy file.
    PrefixRuleMatch {
        /// The words it covers, the program by its name.
        matched_prefix: Vec<String>,
        /// What it asks for here.
        decision: DecisionWord,
        /// The path that the command names, where the rule was found by the program's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        resolved_program: Option<String>,
        /// Its author's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        justification: Option<String>,
    },
    /// Everything else that speaks about one segment, taken together: rules about effects, knowledge, defaults, gaps.
    HeuristicsRuleMatch {
        /// The segment's words, as the program will see them, or as they are written where that is not known.
        command: Vec<String>,
        /// The strictest of it.
        decision: DecisionWord,
    },
}

impl MatchedRule {
    pub(super) fn of(source: &Source, judged: &SegmentVerdict) -> Vec<Self> {
        let words: Vec<String> = judged
            .segment
            .argv
            .iter()
            .map(|word| {
                let written = || source.snippet(word.span).unwrap_or_default();
                word.value.exact().unwrap_or_else(written).to_owned()
            })
            .collect();
        let mut met = Vec::new();
        let mut heuristics: Option<Decision> = None;
        for basis in &judged.basis {
            match basis {
                Basis::Rule(found) => met.push(Self::prefix(found, &words)),
                Basis::Effect(_)
                | Basis::Knowledge { .. }
                | Basis::Default { .. }
                | Basis::Gap(_)
                | Basis::Confined { .. }
                | Basis::WouldAsk => {
                    let decision = basis.decision();
                    heuristics = Some(heuristics.map_or(decision, |before| before.join(decision)));
                }
            }
        }
        met.extend(heuristics.map(|decision| Self::HeuristicsRuleMatch {
            command: words,
            decision: decision.into(),
        }));
        met
    }

    fn prefix(found: &RuleMatch, words: &[String]) -> Self {
        let program = found.rule.pattern.program.to_string();
        let rest = words.iter().take(found.words).skip(1).cloned();
        Self::PrefixRuleMatch {
            matched_prefix: std::iter::once(program).chain(rest).collect(),
            decision: found.decision().into(),
            resolved_program: found.resolved_program.as_deref().map(str::to_owned),
            justification: found.rule.justification.as_deref().map(str::to_owned),
        }
    }
}
