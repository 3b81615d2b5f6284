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
mod serving;

use std::ffi::OsString;
use std::panic;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Args, Deferred, Verb};
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
        Verb::Check(Deferred(check)) => commands::check::run(&check),
        Verb::Explain(Deferred(check)) => commands::explain::run(&check),
        Verb::Hook(Deferred(hook)) => commands::hook::run(hook),
        Verb::Run(Deferred(run)) => commands::run::run(&run),
        Verb::Serve(Deferred(serve)) => commands::serve::run(&serve),
        Verb::Mcp(Deferred(mcp)) => commands::mcp::run(&mcp),
        Verb::Answer(Deferred(answer)) => commands::answer::run(&answer),
        Verb::Allow(Deferred(allow)) => commands::allow::run(&allow),
        Verb::Rules(Deferred(rules)) => commands::rules::run(&rules),
        Verb::Trust(Deferred(place)) => commands::trust::trust(&place),
        Verb::Untrust(Deferred(place)) => commands::trust::untrust(&place),
        Verb::Status(Deferred(status)) => commands::status::run(&status),
        Verb::Replay(Deferred(replay)) => commands::replay::run(&replay),
        Verb::Doctor(Deferred(doctor)) => commands::doctor::run(&doctor),
        Verb::Sandbox(Deferred(sandbox)) => commands::sandbox::run(&sandbox),
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
