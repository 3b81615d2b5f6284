//! Which rules a segment meets, and how surely: No, Maybe or Yes.

mod effects;
mod host;
mod program;
mod without;
mod words;

use shell_parser::{Segment, Value};

use crate::links::{Last, ways};
use crate::path_glob::{Bare, Question, Reach, Whereabouts, meeting};
use crate::{Certainty, ConfinementName, Decision, Entry, PolicySet, Rule, RuleMatch, Token};

pub(crate) use effects::{effect_rules_met, lies_in};
pub(crate) use program::upstream_names;
pub(crate) use without::occurs;
pub(crate) use words::cover;

/// A segment, where it runs, and what is known of its program.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) segment: &'a Segment,
    pub(crate) whereabouts: &'a Whereabouts<'a>,
    /// The entry of the program or sub-command; `None` where nothing is known.
    pub(crate) entry: Option<&'a Entry>,
}

/// How many rules are tried one by one against a program whose name is not known. Past that, one restricting rule
/// stands for the rest: every one of them would say the same, ask.
const TRIED_FOR_UNKNOWN_NAME: usize = 256;

/// The rules that a segment meets, in the order of the set: allows that surely match, restrictions that may.
pub(crate) fn rules_met(policy: &PolicySet, subject: &Subject<'_>) -> Vec<RuleMatch> {
    let segment = subject.segment;
    let Some(name) = segment.argv.first() else {
        return Vec::new();
    };
    let mut met: Vec<(usize, RuleMatch)> = Vec::new();
    match &name.value {
        Value::Exact(text) => met.extend(rules_named(policy, subject, text)),
        Value::OneOf(texts) => {
            for text in texts {
                for (place, mut found) in rules_named(policy, subject, text) {
                    found.certainty = Certainty::Maybe;
                    if found.rule.decision != Decision::Allow && met.iter().all(|(known, _)| *known != place)
                    {
                        met.push((place, found));
                    }
                }
            }
        }
        Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
            met.extend(restriction_of_unknown(policy, segment));
        }
    }
    met.sort_unstable_by_key(|(place, _)| *place);
    met.into_iter().map(|(_, found)| found).collect()
}

/// What the allows that only may match ask to run in; `None` is the caller's confinement.
pub(crate) fn may_ask_for(policy: &PolicySet, subject: &Subject<'_>) -> Vec<Option<ConfinementName>> {
    let name = subject.segment.argv.first().and_then(|name| name.value.exact());
    let Some(name) = name.filter(|_| policy.names_confinements()) else {
        return Vec::new();
    };
    certainties(policy, subject, name)
        .filter(|(_, rule, certainty)| rule.decision == Decision::Allow && *certainty == Certainty::Maybe)
        .map(|(_, rule, _)| rule.confinement.clone())
        .collect()
}

/// The rules that a program of this very name meets.
fn rules_named(policy: &PolicySet, subject: &Subject<'_>, name: &str) -> Vec<(usize, RuleMatch)> {
    let counts = |rule: &Rule, certainty| rule.decision != Decision::Allow || certainty == Certainty::Yes;
    certainties(policy, subject, name)
        .filter(|(_, rule, certainty)| counts(rule, *certainty))
        .filter_map(|(place, _, certainty)| {
            Some((
                place,
                record(policy, place, certainty, subject.segment, Some(name))?,
            ))
        })
        .collect()
}

/// The rules that a program of this very name may match, and how surely it does.
fn certainties<'a>(
    policy: &'a PolicySet,
    subject: &'a Subject<'_>,
    name: &'a str,
) -> impl Iterator<Item = (usize, &'a Rule, Certainty)> {
    let segment = subject.segment;
    let context = subject.whereabouts.context;
    let second = segment.argv.get(1).map(|argument| &argument.value);
    let candidates = policy.about(crate::path::base_name(name), second);
    candidates.filter_map(move |place| {
        let rule = policy.rule(place)?;
        let named = match rule.decision {
            Decision::Allow => program::allowed(policy, rule, name, segment, context)?,
            Decision::Prompt | Decision::Forbidden => program::restricted(rule, name, context)?,
        };
        let covered = named.min(cover(&rule.pattern.rest, rest(segment))?);
        Some((place, &**rule, covered.min(holds(rule, subject)?)))
    })
}

/// How surely the rule's conditions hold: where it applies, and which options take it away.
fn holds(rule: &Rule, subject: &Subject<'_>) -> Option<Certainty> {
    let there = in_directory(rule, subject)?;
    let without = &rule.conditions.without;
    if without.is_empty() {
        return Some(there);
    }
    let words = subject.segment.argv.get(1..).unwrap_or_default();
    let covered = rule.pattern.fixed();
    // What is known of a sub-command says nothing of the options before it.
    let entry = subject
        .entry
        .filter(|entry| entry.name().split(' ').skip(1).count() <= covered);
    match occurs(without, words, covered, entry) {
        Some(Certainty::Yes) => None,
        Some(Certainty::Maybe) => Some(Certainty::Maybe),
        None => Some(there),
    }
}

/// How surely a rule applies in the directory that a segment runs in.
fn in_directory(rule: &Rule, subject: &Subject<'_>) -> Option<Certainty> {
    let globs = &rule.conditions.cwd;
    if globs.is_empty() {
        return Some(Certainty::Yes);
    }
    let whereabouts = subject.whereabouts;
    let Some(directory) = whereabouts.directory() else {
        return Some(Certainty::Maybe);
    };
    if rule.decision == Decision::Allow {
        let holds = lies_in(globs, &directory, Last::Followed, whereabouts.context);
        return holds.then_some(Certainty::Yes);
    }
    let question = Question {
        reach: Reach::Itself,
        bare: Bare::Counts,
        context: whereabouts.context,
    };
    let ways = ways(&whereabouts.context.links, &directory, Last::Followed);
    let unknown = ways.is_unknown.then_some(Certainty::Maybe);
    let places = ways.all().chain([directory]);
    let met = places.filter_map(|place| {
        let met = globs.iter().filter_map(|glob| meeting(glob, &place, &question));
        met.max()
    });
    met.max().max(unknown)
}

/// A restriction that a program of unknown name may meet. One is enough: any of them asks.
fn restriction_of_unknown(policy: &PolicySet, segment: &Segment) -> Option<(usize, RuleMatch)> {
    let name = &segment.argv.first()?.value;
    let may_match = |rule: &Rule| match name {
        // It may vanish, and then the next word is the program.
        Value::Found(_) | Value::Many => true,
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
    let words = match rule.pattern.rest.last() {
        Some(Token::Rest(_)) => segment.argv.len(),
        Some(_) | None => rule.pattern.rest.len().saturating_add(1).min(segment.argv.len()),
    };
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
