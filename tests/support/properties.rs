//! The promises of the engine, one function each, for property tests and fuzzers alike.
//!
//! Each takes bytes, grows its case out of them, and fails by an assertion.
#![expect(
    clippy::missing_panics_doc,
    reason = "a property panics where its promise is broken; that is its job"
)]

pub mod of_proposals;
pub mod of_serving;
pub mod of_triples;

use diagnostics::Span;
use execpolicy::{Basis, Decision, EffectKind, UnknownEffect, Verdict};
use shell_parser::{
    Dialect, Gap, GapReason, Limits, PrintError, Script, Segment, parse, placeless, print, segments,
};

use crate::choices::Choices;
use crate::engine::{Engine, RulesAlone};
use crate::naive_judge;
use crate::policies::{DrawnPolicy, DrawnRule};
use crate::{scripts, splicing};

pub use of_proposals::a_proposal_is_what_it_says;
pub use of_serving::whatever_a_client_writes_costs_nobody_else_anything;
pub use of_triples::{
    a_link_never_loosens_a_triple, adding_a_restriction_never_loosens_a_triple,
    engine_equals_naive_on_triples, order_never_matters, raising_an_effect_never_loosens,
    what_leans_allows_every_substitution_or_knows_why,
};

/// A promise.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// The function's name, which is the fuzz target's too.
    pub name: &'static str,
    /// Fails by an assertion on a case that breaks the promise.
    pub check: fn(&[u8]),
}

macro_rules! properties {
    ($($name:ident),+ $(,)?) => {
        /// Every property.
        pub const ALL: &[Property] = &[ $( Property { name: stringify!($name), check: $name } ),+ ];
    };
}

properties![
    lowering_is_total,
    spans_are_in_bounds,
    joining_is_monotone,
    unknown_words_allow_means_every_substitution_allows,
    engine_equals_naive,
    engine_equals_naive_on_triples,
    adding_a_restriction_never_loosens_a_triple,
    a_link_never_loosens_a_triple,
    order_never_matters,
    raising_an_effect_never_loosens,
    what_leans_allows_every_substitution_or_knows_why,
    gap_never_loosens,
    segments_are_deterministic,
    every_segment_has_a_basis,
    printing_keeps_the_script,
    a_proposal_is_what_it_says,
    whatever_a_client_writes_costs_nobody_else_anything,
];

/// Any text gives a script and segments, in every dialect, within the limits.
pub fn lowering_is_total(bytes: &[u8]) {
    let text = text(&mut Choices::new(bytes), bytes);
    let limits = Limits::default();
    for dialect in [Dialect::Bash, Dialect::Sh, Dialect::Zsh, Dialect::Unknown] {
        let script = parse(&text, dialect, &limits);
        let found = segments(&script);
        assert!(
            found.len() <= limits.segments,
            "{} segments in {text:?}",
            found.len()
        );
    }
}

/// Every span of a script's segments and gaps is a stretch of its text that splits no character.
pub fn spans_are_in_bounds(bytes: &[u8]) {
    let text = text(&mut Choices::new(bytes), bytes);
    let script = parsed(&text);
    let gaps = script.gaps.iter().map(|gap| gap.span);
    let found = segments(&script);
    let inner = found.iter().flat_map(|segment| {
        let words = segment.argv.iter().map(|word| word.span);
        let settings = segment.assignments.iter().map(|set| set.span);
        let redirects = segment.redirects.iter().map(|redirect| redirect.span);
        words.chain(settings).chain(redirects).chain([segment.span])
    });
    for span in gaps.chain(inner) {
        assert!(span.text(&text).is_some(), "{span:?} is not of {text:?}");
    }
}

/// Adding a rule that prompts or forbids makes no verdict laxer.
pub fn joining_is_monotone(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let mut policy = DrawnPolicy::draw(&mut choices);
    let added = DrawnRule::draw_restricting(&mut choices);
    let text = text(&mut choices, bytes);
    let before = engine(&policy).judge(&text);
    policy.rules.push(added);
    let after = engine(&policy).judge(&text);
    assert!(
        before.decision() <= after.decision(),
        "{text:?}: {} before, {} after the last rule of\n{}",
        before.decision(),
        after.decision(),
        policy.text()
    );
    assert_eq!(
        before.confinement(),
        after.confinement(),
        "{text:?}\n{}",
        policy.text()
    );
}

/// What is allowed with unknown words is allowed with every value of them, or the value is an option that the program
/// does not have: then it does nothing but complain.
pub fn unknown_words_allow_means_every_substitution_allows(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let engine = engine(&DrawnPolicy::draw(&mut choices));
    let mut words: Vec<String> = vec![choices.pick(READERS).to_owned()];
    while choices.once_in(3) && words.len() < 4 {
        words.insert(0, choices.pick(WRAPPERS).to_owned());
    }
    let others = ["x", "\"$v\"", "$v", "\"a$v\"", "status", "-l", "--", "\"$v.rs\""];
    for _ in 0..choices.below(4) {
        words.push(choices.pick(&others).to_owned());
    }
    let template = words.join(" ");
    if engine.judge(&template).decision() != Decision::Allow {
        return;
    }
    for value in SUBSTITUTES {
        let quoted = format!("'{value}'");
        let replaced = template
            .replace("\"$v\"", &quoted)
            .replace("\"a$v\"", &format!("'a{value}'"))
            .replace("\"$v.rs\"", &format!("'{value}.rs'"))
            .replace("$v", value);
        let verdict = engine.judge(&replaced);
        assert!(
            verdict.decision() == Decision::Allow || only_complains(&verdict),
            "{template:?} is allowed, {replaced:?} is not"
        );
    }
}

/// The engine decides as the naive judge does, wherever a script's words are no patterns; and never laxer.
pub fn engine_equals_naive(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let policy = DrawnPolicy::draw(&mut choices);
    let text = scripts::script(&mut choices);
    let engine = RulesAlone::new(&policy.text(), Decision::Prompt);
    for one in engine.judge(&text).segments() {
        let values: Vec<_> = one
            .segment
            .argv
            .iter()
            .map(|argument| argument.value.clone())
            .collect();
        let exact = one.segment.redirects.is_empty()
            && one.segment.assignments.is_empty()
            && one
                .segment
                .argv
                .first()
                .is_some_and(|program| program.value.exact().is_some())
            && !values
                .iter()
                .any(|value| matches!(value, shell_parser::Value::Glob(_)))
            && !one.basis.iter().any(|basis| matches!(basis, Basis::Gap(_)));
        if exact {
            let expected = naive_judge::decide(&policy, &values, Decision::Prompt);
            assert_eq!(
                one.decision,
                expected,
                "{values:?} of {text:?} under\n{}",
                policy.text()
            );
        }
    }
}

/// A gap can only make a verdict stricter, wherever it stands, and a verdict with a gap is no allow.
pub fn gap_never_loosens(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let policy = DrawnPolicy::draw(&mut choices).text();
    let engine = RulesAlone::new(&policy, Decision::Allow);
    let start = choices.below(64);
    let length = choices.below(64);
    let text = text(&mut choices, bytes);
    let mut script = parsed(&text);
    let before = engine.judge_script(&script);
    let span = Span::of(
        start.min(text.len()),
        start.saturating_add(length).min(text.len()),
    );
    script.gaps.push(Gap {
        span,
        reason: GapReason::Construct,
    });
    let after = engine.judge_script(&script);
    assert!(
        before.decision() <= after.decision(),
        "a gap at {span:?} loosens {text:?}"
    );
    assert!(
        after.decision() >= Decision::Prompt,
        "a gap at {span:?} is allowed in {text:?}"
    );
}

/// The same text gives the same segments and the same verdict.
pub fn segments_are_deterministic(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let policy = DrawnPolicy::draw(&mut choices);
    let text = text(&mut choices, bytes);
    assert_eq!(segments(&parsed(&text)), segments(&parsed(&text)), "{text:?}");
    let verdict = || format!("{:?}", engine(&policy).judge(&text));
    assert_eq!(verdict(), verdict(), "{text:?}");
}

/// No segment is without a basis, its decision is the strictest of its bases, and the verdict's is the strictest of
/// its segments and gaps.
pub fn every_segment_has_a_basis(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let engine = engine(&DrawnPolicy::draw(&mut choices));
    let text = text(&mut choices, bytes);
    let verdict = engine.judge(&text);
    let mut strictest = match verdict.gaps() {
        [] => Decision::Allow,
        _ => Decision::Prompt,
    };
    for one in verdict.segments() {
        assert!(!one.basis.is_empty(), "a segment of {text:?} has no basis");
        let joined = one
            .basis
            .iter()
            .map(Basis::decision)
            .fold(Decision::Allow, Decision::join);
        assert_eq!(one.decision, joined, "{:?} of {text:?}", one.basis);
        strictest = strictest.join(one.decision);
    }
    assert_eq!(verdict.decision(), strictest, "{text:?}");
}

/// A script without gaps has a canonical text, which is read as the same script and the same segments, and is its
/// own canonical text.
pub fn printing_keeps_the_script(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let text = match choices.below(4) {
        0 => crate::mutation::mutated(&mut choices),
        _ => text(&mut choices, bytes),
    };
    prints_as_itself(&text);
}

/// What [`printing_keeps_the_script`] says, of one text.
pub fn prints_as_itself(text: &str) {
    let script = parsed(text);
    let printed = print(&script, &Limits::default());
    if !script.gaps.is_empty() {
        assert_eq!(printed, Err(PrintError::Gaps), "{text:?}");
        return;
    }
    assert!(
        matches!(printed, Ok(_) | Err(PrintError::NotKept)),
        "{text:?}: {printed:?}"
    );
    let Ok(printed) = printed else { return };
    let again = parsed(&printed);
    assert_eq!(
        placeless(&again),
        placeless(&script),
        "{text:?} prints as {printed:?}"
    );
    assert_eq!(
        placeless_segments(&again),
        placeless_segments(&script),
        "{text:?} prints as {printed:?}"
    );
    assert_eq!(
        print(&again, &Limits::default()).as_ref(),
        Ok(&printed),
        "{text:?}"
    );
}

/// A script's segments without their places.
fn placeless_segments(script: &Script) -> Vec<Segment> {
    let mut found = segments(script);
    for segment in &mut found {
        segment.span = Span::default();
        let words = segment.argv.iter_mut().map(|word| &mut word.span);
        let settings = segment.assignments.iter_mut().map(|set| &mut set.span);
        let redirects = segment.redirects.iter_mut().map(|redirect| &mut redirect.span);
        for span in words.chain(settings).chain(redirects) {
            *span = Span::default();
        }
    }
    found
}

/// Programs of which something is known, and programs that rules name.
const READERS: &[&str] = &[
    "cat", "ls", "git", "echo", "head", "grep", "sort", "wc", "cargo", "rm", "find", "sed",
];

/// Programs that run the words behind them.
const WRAPPERS: &[&str] = &[
    "env",
    "xargs",
    "timeout 5",
    "find . -exec",
    "nice",
    "xargs -I{}",
    "watch",
    "env -i A=1",
    "git rebase -x",
    "flock x",
];

/// Values that a variable might have, as single words.
const SUBSTITUTES: &[&str] = &[
    "a=1",
    "{}",
    "+",
    "x",
    "status",
    "push",
    "-f",
    "-rf",
    "--output=f",
    "-o",
    "-exec",
    "-delete",
    "--help",
    "-i",
    "--pre=x",
    "-c",
    "--",
    "-",
    "a/b",
    "../x",
    "--compress-program=x",
    "--files0-from=x",
    "-n",
    "w",
    "e",
    "1e",
    "--ext-diff",
];

/// Whether all that a prompt is about is an option that the program does not know.
fn only_complains(verdict: &Verdict) -> bool {
    verdict.decision() == Decision::Prompt
        && verdict.gaps().is_empty()
        && verdict
            .segments()
            .iter()
            .flat_map(|one| &one.effects)
            .all(|effect| {
                matches!(
                    effect.kind,
                    EffectKind::Unknown(UnknownEffect::Option) | EffectKind::Read(_) | EffectKind::List(_)
                )
            })
}

/// The product with this policy.
#[expect(
    clippy::expect_used,
    reason = "a drawn policy that does not load is a defect of the generator"
)]
fn engine(policy: &DrawnPolicy) -> Engine {
    Engine::new(&policy.text()).expect("a drawn policy loads")
}

/// A script of the default dialect and limits.
fn parsed(text: &str) -> Script {
    parse(text, Dialect::Bash, &Limits::default())
}

/// A text: grown, spliced, or the bytes themselves.
fn text(choices: &mut Choices<'_>, bytes: &[u8]) -> String {
    match choices.below(4) {
        0 | 1 => scripts::script(choices),
        2 => splicing::spliced(choices),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
