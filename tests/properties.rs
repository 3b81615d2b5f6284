//! Checks every property on cases grown from a fixed seed; `EXECPOLICY_FUZZ_CASES` says on how many.

use execpolicy::Decision;
use gatekeeper::Judgement;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use support::cases;
use support::choices::Seeded;
use support::engine::Heard;
use support::properties;
use support::properties::of_proposals::Proposal;
use support::triples::{Drawn, DrawnWord, Triple};

/// The cases of each property where nothing else is said.
const CASES: u32 = 512;

/// Runs one property: a failing case is shrunk and shown as its bytes.
fn check(property: fn(&[u8])) {
    let cases = std::env::var_os("EXECPOLICY_FUZZ_CASES")
        .and_then(|text| text.to_str().and_then(|text| text.parse().ok()))
        .unwrap_or(CASES);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&vec(any::<u8>(), 0..300), |bytes| {
        std::panic::catch_unwind(|| property(&bytes)).map_err(|panic| {
            let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            TestCaseError::fail(message)
        })
    });
    assert_eq!(outcome.err().map(|error| error.to_string()), None);
}

macro_rules! properties {
    ($($name:ident),+ $(,)?) => { $( #[test] fn $name() { check(properties::$name); } )+ };
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

/// Every known script prints as itself.
#[test]
fn known_scripts_print_as_themselves() {
    let failed: Vec<&str> = cases::cases()
        .filter(|case| std::panic::catch_unwind(|| properties::prints_as_itself(case.script)).is_err())
        .map(|case| case.name)
        .collect();
    assert_eq!(failed, Vec::<&str>::new());
}

/// The engine with a defect: of several rules, the last one stands.
fn last_rule_stands(triple: &Triple) -> Heard {
    let mut triple = triple.clone();
    triple.rules = triple.rules.split_off(triple.rules.len().saturating_sub(1));
    Heard::of(&triple)
}

/// The engine with a defect: an option that writes counts as one that does nothing.
fn writing_is_harmless(triple: &Triple, does: &str) -> Heard {
    let does = if does == "writes" { "harmless" } else { does };
    // And one that does nothing as one that writes.
    Heard::described(triple, if does == "harmless" { "writes" } else { "harmless" })
}

/// The engine with a defect: what only may be guarded is not, and what is known is not looked at.
fn unknown_words_lean_without_rules(triple: &Triple) -> Heard {
    let mut triple = triple.clone();
    if triple
        .command
        .words
        .iter()
        .any(|word| !matches!(word, DrawnWord::Exact(_)))
    {
        triple.rules.retain(|rule| matches!(rule, Drawn::Path { .. }));
    }
    Heard::of(&triple)
}

/// Whether a property fails on some case of a fixed seed.
fn finds(property: impl Fn(&[u8]) + std::panic::RefUnwindSafe) -> bool {
    let mut row = Seeded::new(17);
    (0..2000).any(|_| {
        let bytes = row.bytes(80);
        std::panic::catch_unwind(|| property(&bytes)).is_err()
    })
}

#[test]
fn each_property_of_triples_finds_a_planted_defect() {
    assert!(finds(|bytes| properties::of_triples::equals_naive(
        bytes,
        last_rule_stands
    )));
    assert!(finds(|bytes| properties::of_triples::is_monotone(
        bytes,
        last_rule_stands
    )));
    assert!(finds(|bytes| properties::of_triples::is_unordered(
        bytes,
        last_rule_stands
    )));
    assert!(finds(|bytes| properties::of_triples::leans_honestly(
        bytes,
        unknown_words_lean_without_rules
    )));
    assert!(finds(|bytes| properties::of_triples::is_raised(
        bytes,
        writing_is_harmless
    )));
}

/// A proposer with a defect: the program alone, whatever it is.
fn program_alone(judgement: &Judgement) -> Option<Proposal> {
    let mut segments = judgement.verdict().segments().iter();
    let asks = segments.find(|one| one.decision == Decision::Prompt)?;
    let program = asks.segment.argv.first()?.value.exact()?;
    Some(Proposal {
        prefix: vec![program.to_owned()],
        rule: format!("prefix_rule(pattern = [{program:?}])"),
        example: format!("{program} other"),
        near_miss: format!("{program} > ~/.profile"),
    })
}

/// A proposer with a defect: what it says is not allowed is what it is proposed for.
fn no_near_miss(judgement: &Judgement) -> Option<Proposal> {
    let amendment = judgement.amendment()?;
    Some(Proposal {
        prefix: amendment.prefix().iter().map(ToString::to_string).collect(),
        rule: amendment.rule().to_owned(),
        example: amendment.example().to_owned(),
        near_miss: judgement.command().source().text().to_owned(),
    })
}

#[test]
fn the_property_of_proposals_finds_a_planted_defect() {
    for propose in [program_alone, no_near_miss] {
        assert!(finds(|bytes| properties::of_proposals::is_what_it_says(
            bytes, propose
        )));
    }
}

/// The table and this file name the same properties.
#[test]
fn every_property_is_a_test() {
    let source = include_str!("properties.rs");
    for property in properties::ALL {
        assert!(
            source.contains(&format!("    {},", property.name)),
            "{} is not tested",
            property.name
        );
    }
}
