//! Small policies grown from choices, as a list for the naive judge and as text for the engine.

use std::fmt::Write as _;

use execpolicy::Decision;

use crate::choices::Choices;
use crate::scripts::{ARGUMENTS, PROGRAMS};

/// A policy of prefix rules alone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DrawnPolicy {
    /// In the order of the text.
    pub rules: Vec<DrawnRule>,
}

/// One prefix rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DrawnRule {
    /// Its tokens, each with its alternatives (one or more).
    pub tokens: Vec<Vec<&'static str>>,
    /// Its decision.
    pub decision: Decision,
}

impl DrawnPolicy {
    /// Up to five rules over the words that scripts use.
    pub fn draw(choices: &mut Choices<'_>) -> Self {
        let count = choices.below(6);
        Self {
            rules: (0..count).map(|_| DrawnRule::draw(choices)).collect(),
        }
    }

    /// The policy's text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for rule in &self.rules {
            rule.write(&mut text);
        }
        text
    }
}

impl DrawnRule {
    /// A rule of any decision.
    pub fn draw(choices: &mut Choices<'_>) -> Self {
        let decision = match choices.below(4) {
            0 | 1 => Decision::Allow,
            2 => Decision::Prompt,
            _ => Decision::Forbidden,
        };
        Self::draw_as(choices, decision)
    }

    /// A rule that prompts or forbids.
    pub fn draw_restricting(choices: &mut Choices<'_>) -> Self {
        let decision = restriction(choices);
        Self::draw_as(choices, decision)
    }

    /// A rule of this decision.
    fn draw_as(choices: &mut Choices<'_>, decision: Decision) -> Self {
        let mut tokens = vec![alternatives(choices, PROGRAMS)];
        for _ in 0..choices.below(3) {
            tokens.push(alternatives(choices, ARGUMENTS));
        }
        Self { tokens, decision }
    }

    /// Its call, on one line.
    pub fn write(&self, text: &mut String) {
        let tokens: Vec<String> = self
            .tokens
            .iter()
            .map(|token| match token.as_slice() {
                [only] => format!("{only:?}"),
                several => format!("{several:?}"),
            })
            .collect();
        // Writing to a string cannot fail.
        let _written = writeln!(
            text,
            "prefix_rule(pattern = [{}], decision = \"{}\")",
            tokens.join(", "),
            self.decision
        );
    }
}

/// One word, sometimes two different ones.
fn alternatives(choices: &mut Choices<'_>, words: &[&'static str]) -> Vec<&'static str> {
    let mut chosen = vec![choices.pick(words)];
    if choices.once_in(4) {
        let other = choices.pick(words);
        if !chosen.contains(&other) {
            chosen.push(other);
        }
    }
    chosen
}

/// A decision that prompts or forbids.
pub(crate) fn restriction(choices: &mut Choices<'_>) -> Decision {
    if choices.once_in(2) {
        Decision::Forbidden
    } else {
        Decision::Prompt
    }
}
