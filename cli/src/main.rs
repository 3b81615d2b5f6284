//! The binary `execpolicy`: arguments in, a decision and an exit status out.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod confined;
mod environment;
mod exit;
mod journal;
mod launch;
mod output;
mod person;
mod policy;
mod report_file;
mod request;

use std::ffi::OsString;
use std::panic;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Args, Verb};
use exit::Exit;
use gatekeeper::sandbox;

fn main() -> Exit {
    // A log that may not grow is told as one that cannot be written.
    sandbox::outlive_file_limits();
    // A crash must not pass for a decision: 1 is documented as "failed", the runtime's own 101 is not.
    panic::catch_unwind(run).unwrap_or(Exit::Failed)
}

fn run() -> Exit {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let args = match Args::try_parse_from(&arguments) {
        Ok(args) => args,
        Err(error) if error.use_stderr() => {
            let refused = commands::hook::refuse(&arguments, &error.to_string());
            return refused.unwrap_or_else(|| told(&error));
        }
        Err(error) => return told(&error),
    };
    match args.verb {
        Verb::Check(check) => commands::check::run(&check),
        Verb::Explain(check) => commands::explain::run(&check),
        Verb::Hook(hook) => commands::hook::run(hook),
        Verb::Run(run) => commands::run::run(&run),
        Verb::Serve(serve) => commands::serve::run(&serve),
        Verb::Mcp(mcp) => commands::mcp::run(&mcp),
        Verb::Allow(allow) => commands::allow::run(&allow),
        Verb::Rules(rules) => commands::rules::run(&rules),
        Verb::Trust(place) => commands::trust::trust(&place),
        Verb::Untrust(place) => commands::trust::untrust(&place),
        Verb::Status(status) => commands::status::run(&status),
        Verb::Replay(replay) => commands::replay::run(&replay),
        Verb::Doctor(doctor) => commands::doctor::run(&doctor),
        Verb::Sandbox(sandbox) => commands::sandbox::run(&sandbox),
    }
}

/// Shows the parser's own message: help and version on stdout, wrong usage on stderr.
fn told(error: &clap::Error) -> Exit {
    let printed = error.print().is_ok();
    let asked_for = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion].contains(&error.kind());
    if printed && asked_for {
        Exit::Done
    } else {
        Exit::Usage
    }
}
