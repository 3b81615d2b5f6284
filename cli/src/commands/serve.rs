//! `execpolicy serve`: the approval oracle of an agent host.

use diagnostics::{Diagnostic, Severity};
use gatekeeper::{Defaults, Dialect, codes};
use server::{Options, SocketError};

use crate::args::ServeArgs;
use crate::exit::Exit;
use crate::request::Place;
use crate::{environment, output};

/// Serves until the client is gone.
pub(crate) fn run(args: &ServeArgs) -> Exit {
    let place = Place {
        cwd: args.cwd.as_deref(),
        workspace: args.workspace.as_deref(),
        home: None,
        // A confined command has a `/tmp` of its own, whatever its caller has.
        temporary: None,
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
    let options = Options {
        surroundings,
        rules: args.rules.clone(),
        no_layers: args.no_layers,
        defaults: if args.no_default {
            Defaults::None
        } else {
            Defaults::BuiltIn
        },
        variables: environment::all(),
        state: environment::log(),
        risk_program: args.risk_program.clone(),
    };
    let served = match &args.socket {
        None => server::serve_stdio(options).map_err(SocketError::from),
        Some(path) => server::serve_socket(options, path, &|warning| {
            output::complain(
                &[Diagnostic::new(
                    codes::INTERNAL,
                    Severity::Warning,
                    warning.to_owned(),
                )],
                None,
            );
        }),
    };
    match served {
        Ok(()) => Exit::Done,
        Err(error) => {
            let finding = Diagnostic::new(codes::INTERNAL, Severity::Error, error.to_string());
            output::complain(&[finding], None);
            Exit::Failed
        }
    }
}
