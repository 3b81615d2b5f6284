//! Real bash against the reader: every named case, and scripts from two generators with fixed seeds.
//!
//! `EXECPOLICY_ORACLE_SCRIPTS` says how many scripts each generator makes a seed (300 where it is not set), and
//! `EXECPOLICY_ORACLE_SEEDS` how many seeds (2).
#![expect(clippy::print_stdout, reason = "a run says what it looked at")]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use support::bash::Bash;
use support::cases::CASES;
use support::choices::{Choices, Seeded};
use support::oracle::{Tally, check};
use support::{mutation, scripts};

type Generator = fn(&mut Choices<'_>) -> String;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = Bash::start().err();
    let mut trials = Vec::new();
    for case in CASES {
        trials.push(Trial::test(format!("case::{}", case.name), move || {
            run_case(case.script)
        }));
    }
    let generators: [(&str, Generator); 3] = [
        ("grammar", scripts::script),
        ("splicing", scripts::spliced),
        ("mutation", mutation::mutated),
    ];
    for seed in 0..number("EXECPOLICY_ORACLE_SEEDS", 2) {
        for (name, generate) in generators {
            trials.push(Trial::test(format!("{name}::seed_{seed}"), move || {
                run_generator(name, generate, seed)
            }));
        }
    }
    if let Some(error) = missing {
        println!("SKIPPED: there is no bash to ask here: {error}");
        trials = trials
            .into_iter()
            .map(|trial| trial.with_ignored_flag(true))
            .collect();
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run_case(script: &str) -> Result<(), Failed> {
    let mut bash = Bash::start()?;
    match check(script, &mut bash, &mut Tally::default())? {
        None => Ok(()),
        Some(fooled) => Err(format!("bash executed {:?} unforeseen", fooled.argv).into()),
    }
}

fn run_generator(name: &str, generate: Generator, seed: u64) -> Result<(), Failed> {
    let mut bash = Bash::start()?;
    let mut bytes = Seeded::new(seed);
    let mut tally = Tally::default();
    for _ in 0..number("EXECPOLICY_ORACLE_SCRIPTS", 300) {
        let choices = bytes.bytes(512);
        let script = generate(&mut Choices::new(&choices));
        if let Some(fooled) = check(&script, &mut bash, &mut tally)? {
            return Err(format!(
                "bash executed {:?} unforeseen in:\n{}\n{:?}",
                fooled.argv, fooled.script, fooled.script
            )
            .into());
        }
    }
    println!("{name}, seed {seed}: {tally:?}");
    Ok(())
}

fn number(variable: &str, default: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the length of a test run is set from outside"
    )]
    let set = std::env::var(variable);
    set.ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
