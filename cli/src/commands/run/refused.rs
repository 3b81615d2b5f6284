//! Why a command that might run is not started, for people.

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::confinement::ConfinementError;
use gatekeeper::sandbox::PlanError;
use gatekeeper::{StartError, codes};

use crate::exit::Exit;
use crate::{launch, output};

/// Says why a cleared command was not started.
pub(super) fn not_started(error: &StartError) -> Exit {
    match error {
        StartError::Changed(change) => {
            let message = format!("refused: {}", visible(&change.to_string()));
            let finding = Diagnostic::new(codes::CHANGED, Severity::Error, message)
                .note("nothing was run")
                .help("run it again: it is then judged as it is now");
            output::complain(&[finding], None);
            Exit::Refused
        }
        StartError::Plan(error) => unenforceable(error),
        StartError::Launch(error) => launch::failed(error),
        StartError::Confinement(error) => not_resolved(error),
        StartError::Hosts(_) | _ => {
            launch::complain(error.to_string(), None);
            Exit::NotStarted
        }
    }
}

/// Says that this host cannot keep what the confinement promises.
fn unenforceable(error: &PlanError) -> Exit {
    let help =
        "`execpolicy doctor` says what this host lacks; `--confinement none` runs unconfined what may run so";
    launch::complain(error.to_string(), Some(help));
    Exit::Refused
}

/// Says that a confinement means nothing here.
pub(super) fn not_resolved(error: &ConfinementError) -> Exit {
    launch::complain(error.to_string(), Some(error.help()));
    Exit::NotStarted
}
