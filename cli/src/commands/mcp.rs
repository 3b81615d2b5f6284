//! `execpolicy mcp`: tools to check and to run commands, for clients of the Model Context Protocol.

use std::time::Duration;

use mcp::Settings;

use crate::args::{McpArgs, profile};
use crate::exit::Exit;
use crate::{environment, output, serving};

/// Serves until the client closes standard input.
pub(crate) fn run(args: &McpArgs) -> Exit {
    // A confined command has a `/tmp` of its own, whatever its caller has.
    let temporary = environment::temporary().filter(|_| profile(&args.serving.confinement).is_none());
    let options = match serving::options(&args.serving, temporary) {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    let settings = Settings {
        options,
        patience: Duration::from_secs(args.patience),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    match mcp::serve_stdio(settings) {
        Ok(()) => Exit::Done,
        Err(error) => output::failed("it cannot be served", &error),
    }
}
