//! A command with its verdict, ready to be told.

use diagnostics::Diagnostic;
use execpolicy::{Amendment, ConfinementName, Context, Decision, NoAmendment, Verdict};

use crate::report::VerdictReport;
use crate::{Command, finding};

/// A command with its verdict.
#[derive(Clone, Debug)]
#[must_use]
pub struct Judgement {
    command: Command,
    verdict: Verdict,
    /// Once it was asked for.
    proposal: Option<Result<Amendment, NoAmendment>>,
}

impl Judgement {
    pub(crate) fn new(command: Command, verdict: Verdict) -> Self {
        Self {
            command,
            verdict,
            proposal: None,
        }
    }

    pub(crate) fn with_proposal(self, proposal: Result<Amendment, NoAmendment>) -> Self {
        Self {
            proposal: Some(proposal),
            ..self
        }
    }

    /// May it run.
    pub fn decision(&self) -> Decision {
        self.verdict.decision()
    }

    /// The command alone, to be judged again.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// What was asked about.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// The verdict.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The profile that the verdict leans on, else the one that the command is to run in by the context of the judgement.
    /// It may be the one that confines nothing.
    pub fn confinement<'a>(&'a self, context: &'a Context) -> Option<&'a ConfinementName> {
        self.verdict.confinement().or(context.confinement.as_ref())
    }

    /// The rule that would answer its prompt, once [`Gatekeeper::propose`](crate::Gatekeeper::propose) was asked and
    /// found one.
    pub fn amendment(&self) -> Option<&Amendment> {
        self.proposal.as_ref()?.as_ref().ok()
    }

    /// Why no rule is proposed, once one was asked for and not found.
    pub fn no_amendment(&self) -> Option<&NoAmendment> {
        self.proposal.as_ref()?.as_ref().err()
    }

    /// For programs.
    pub fn report(&self) -> VerdictReport {
        VerdictReport::of(&self.command, &self.verdict, self.amendment())
    }

    /// What it does, for people: each effect once in a few words that are safe to show, in the order of the text.
    pub fn doings(&self) -> Vec<String> {
        let mut doings = Vec::new();
        let effects = self.verdict.segments().iter().flat_map(|judged| &judged.effects);
        for doing in effects.map(|effect| finding::done(&effect.kind)) {
            if !doings.contains(&doing) {
                doings.push(doing);
            }
        }
        doings
    }

    /// For people: what is in the way, in the order of the text. One finding says why where nothing is.
    pub fn findings(&self) -> Vec<Diagnostic> {
        finding::findings(self.command.source(), &self.verdict)
    }
}
