//! The promises that triples of policy, command and context are asked for; each of any judge, so that one with a
//! defect can be shown to break it.

use execpolicy::{Approval, Decision};

use crate::choices::Choices;
use crate::engine::Heard;
use crate::naive_judge::of_triples;
use crate::triples::{Drawn, DrawnCommand, DrawnWord, Triple, WORDS};

/// The engine decides a triple of policy, command and context as the judge does that tries every value; where a word
/// is not known it may be stricter, never laxer.
pub fn engine_equals_naive_on_triples(bytes: &[u8]) {
    equals_naive(bytes, Heard::of);
}

/// As [`engine_equals_naive_on_triples`], of any judge.
pub fn equals_naive(bytes: &[u8], judge: fn(&Triple) -> Heard) {
    let triple = Triple::draw(&mut Choices::new(bytes));
    let expected = of_triples::decide(&triple);
    let found = judge(&triple);
    let shown = || {
        format!(
            "{}\n{:?} {:?}\n{}",
            triple.command.text(),
            triple.approval,
            triple.confinement,
            triple.policy()
        )
    };
    // Of an option that is not described nobody knows whether the next word is its value, and one that is shortened
    // only may be meant: where a condition depends on that, the engine asks.
    let has_conditions = triple
        .rules
        .iter()
        .any(|rule| matches!(rule, Drawn::Prefix(rule) if !rule.without.is_empty()));
    let words = &triple.command.words;
    let is_doubtful = has_conditions
        && words
            .iter()
            .any(|word| matches!(word, DrawnWord::Exact("--nope" | "--outp=d/s")));
    let is_known = !is_doubtful && words.iter().all(|word| matches!(word, DrawnWord::Exact(_)));
    if is_known {
        assert_eq!(found.decision, expected.decision, "{}", shown());
        assert_eq!(found.confinement.as_deref(), expected.confinement, "{}", shown());
    } else {
        // What leans promises less: a value may be one whose effect is then known, which asks.
        let leans = found.confinement.is_some() && expected.decision == Decision::Prompt;
        assert!(
            found.decision >= expected.decision || leans || (is_doubtful && found.decision > Decision::Allow),
            "{found:?} {expected:?}\n{}",
            shown()
        );
    }
}

/// One more rule that restricts makes no verdict on a triple laxer, nor its confinement wider.
pub fn adding_a_restriction_never_loosens_a_triple(bytes: &[u8]) {
    is_monotone(bytes, Heard::of);
}

/// As [`adding_a_restriction_never_loosens_a_triple`], of any judge.
pub fn is_monotone(bytes: &[u8], judge: fn(&Triple) -> Heard) {
    let mut choices = Choices::new(bytes);
    let added = Drawn::draw_restricting(&mut choices);
    let mut triple = Triple::draw(&mut choices);
    let before = judge(&triple);
    triple.rules.push(added);
    let after = judge(&triple);
    let shown = || {
        format!(
            "{before:?} {after:?}\n{}\n{}",
            triple.command.text(),
            triple.policy()
        )
    };
    assert!(before.decision <= after.decision, "{}", shown());
    let width = |heard: &Heard| of_triples::width(heard.confinement.as_deref().unwrap_or("none"));
    assert!(width(&before) >= width(&after), "{}", shown());
}

/// Where an allow leans on a confinement, each value of its unknown words is allowed in that confinement too, or asks
/// because what it touches is then known: outside of the confinement, or guarded by a path rule.
pub fn what_leans_allows_every_substitution_or_knows_why(bytes: &[u8]) {
    leans_honestly(bytes, Heard::of);
}

/// As [`what_leans_allows_every_substitution_or_knows_why`], of any judge.
pub fn leans_honestly(bytes: &[u8], judge: fn(&Triple) -> Heard) {
    let mut choices = Choices::new(bytes);
    let mut triple = Triple::draw(&mut choices);
    triple.approval = Approval::OnRequest;
    triple.confinement = triple.confinement.or(Some("workspace-write"));
    if triple.command.words.iter().all(is_known) {
        triple.command.words.push(DrawnWord::Many);
    }
    let leaning = judge(&triple);
    let Some(confinement) = leaning
        .confinement
        .as_deref()
        .filter(|_| leaning.decision == Decision::Allow)
    else {
        return;
    };
    for command in substitutions(&triple.command, &mut choices) {
        let triple = Triple {
            command,
            ..triple.clone()
        };
        let found = judge(&triple);
        let is_kept =
            found.decision == Decision::Allow && found.confinement.as_ref().is_none_or(|_| found == leaning);
        assert!(
            is_kept || of_triples::touches_what_is_kept(&triple, confinement),
            "{leaning:?} {found:?}\n{}\n{confinement}\n{}",
            triple.command.text(),
            triple.policy()
        );
    }
}

fn is_known(word: &DrawnWord) -> bool {
    matches!(word, DrawnWord::Exact(_))
}

/// The command with other words in the place of the unknown one: none, each word, and a few pairs.
fn substitutions(command: &DrawnCommand, choices: &mut Choices<'_>) -> Vec<DrawnCommand> {
    let Some(place) = command.words.iter().position(|word| !is_known(word)) else {
        return Vec::new();
    };
    let mut values: Vec<Vec<&'static str>> = WORDS.iter().map(|word| vec![*word]).collect();
    if command.words.get(place) == Some(&DrawnWord::Many) {
        values.push(Vec::new());
        values.extend((0..8).map(|_| vec![choices.pick(WORDS), choices.pick(WORDS)]));
    }
    let replaced = values.into_iter().map(|value| {
        let mut command = command.clone();
        let value = value.into_iter().map(DrawnWord::Exact);
        command.words.splice(place..=place, value);
        command
    });
    replaced.collect()
}

/// The order of the rules changes nothing.
pub fn order_never_matters(bytes: &[u8]) {
    is_unordered(bytes, Heard::of);
}

/// As [`order_never_matters`], of any judge.
pub fn is_unordered(bytes: &[u8], judge: fn(&Triple) -> Heard) {
    let mut triple = Triple::draw(&mut Choices::new(bytes));
    let before = judge(&triple);
    triple.rules.reverse();
    let after = judge(&triple);
    assert_eq!(before, after, "{}\n{}", triple.command.text(), triple.policy());
}

/// Describing an option that did nothing as one that reads or writes loosens no verdict that leans on nothing.
pub fn raising_an_effect_never_loosens(bytes: &[u8]) {
    is_raised(bytes, Heard::described);
}

/// As [`raising_an_effect_never_loosens`], of any judge that is given what the option does.
pub fn is_raised(bytes: &[u8], judge: fn(&Triple, &str) -> Heard) {
    let mut choices = Choices::new(bytes);
    let raised = choices.pick(&["reads", "writes", "deletes", "unknown"]);
    let triple = Triple {
        confinement: None,
        ..Triple::draw(&mut choices)
    };
    let before = judge(&triple, "harmless");
    let after = judge(&triple, raised);
    let text = triple.command.text();
    assert!(
        before.decision <= after.decision,
        "{raised}: {before:?} {after:?}\n{text}\n{}",
        triple.policy()
    );
}
