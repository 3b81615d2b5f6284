//! The rules of all layers, for people who look after them.

use std::collections::BTreeMap;

use execpolicy::PolicySet;
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
    /// The words of its rules about commands, as the log names them; none of a rule about effects or the network.
    #[serde(skip)]
    pub patterns: Vec<String>,
}

/// The calls that make the rules of a policy, by layer and in the order of their files, but for those of this layer.
pub(crate) fn listed(policy: &PolicySet, but: &str) -> Vec<ListedRule> {
    let commands = policy
        .rules()
        .iter()
        .map(|rule| (&rule.origin, rule.decision, Some(rule.pattern.to_string())));
    let effects = policy
        .effect_rules()
        .iter()
        .map(|rule| (&rule.origin, rule.decision, None));
    let network = policy
        .network_rules()
        .iter()
        .map(|rule| (&rule.origin, rule.decision, None));
    let mut calls = BTreeMap::new();
    for (origin, decision, pattern) in commands.chain(effects).chain(network) {
        if origin.layer.as_str() == but {
            continue;
        }
        let place = (origin.layer.clone(), origin.source.name().to_owned(), origin.span);
        let (_, strictest, patterns) = calls.entry(place).or_insert((origin, decision, Vec::new()));
        *strictest = decision.max(*strictest);
        patterns.extend(pattern);
    }
    calls
        .into_values()
        .map(|(origin, decision, patterns)| ListedRule {
            layer: origin.layer.as_str().to_owned(),
            file: origin.source.name().to_owned(),
            line: origin.source.position(origin.span.start()).line,
            text: on_one_line(origin.source.snippet(origin.span).unwrap_or_default()),
            decision: decision.into(),
            patterns,
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
