//! The rules of all layers, for people who look after them.

use std::collections::BTreeSet;

use execpolicy::{Origin, PolicySet};
use serde::Serialize;

use crate::report::DecisionWord;

/// A call in a policy file that makes rules.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedRule {
    /// Whose word it is.
    pub layer: String,
    /// The file, as it was named.
    pub file: String,
    /// The line that the call begins in, from 1.
    pub line: usize,
    /// The call, as it is written, on one line.
    pub text: String,
    /// The strictest decision of its rules.
    pub decision: DecisionWord,
}

/// The calls that make the rules of a policy, by layer and in the order of their files, but for those of this layer.
pub(crate) fn listed(policy: &PolicySet, but: &str) -> Vec<ListedRule> {
    let commands = policy.rules().iter().map(|rule| (&rule.origin, rule.decision));
    let effects = policy
        .effect_rules()
        .iter()
        .map(|rule| (&rule.origin, rule.decision));
    let network = policy
        .network_rules()
        .iter()
        .map(|rule| (&rule.origin, rule.decision));
    let all = commands.chain(effects).chain(network);
    let mut all: Vec<_> = all.filter(|(origin, _)| origin.layer.as_str() != but).collect();
    let place = |origin: &Origin| (origin.layer.clone(), origin.source.name().to_owned(), origin.span);
    // The strictest first of those that stand in one place.
    all.sort_by_key(|(origin, decision)| (place(origin), std::cmp::Reverse(*decision)));
    let mut seen = BTreeSet::new();
    all.retain(|(origin, _)| seen.insert(place(origin)));
    all.into_iter()
        .map(|(origin, decision)| ListedRule {
            layer: origin.layer.as_str().to_owned(),
            file: origin.source.name().to_owned(),
            line: origin.source.position(origin.span.start()).line,
            text: on_one_line(origin.source.snippet(origin.span).unwrap_or_default()),
            decision: decision.into(),
        })
        .collect()
}

fn on_one_line(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}
