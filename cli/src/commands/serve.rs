//! `execpolicy serve`: the approval oracle of an agent host.

use diagnostics::{Diagnostic, Severity};
use gatekeeper::codes;
use server::SocketError;

use crate::args::ServeArgs;
use crate::exit::Exit;
use crate::{output, serving};

/// Serves until the client is gone.
pub(crate) fn run(args: &ServeArgs) -> Exit {
    // A thread says what its commands run in, and a confined one has a `/tmp` of its own.
    let options = match serving::options(&args.serving, None) {
        Ok(options) => options,
        Err(exit) => return exit,
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
