//! A second judge for prefix rules: no index, no three-valued logic, only every value that could matter, one by one.

mod acts;
pub mod of_triples;

use execpolicy::Decision;
use shell_parser::Value;

use crate::policies::{DrawnPolicy, DrawnRule};

/// A text that stands for all that no rule names.
const OTHER: &str = "\u{1}other";

/// The decision on one command, where `unspoken` is what the fallback says when no allow speaks for it.
pub fn decide(policy: &DrawnPolicy, argv: &[Value], unspoken: Decision) -> Decision {
    if argv.is_empty() {
        return unspoken;
    }
    let universe = universe(policy);
    let length = policy
        .rules
        .iter()
        .map(|rule| rule.tokens.len())
        .max()
        .unwrap_or(0);
    let mut strictest = Decision::Allow;
    // A word that is one of a few is each of them in turn: every one may really run.
    for chosen in expansions(argv) {
        let mut possible = Vec::new();
        grow(
            &chosen,
            &mut Vec::new(),
            Fields::Fresh,
            &universe,
            length,
            &mut possible,
        );
        let allowed = possible.iter().all(|argv| {
            policy
                .rules
                .iter()
                .any(|rule| rule.decision == Decision::Allow && matches(rule, argv))
        });
        if !allowed {
            strictest = strictest.join(unspoken);
        }
        for rule in policy
            .rules
            .iter()
            .filter(|rule| rule.decision != Decision::Allow)
        {
            if possible.iter().all(|argv| matches(rule, argv)) {
                strictest = strictest.join(rule.decision);
            } else if possible.iter().any(|argv| matches(rule, argv)) {
                strictest = strictest.join(Decision::Prompt);
            }
        }
    }
    strictest
}

/// Whether the rule's tokens are the beginning of the argv.
fn matches(rule: &DrawnRule, argv: &[String]) -> bool {
    rule.tokens.len() <= argv.len()
        && rule
            .tokens
            .iter()
            .zip(argv)
            .all(|(token, word)| token.iter().any(|one| one == word))
}

/// Every text that a rule names, and one that none does.
fn universe(policy: &DrawnPolicy) -> Vec<String> {
    let mut texts: Vec<String> = policy
        .rules
        .iter()
        .flat_map(|rule| rule.tokens.iter().flatten().map(|text| (*text).to_owned()))
        .collect();
    texts.push(OTHER.to_owned());
    texts.sort();
    texts.dedup();
    texts
}

/// The argv with each `OneOf` replaced by one of its texts, in every combination.
fn expansions(argv: &[Value]) -> Vec<Vec<Value>> {
    let mut all: Vec<Vec<Value>> = vec![Vec::new()];
    for value in argv {
        let choices: Vec<Value> = match value {
            Value::OneOf(texts) => texts.iter().map(|text| Value::Exact(text.clone())).collect(),
            Value::Exact(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
                vec![value.clone()]
            }
        };
        all = all
            .iter()
            .flat_map(|begun| {
                choices
                    .iter()
                    .map(move |choice| begun.iter().chain([choice]).cloned().collect())
            })
            .collect();
    }
    all
}

/// How many fields the first value has given already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fields {
    /// None.
    Fresh,
    /// At least one, and it may give more.
    Begun,
}

/// Collects the beginnings, up to `length` words, of every argv that the values may become.
fn grow(
    values: &[Value],
    words: &mut Vec<String>,
    fields: Fields,
    universe: &[String],
    length: usize,
    possible: &mut Vec<Vec<String>>,
) {
    let Some((value, rest)) = values.split_first().filter(|_| words.len() < length) else {
        possible.push(words.clone());
        return;
    };
    let mut go_on = |words: &mut Vec<String>, values: &[Value], fields: Fields| {
        grow(values, words, fields, universe, length, possible);
    };
    match value {
        Value::Exact(text) => {
            words.push(text.to_string());
            go_on(words, rest, Fields::Fresh);
            words.pop();
        }
        Value::OneOf(texts) => {
            for text in texts {
                words.push(text.to_string());
                go_on(words, rest, Fields::Fresh);
                words.pop();
            }
        }
        Value::One { prefix, suffix } => {
            let least = prefix.len().saturating_add(suffix.len());
            let other = format!("{prefix}{OTHER}{suffix}");
            let known = universe.iter().filter(|text| {
                text.len() >= least && text.starts_with(prefix.as_ref()) && text.ends_with(suffix.as_ref())
            });
            for text in known.chain([&other]) {
                words.push(text.clone());
                go_on(words, rest, Fields::Fresh);
                words.pop();
            }
        }
        // Which names a pattern can match is not this judge's business: it says "any", which is never laxer.
        Value::Glob(_) | Value::Found(_) | Value::Many => {
            if fields == Fields::Begun || *value == Value::Many {
                go_on(words, rest, Fields::Fresh);
            }
            for text in universe {
                words.push(text.clone());
                go_on(words, values, Fields::Begun);
                words.pop();
            }
        }
    }
}
