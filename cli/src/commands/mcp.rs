//! `execpolicy mcp`: tools to check and to run commands, for clients of the Model Context Protocol.

use std::time::Duration;

use gatekeeper::{Defaults, Dialect};
use mcp::Settings;
use server::Options;

use crate::args::McpArgs;
use crate::exit::Exit;
use crate::policy::Policy;
use crate::request::{Place, context, wrong_place};
use crate::{environment, output};

/// Serves until the client closes standard input.
pub(crate) fn run(args: &McpArgs) -> Exit {
    let place = Place {
        cwd: args.start.cwd.as_deref(),
        workspace: args.start.workspace.as_deref(),
        home: None,
        // A confined command has a `/tmp` of its own, whatever its caller has.
        temporary: environment::temporary().filter(|_| args.confinement == "none"),
        // It is looked at when a command is prepared, as the command gets it.
        path: None,
        approval: args.approval,
        confinement: Some(args.confinement.as_str()).filter(|name| *name != "none"),
        dialect: Dialect::Bash,
    };
    let surroundings = match place.surroundings() {
        Ok(surroundings) => surroundings,
        Err(finding) => {
            output::complain(&[finding], None);
            return Exit::Usage;
        }
    };
    // A server whose own files do not load would ask about everything; who starts it is told before that.
    let policy = Policy::new(&args.policy);
    let opened = context(&surroundings).and_then(|context| {
        let places = policy.places(&surroundings, context.workspace.as_deref());
        places.map_err(|error| wrong_place(&error))
    });
    match opened.map(|places| policy.open(&places)) {
        Err(finding) => {
            output::complain(&[finding], None);
            return Exit::Usage;
        }
        Ok(Err(findings)) => {
            output::complain(&findings, None);
            return Exit::Failed;
        }
        Ok(Ok(_)) => {}
    }
    let settings = Settings {
        options: Options {
            surroundings,
            rules: args.policy.given.rules.clone(),
            no_layers: args.policy.no_layers,
            defaults: if args.policy.given.no_default {
                Defaults::None
            } else {
                Defaults::BuiltIn
            },
            variables: environment::all(),
            state: environment::log(),
            risk_program: args.risk_program.clone(),
        },
        patience: Duration::from_secs(args.patience),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    match mcp::serve_stdio(settings) {
        Ok(()) => Exit::Done,
        Err(error) => output::failed("it cannot be served", &error),
    }
}
