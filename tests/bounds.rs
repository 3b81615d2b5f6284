//! Whatever a text holds, it gets an answer; one past a bound is asked about, with the bound's name.

use execpolicy::Decision;
use shell_parser::GapReason;
use support::engine::Engine;
use support::pathological::{ALL, LONG, SHORT};

/// Nothing of this kind is allowed without a question, but what runs nothing: no rule speaks for it, and most of it is
/// past a bound or no complete script.
#[test]
fn every_pathological_text_is_answered() {
    let engine = Engine::new("").unwrap();
    for case in ALL {
        let verdict = engine.judge(&case.text(SHORT));
        let runs = !verdict.segments().is_empty() || !verdict.gaps().is_empty();
        assert_eq!(verdict.decision() >= Decision::Prompt, runs, "{}", case.name);
    }
}

/// A text past the length that is read is asked about for its length alone.
#[test]
fn a_text_that_is_too_long_is_named_so() {
    let engine = Engine::new("").unwrap();
    for case in ALL {
        let verdict = engine.judge(&case.text(LONG));
        let reasons: Vec<GapReason> = verdict.gaps().iter().map(|gap| gap.reason).collect();
        assert_eq!(reasons, [GapReason::TooLong], "{}", case.name);
        assert_eq!(verdict.decision(), Decision::Prompt, "{}", case.name);
    }
}
