//! A yes that came with the command: a person was asked by an agent, whose hook passed it on.

use diagnostics::{Diagnostic, Severity};
use gatekeeper::hook::TokenApprover;
use gatekeeper::{Prepared, Refusal, codes};

use super::{Asked, Cleared};
use crate::exit::Exit;
use crate::{environment, output};

impl Asked<'_> {
    /// A person was asked by an agent, and the yes came with the command.
    pub(super) fn clear_by_token(&self, token: &str, prepared: Prepared) -> Result<Cleared, Exit> {
        let refused = |why: &str| {
            let message = format!("refused: the yes that came with it does not hold: {why}");
            let finding = Diagnostic::new(codes::WOULD_ASK, Severity::Error, message)
                .note("nothing was run")
                .help("let the agent ask again: a yes holds once, for a short time, for what was shown");
            output::complain(&[finding], self.args.format);
            Exit::Refused
        };
        let policy = self.gatekeeper.digest();
        let approver = TokenApprover::open(
            &self.context,
            token,
            policy,
            environment::path(),
            environment::now(),
        );
        let approver = approver.map_err(|error| refused(&error.to_string()))?;
        match prepared.clear(&approver) {
            Ok(clearance) => {
                let id = self.log(clearance.judgement(), Some(("person", "once")));
                Ok(Cleared { clearance, id })
            }
            Err(refusal) => {
                if let Refusal::Declined { judgement } | Refusal::Cancelled { judgement } = refusal {
                    self.log(&judgement, Some(("nobody", "no")));
                }
                Err(refused(&approver.refusal().unwrap_or_default()))
            }
        }
    }
}
