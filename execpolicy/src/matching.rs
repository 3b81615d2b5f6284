//! Which rules a segment meets, and how surely: No, Maybe or Yes.

mod program;
mod words;

use shell_parser::{Segment, Value};

use crate::{Certainty, Context, Decision, PolicySet, Rule, RuleMatch};

pub(crate) use program::upstream_names;
pub(crate) use words::cover;

/// How many rules are tried one by one against a program whose name is not known. Past that, one restricting rule
/// stands for the rest: every one of them would say the same, ask.
const TRIED_FOR_UNKNOWN_NAME: usize = 256;

/// The rules that a segment meets, in the order of the set: allows that surely match, restrictions that may.
pub(crate) fn rules_met(policy: &PolicySet, segment: &Segment, context: &Context) -> Vec<RuleMatch> {
    let Some(name) = segment.argv.first() else {
        return Vec::new();
    };
    let mut met: Vec<(usize, RuleMatch)> = Vec::new();
    match &name.value {
        Value::Exact(text) => met.extend(rules_named(policy, segment, text, context)),
        Value::OneOf(texts) => {
            for text in texts {
                for (place, mut found) in rules_named(policy, segment, text, context) {
                    found.certainty = Certainty::Maybe;
                    if found.rule.decision != Decision::Allow && met.iter().all(|(known, _)| *known != place)
                    {
                        met.push((place, found));
                    }
                }
            }
        }
        Value::One { .. } | Value::Glob(_) | Value::Many => {
            met.extend(restriction_of_unknown(policy, segment));
        }
    }
    met.sort_unstable_by_key(|(place, _)| *place);
    met.into_iter().map(|(_, found)| found).collect()
}

/// The rules that a program of this very name meets.
fn rules_named(
    policy: &PolicySet,
    segment: &Segment,
    name: &str,
    context: &Context,
) -> Vec<(usize, RuleMatch)> {
    let second = segment.argv.get(1).map(|argument| &argument.value);
    let candidates = policy.about(crate::path::base_name(name), second);
    let met = candidates.filter_map(|place| {
        let rule = policy.rule(place)?;
        let named = match rule.decision {
            Decision::Allow => program::allowed(policy, rule, name, segment, context)?,
            Decision::Prompt | Decision::Forbidden => program::restricted(rule, name, context)?,
        };
        let certainty = named.min(cover(&rule.pattern.rest, rest(segment))?);
        if rule.decision == Decision::Allow && certainty == Certainty::Maybe {
            return None;
        }
        Some((place, record(policy, place, certainty, segment, Some(name))?))
    });
    met.collect()
}

/// A restriction that a program of unknown name may meet. One is enough: any of them asks.
fn restriction_of_unknown(policy: &PolicySet, segment: &Segment) -> Option<(usize, RuleMatch)> {
    let name = &segment.argv.first()?.value;
    let may_match = |rule: &Rule| match name {
        // It may vanish, and then the next word is the program.
        Value::Many => true,
        Value::Exact(_) | Value::OneOf(_) | Value::One { .. } | Value::Glob(_) => {
            program::may_be(name, &rule.pattern.program) && cover(&rule.pattern.rest, rest(segment)).is_some()
        }
    };
    let restricting = policy.restricting();
    let tried = restricting.iter().take(TRIED_FOR_UNKNOWN_NAME);
    let place = tried
        .copied()
        .find(|place| policy.rule(*place).is_some_and(|rule| may_match(rule)))
        .or_else(|| restricting.get(TRIED_FOR_UNKNOWN_NAME).copied())?;
    Some((place, record(policy, place, Certainty::Maybe, segment, None)?))
}

/// The words after the program.
fn rest(segment: &Segment) -> impl Iterator<Item = &Value> {
    segment.argv.iter().skip(1).map(|argument| &argument.value)
}

/// The match, with the words it rests on.
fn record(
    policy: &PolicySet,
    place: usize,
    certainty: Certainty,
    segment: &Segment,
    name: Option<&str>,
) -> Option<RuleMatch> {
    let rule = policy.rule(place)?.clone();
    let words = rule.pattern.rest.len().saturating_add(1).min(segment.argv.len());
    let first = segment.argv.first()?.span;
    let last = segment.argv.get(words.saturating_sub(1))?.span;
    Some(RuleMatch {
        rule,
        certainty,
        words,
        cause: first.to(last),
        resolved_program: name.filter(|name| name.contains('/')).map(Into::into),
    })
}

#[cfg(test)]
pub(crate) mod tests;
