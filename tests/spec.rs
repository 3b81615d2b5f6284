//! Runs the Markdown chapters: the specification, the manual and the pages of codes.

use std::fs;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use support::repository;
use support::spec::{Blessing, Block, Case, Chapter, Expectation, Outcome, cases, chapters};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let chapters = match chapters() {
        Ok(chapters) => chapters,
        Err(error) => return refuse(&error.to_string()),
    };
    if std::env::var_os("UPDATE_SPEC").is_some() {
        return match chapters.iter().try_for_each(bless) {
            Ok(()) => ExitCode::SUCCESS,
            Err(mistake) => refuse(&mistake),
        };
    }
    let mut trials = Vec::new();
    for chapter in &chapters {
        match cases(chapter) {
            Ok(cases) => trials.extend(cases.into_iter().map(trial)),
            Err(mistake) => trials.push(Trial::test(chapter.name(), move || Err(Failed::from(mistake)))),
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// One case as a test.
fn trial(case: Case) -> Trial {
    Trial::test(case.name.clone(), move || {
        let outcome = Outcome::of(&case.subject);
        for expectation in &case.expectations {
            check(expectation, &outcome)?;
        }
        Ok(())
    })
}

/// Compares one expectation.
fn check(expectation: &Expectation, outcome: &Outcome) -> Result<(), Failed> {
    let (expected, actual) = match expectation {
        Expectation::Text(block) => (
            block.text.as_str(),
            shortened(block, outcome.block(&block.language)),
        ),
        Expectation::Allowed if outcome.is_allowed() => return Ok(()),
        Expectation::Refused if !outcome.is_allowed() => return Ok(()),
        Expectation::Proposed(prefix) => (prefix.as_str(), outcome.proposal().to_owned()),
        Expectation::Allowed => ("an allow\n", outcome.block("verdict").to_owned()),
        Expectation::Refused => (
            "a prompt or a refusal
",
            outcome.block("verdict").to_owned(),
        ),
    };
    if expected == actual {
        return Ok(());
    }
    Err(Failed::from(format!(
        "expected:\n{expected}\nis:\n{actual}\nUPDATE_SPEC=1 rewrites what is expected"
    )))
}

/// The decision alone, where no more of a verdict is expected.
fn shortened(block: &Block, actual: &str) -> String {
    match (
        block.language.as_str(),
        block.text.lines().count(),
        actual.split_once('\n'),
    ) {
        ("verdict", 1, Some((decision, _))) => format!("{decision}\n"),
        _ => actual.to_owned(),
    }
}

/// Rewrites what a chapter expects.
fn bless(chapter: &Chapter) -> Result<(), String> {
    if chapter.blessing == Blessing::ByHand {
        return Ok(());
    }
    let mut changes = Vec::new();
    for case in cases(chapter)? {
        let outcome = Outcome::of(&case.subject);
        for expectation in &case.expectations {
            if let Expectation::Text(block) = expectation {
                let actual = shortened(block, outcome.block(&block.language));
                changes.push((block.line, block.text.clone(), actual));
            }
        }
    }
    let text = chapter.rewritten(&changes);
    if text == chapter.file.text {
        return Ok(());
    }
    fs::write(repository::root().join(&chapter.file.path), text).map_err(|error| error.to_string())
}

/// Says why no test can run.
#[expect(
    clippy::print_stderr,
    reason = "a test program talks to the person who runs it"
)]
fn refuse(mistake: &str) -> ExitCode {
    eprintln!("{mistake}");
    ExitCode::FAILURE
}
