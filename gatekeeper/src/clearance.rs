//! From a judged command to the permission to run it, which names all that it was given for.

mod enclosure;
mod prepare;

use std::ffi::OsString;

use execpolicy::{ConfinementName, Context, Decision};
use sandbox::{Grant, Host, Plan};

use crate::approval_key::{self, OnceOnly};
use crate::approver::{Answer, Approver, Question, Scope};
use crate::confinement::Confinement;
use crate::digest::Digest;
use crate::pinned::Pinned;
use crate::risk::Risk;
use crate::{Gatekeeper, Judgement, StartError};

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
    answered: Option<Scope>,
}

/// A judged command that is not forbidden, with all that it would run with.
#[derive(Debug)]
#[must_use]
pub struct Prepared {
    judgement: Judgement,
    terms: Terms,
}

/// For how long a yes may be given, beside once and by a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Longer<'a> {
    /// For these scopes.
    Scopes(&'a [Scope]),
    /// For none, and why.
    Never(&'a OnceOnly),
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
    /// What it gets beyond that.
    pub(crate) grants: Vec<Grant>,
    /// Those of them that somebody has to say yes to.
    pub(crate) asked: Vec<Grant>,
    /// Whether somebody has to say yes, whatever the verdict.
    pub(crate) must_ask: bool,
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
    /// The approver said no, and that what it was a part of is to end.
    #[error("the answer was to stop")]
    Cancelled {
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

    /// Of all that a yes to it would be to: prepared again, something else has another one.
    pub fn digest(&self) -> Digest {
        approval_key::exact(self)
    }

    /// How it would be confined on this host.
    ///
    /// # Errors
    /// [`StartError::Plan`] where the host cannot keep what the confinement promises, [`StartError::Hosts`] where a
    /// profile names a host that is none.
    pub fn plan(&self, host: &Host) -> Result<Plan, StartError> {
        self.terms.enclosure.plan(host)
    }

    /// The same, for what nobody but an approver may clear, whatever the verdict: a command that was kept from something,
    /// and is to run without its confinement.
    pub fn asking(mut self) -> Self {
        self.terms.must_ask = true;
        self
    }

    /// Whether somebody has to say yes.
    pub fn needs_yes(&self) -> bool {
        let terms = &self.terms;
        self.judgement.decision() != Decision::Allow || terms.must_ask || !terms.asked.is_empty()
    }

    /// The same, with the smallest rule that would answer its prompt where there is one, so that it can be offered.
    pub fn proposing(mut self, gatekeeper: &Gatekeeper) -> Self {
        if self.judgement.decision() == Decision::Prompt {
            self.judgement = gatekeeper.propose(self.judgement, &self.terms.context);
        }
        self
    }

    /// Clears it: at once where the verdict allows, else by the approver's yes.
    ///
    /// # Errors
    /// [`Refusal`] for every answer that is no yes.
    pub fn clear(self, approver: &dyn Approver) -> Result<Clearance, Refusal> {
        self.clear_by(approver, Longer::Scopes(&[]))
    }

    /// Clears it, where a yes may also be given for longer.
    pub(crate) fn clear_by(self, approver: &dyn Approver, longer: Longer<'_>) -> Result<Clearance, Refusal> {
        if !self.needs_yes() {
            return Ok(self.cleared(None));
        }
        if self.judgement.decision() == Decision::Forbidden {
            return Err(self.declined());
        }
        let (longer, once_only) = match longer {
            Longer::Scopes(scopes) => (scopes, None),
            Longer::Never(why) => (&[][..], Some(why)),
        };
        // A rule would not say what is granted.
        let is_more = self.terms.must_ask || !self.terms.asked.is_empty();
        let rule = self.judgement.amendment().filter(|_| !is_more);
        let rule = rule.map(|_| Scope::Rule);
        let offered: Vec<Scope> = [Scope::Once]
            .into_iter()
            .chain(longer.iter().copied())
            .chain(rule)
            .collect();
        let risk = Risk::of(&self.judgement, &self.terms.context);
        let answer = approver.ask(&Question {
            judgement: &self.judgement,
            context: &self.terms.context,
            risk: &risk,
            confinement: self.confinement(),
            grants: &self.terms.asked,
            directory: self.terms.directory.path(),
            executable: self.terms.executable.path(),
            offered: &offered,
            once_only,
        });
        match answer {
            Answer::Yes(scope) if offered.contains(&scope) => Ok(self.cleared(Some(scope))),
            Answer::Yes(_) => Ok(self.cleared(Some(Scope::Once))),
            Answer::No => Err(self.declined()),
            Answer::Cancel => Err(Refusal::Cancelled {
                judgement: Box::new(self.judgement),
            }),
        }
    }

    /// What it would run with.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    pub(crate) fn cleared(self, answered: Option<Scope>) -> Clearance {
        Clearance {
            judgement: self.judgement,
            terms: self.terms,
            answered,
        }
    }

    fn declined(self) -> Refusal {
        Refusal::Declined {
            judgement: Box::new(self.judgement),
        }
    }
}

impl Clearance {
    /// The command with the verdict that it was cleared by.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// For how long somebody said yes, now or before; `None` where the verdict allowed it by itself.
    pub fn answered(&self) -> Option<Scope> {
        self.answered
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
