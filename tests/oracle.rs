//! Real shells against the reader: every named case, and scripts from generators with fixed seeds.
//!
//! `EXECPOLICY_ORACLE_SEEDS` says how many seeds (2 where it is not set), and `EXECPOLICY_ORACLE_SCRIPTS` how many
//! scripts are made of each (600): half of them grown from a grammar, half known scripts spliced and mutated.
#![expect(clippy::print_stdout, reason = "a run says what it looked at")]

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use shell_parser::{Dialect, Limits, parse};
use support::cases::{Case, cases};
use support::choices::{Choices, Seeded};
use support::executor::{Executor, Shell, Stubs, answer_as_stub};
use support::oracle::{Tally, check};
use support::{mutation, scripts, splicing};

use brush::Comparison;
use shells::{Pair, Shells};
use totals::{Run, Totals};

#[path = "oracle/brush.rs"]
mod brush;
#[path = "oracle/directories.rs"]
mod directories;
#[path = "oracle/shells.rs"]
mod shells;
#[path = "oracle/totals.rs"]
mod totals;

/// Makes a script.
type Generate = fn(&mut Choices<'_>) -> String;

/// Name, function, and which part of a seed's scripts it makes: one in so many.
const GENERATORS: &[(&str, Generate, u64)] = &[
    ("grammar", scripts::script, 2),
    ("splicing", splicing::spliced, 4),
    ("mutation", mutation::mutated, 4),
];

/// A generator shows no more findings than this.
const FINDINGS: usize = 10;

fn main() -> ExitCode {
    if let Some(status) = answer_as_stub() {
        return status;
    }
    let arguments = Arguments::from_args();
    let mut missing = Executor::start(Shell::Bash).err();
    let dash = dash();
    if let Err(reason) = &dash {
        println!("SKIPPED: there is no dash to ask here: {reason}");
    }
    let shells = Arc::new(Shells::new(dash.ok()));
    let totals = Arc::new(Totals::default());
    let mut trials = Vec::new();
    for case in cases() {
        let shells = Arc::clone(&shells);
        trials.push(Trial::test(format!("case::{}", case.name), move || {
            run_case(case, &shells)
        }));
    }
    for seed in 0..number("EXECPOLICY_ORACLE_SEEDS", 2) {
        for (name, generate, part) in GENERATORS {
            let (shells, totals) = (Arc::clone(&shells), Arc::clone(&totals));
            let scripts = number("EXECPOLICY_ORACLE_SCRIPTS", 600)
                .checked_div(*part)
                .unwrap_or(0);
            trials.push(Trial::test(format!("{name}::seed_{seed}"), move || {
                let run = run_generator(*generate, seed, scripts, &shells)?;
                totals.add(name, &run);
                run.findings()
            }));
        }
    }
    trials.extend(directories::trials(number("EXECPOLICY_ORACLE_SEEDS", 2)));
    if let Some(error) = missing.take() {
        println!("SKIPPED: there is no bash to ask here: {error}");
        trials = trials
            .into_iter()
            .map(|trial| trial.with_ignored_flag(true))
            .collect();
    }
    let status = libtest_mimic::run(&arguments, trials).exit_code();
    let names: Vec<&str> = GENERATORS.iter().map(|(name, _, _)| *name).collect();
    println!("{totals}");
    match totals.missed_bounds(&names).as_slice() {
        [] => status,
        missed => {
            println!("the run as a whole misses its bounds: {}", missed.join("; "));
            ExitCode::FAILURE
        }
    }
}

/// dash with its stubs, where it is installed.
fn dash() -> std::io::Result<Shell> {
    let shell = Shell::Dash(Arc::new(Stubs::new()?));
    Executor::start(shell.clone())?.run("")?;
    Ok(shell)
}

/// Whether the reader vouches for the text in that dialect.
fn admits(script: &str, dialect: Dialect) -> bool {
    parse(script, dialect, &Limits::default()).gaps.is_empty()
}

fn run_case(case: &Case, shells: &Shells) -> Result<(), Failed> {
    let mut run = Run::default();
    let mut pair = shells.take()?;
    run_script(case.script, &mut pair, &mut run)?;
    shells.give_back(pair);
    run.findings()
}

fn run_generator(generate: Generate, seed: u64, scripts: u64, shells: &Shells) -> Result<Run, Failed> {
    let mut pair = shells.take()?;
    let mut bytes = Seeded::new(seed);
    let mut run = Run::default();
    for _ in 0..scripts {
        let choices = bytes.bytes(512);
        let script = generate(&mut Choices::new(&choices));
        run_script(&script, &mut pair, &mut run)?;
        if run.found.len() >= FINDINGS {
            break;
        }
    }
    shells.give_back(pair);
    Ok(run)
}

/// Asks bash; dash where the reader vouches for the text as dash's; and brush.
fn run_script(script: &str, pair: &mut Pair, run: &mut Run) -> Result<(), Failed> {
    let dash = pair.dash.as_mut().filter(|_| admits(script, Dialect::Sh));
    let shells = [(Some(&mut pair.bash), &mut run.bash), (dash, &mut run.dash)];
    for (shell, tally) in shells {
        let Some(shell) = shell else { continue };
        let mut own = Tally::default();
        if let Some(fooled) = check(script, shell, &mut own)? {
            run.found.push(format!(
                "{:?} executed {:?} unforeseen in:\n{script}\n{script:?}",
                shell.shell().dialect(),
                fooled.argv,
            ));
        }
        *tally += own;
    }
    match brush::compare(script) {
        Comparison::Same => run.compared = run.compared.saturating_add(1),
        Comparison::NotMade => {}
        Comparison::Differs(how) => run.found.push(format!("{how} in:\n{script}\n{script:?}")),
    }
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
