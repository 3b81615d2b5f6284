//! Real commands: how many are understood, and that nothing runs which no segment claims.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use support::corpora::Corpora;
use support::engine::Engine;

#[path = "corpora/agent_commands.rs"]
mod agent_commands;
#[path = "corpora/command_actions.rs"]
mod command_actions;
#[path = "corpora/gaps.rs"]
mod gaps;
#[path = "corpora/parse_cases.rs"]
mod parse_cases;
#[path = "corpora/printing.rs"]
mod printing;

/// A test over the collections.
type Check = fn(&Corpora) -> Result<(), Failed>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests: [(&str, Check); 7] = [
        (
            "what bash executed was claimed",
            parse_cases::what_bash_executed_was_claimed,
        ),
        ("bash is asked again", parse_cases::bash_is_asked_again),
        (
            "ordinary cases are understood",
            parse_cases::ordinary_cases_are_understood,
        ),
        (
            "agent commands are understood",
            agent_commands::agent_commands_are_understood,
        ),
        (
            "actions are told as by codex",
            command_actions::actions_are_told_as_by_codex,
        ),
        ("real commands have few gaps", gaps::real_commands_have_few_gaps),
        (
            "real commands print as themselves",
            printing::real_commands_print_as_themselves,
        ),
    ];
    let trials: Vec<Trial> = match Corpora::find() {
        Ok(corpora) => tests
            .map(|(name, test)| {
                let corpora = corpora.clone();
                Trial::test(name, move || test(&corpora))
            })
            .into(),
        Err(reason) => tests
            .map(|(name, _)| {
                Trial::test(format!("{name}: SKIPPED, {reason}"), || Ok(())).with_ignored_flag(true)
            })
            .into(),
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What is built in, and no policy.
fn bare() -> Result<Engine, Failed> {
    Engine::new("").map_err(|findings| Failed::from(format!("{findings:?}")))
}
