//! From a judged command to the permission to run it, which names all that it was given for.

mod enclosure;
mod prepare;

use std::ffi::OsString;

use execpolicy::{ConfinementName, Context, Decision};
use sandbox::{Host, Plan};

use crate::approver::{Answer, Approver, Question};
use crate::confinement::Confinement;
use crate::digest::Digest;
use crate::pinned::Pinned;
use crate::{Judgement, StartError};

pub(crate) use enclosure::Enclosure;
pub use prepare::PrepareError;

/// The permission to run one command once, as it was judged. It is made only from a verdict that allows, or from an
/// approver's yes; [`Gatekeeper::launch`](crate::Gatekeeper::launch) consumes it, and checks again all that it names.
///
/// It is neither copied nor read from anywhere.
#[derive(Debug)]
#[must_use]
pub struct Clearance {
    judgement: Judgement,
    terms: Terms,
}

/// A judged command that is not forbidden, with all that it would run with.
#[derive(Debug)]
#[must_use]
pub struct Prepared {
    judgement: Judgement,
    terms: Terms,
}

/// What a command runs with: what was judged is what runs.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The program's name and its arguments, to the byte.
    pub(crate) arguments: Vec<OsString>,
    pub(crate) directory: Pinned,
    pub(crate) executable: Pinned,
    pub(crate) environment: Digest,
    pub(crate) policy: Digest,
    /// What it was judged in.
    pub(crate) context: Context,
    /// The profile that confines it; `None` is none.
    pub(crate) confinement: Option<ConfinementName>,
    pub(crate) enclosure: Enclosure,
}

/// Why a command is not cleared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The approver did not say yes.
    #[error("the answer was no")]
    Declined {
        /// What was asked about.
        judgement: Box<Judgement>,
    },
}

impl Prepared {
    /// The command with its verdict: an allow or a prompt.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// What it would run in; `None` is nothing.
    pub fn confinement(&self) -> Option<&Confinement> {
        self.terms.enclosure.confinement()
    }

    /// How it would be confined on this host.
    ///
    /// # Errors
    /// [`StartError::Plan`] where the host cannot keep what the confinement promises, [`StartError::Hosts`] where a
    /// profile names a host that is none.
    pub fn plan(&self, host: &Host) -> Result<Plan, StartError> {
        self.terms.enclosure.plan(host)
    }

    /// Clears it: at once where the verdict allows, else by the approver's yes.
    ///
    /// # Errors
    /// [`Refusal::Declined`] for every answer that is no yes.
    pub fn clear(self, approver: &dyn Approver) -> Result<Clearance, Refusal> {
        let Self { judgement, terms } = self;
        let answer = match judgement.decision() {
            Decision::Allow => Answer::Once,
            Decision::Prompt => approver.ask(&Question {
                judgement: &judgement,
                confinement: terms.enclosure.confinement(),
                directory: terms.directory.path(),
                executable: terms.executable.path(),
            }),
            Decision::Forbidden => Answer::No,
        };
        match answer {
            Answer::Once => Ok(Clearance { judgement, terms }),
            Answer::No => Err(Refusal::Declined {
                judgement: Box::new(judgement),
            }),
        }
    }
}

impl Clearance {
    /// The command with the verdict that it was cleared by.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// The words that are executed: of a text, those that call the shell that reads it.
    pub fn arguments(&self) -> &[OsString] {
        &self.terms.arguments
    }

    /// What it will run in; `None` is nothing.
    pub fn confinement(&self) -> Option<&Confinement> {
        self.terms.enclosure.confinement()
    }

    pub(crate) fn into_terms(self) -> Terms {
        self.terms
    }
}
