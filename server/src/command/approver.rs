//! The client as the one who says yes or no to a command.

use std::cell::{Cell, RefCell};

use gatekeeper::risk::{Risk, RiskProgram, RiskRequest};
use gatekeeper::{Answer, Approval, Approver, Decision, Gatekeeper, Question, Scope};

use super::again::More;
use super::life::Life;
use super::reason;
use crate::client::Unanswered;
use crate::clock;
use crate::protocol::{CommandApproval, CommandApprovalAnswer, CommandDecision, Notification, ServerRequest};

/// The client as the one who says yes or no to a command.
#[derive(Debug)]
pub(super) struct ClientApprover<'a> {
    life: &'a Life,
    gatekeeper: &'a Gatekeeper,
    more: &'a More,
    was_asked: Cell<bool>,
    /// Why it is a no.
    why: RefCell<String>,
}

impl<'a> ClientApprover<'a> {
    pub(super) fn new(life: &'a Life, gatekeeper: &'a Gatekeeper, more: &'a More) -> Self {
        Self {
            life,
            gatekeeper,
            more,
            was_asked: Cell::new(false),
            why: RefCell::new("the answer was no".to_owned()),
        }
    }

    /// Whether the client has answered, and not what was approved before.
    pub(super) fn was_asked(&self) -> bool {
        self.was_asked.get()
    }

    /// Why it is a no.
    pub(super) fn why(&self) -> String {
        self.why.borrow().clone()
    }

    fn no(&self, why: String) -> Answer {
        *self.why.borrow_mut() = why;
        Answer::No
    }

    fn approval(&self, question: &Question<'_>) -> CommandApproval {
        let subject = &self.life.subject;
        let amendment = question.judgement.amendment();
        let amendment = amendment.filter(|_| question.offered.contains(&Scope::Rule));
        let amendment: Option<Vec<String>> =
            amendment.map(|amendment| amendment.prefix().iter().map(ToString::to_string).collect());
        let of_verdict = (question.judgement.decision() != Decision::Allow)
            .then(|| reason::of_judgement(question.judgement));
        let reasons = self
            .more
            .reason()
            .map(str::to_owned)
            .into_iter()
            .chain(of_verdict);
        CommandApproval {
            thread_id: self.life.thread.id.clone(),
            turn_id: self.life.turn.id.clone(),
            item_id: subject.id.clone(),
            started_at_ms: clock::now(),
            command: Some(subject.command.source().text().to_owned()),
            cwd: Some(subject.cwd.clone()),
            command_actions: self.gatekeeper.actions(question.judgement, question.context),
            reason: reasons.collect::<Vec<_>>().join("\n"),
            risk: Some(self.risk(question)),
            confinement: question
                .confinement
                .map(|confinement| confinement.profile.name.clone()),
            network_approval_context: None,
            available_decisions: offered(question.offered, amendment.as_deref()),
            proposed_execpolicy_amendment: amendment,
            proposed_network_policy_amendments: Vec::new(),
            additional_permissions: self.more.permissions(),
            denied: self.more.denied.clone(),
        }
    }

    /// What the effects say, raised by what the configured program says. Where it says nothing that counts, a person is
    /// told so.
    fn risk(&self, question: &Question<'_>) -> Risk {
        let options = &self.life.server.options;
        let file = options
            .risk_program
            .as_ref()
            .and_then(|file| std::path::absolute(file).ok());
        let Some(file) = file else {
            return question.risk.clone();
        };
        let confinement = question
            .confinement
            .map(|confinement| confinement.profile.name.as_str());
        let request = RiskRequest::new(question.judgement, question.context, confinement);
        match RiskProgram::new(file, &options.variables).assess(&request) {
            Ok(risk) => risk,
            Err(error) => {
                let client = &self.life.thread.client;
                let message = reason::short(&format!("the risk program was not heeded: {error}"));
                let _gone = client.tell_unless(&Notification::Warning { message }, &self.life.guard.stop);
                question.risk.clone()
            }
        }
    }
}

impl Approver for ClientApprover<'_> {
    fn ask(&self, question: &Question<'_>) -> Answer {
        if question.context.approval == Approval::Never {
            return self.no("it needs a yes, and nobody may be asked".to_owned());
        }
        let approval = self.approval(question);
        let offered = approval.available_decisions.clone();
        let request = ServerRequest::Command(Box::new(approval));
        let (thread, stop) = (&self.life.thread, &self.life.guard.stop);
        match thread
            .client
            .ask::<CommandApprovalAnswer>(&thread.id, &request, stop)
        {
            Ok(said) => {
                self.was_asked.set(true);
                answer(said, &offered).unwrap_or_else(|why| self.no(why.to_owned()))
            }
            Err(Unanswered::Refused(why)) => {
                self.was_asked.set(true);
                self.no(reason::short(&format!("the answer was none: {why}")))
            }
            Err(Unanswered::Stopped) => self.no(self.life.why_stopped().to_owned()),
            Err(Unanswered::Gone) => self.no("the client has gone".to_owned()),
        }
    }
}

/// What may be answered, in the order to show it.
fn offered(scopes: &[Scope], amendment: Option<&[String]>) -> Vec<CommandDecision> {
    let mut offered = vec![CommandDecision::Accept];
    if scopes.contains(&Scope::Session) {
        offered.push(CommandDecision::AcceptForSession);
    }
    offered.extend(
        amendment.map(|amendment| CommandDecision::AcceptWithExecpolicyAmendment {
            execpolicy_amendment: amendment.to_vec(),
        }),
    );
    offered.extend([CommandDecision::Decline, CommandDecision::Cancel]);
    offered
}

/// What an answer means, or why it is a no.
fn answer(said: CommandApprovalAnswer, offered: &[CommandDecision]) -> Result<Answer, &'static str> {
    let is_for_session = said.accept_settings.is_some_and(|settings| settings.for_session);
    let decision = if is_for_session && said.decision == CommandDecision::Accept {
        CommandDecision::AcceptForSession
    } else {
        said.decision
    };
    if !offered.contains(&decision) {
        return Err("the answer was none of those that were offered");
    }
    match decision {
        CommandDecision::Accept => Ok(Answer::Yes(Scope::Once)),
        CommandDecision::AcceptForSession => Ok(Answer::Yes(Scope::Session)),
        CommandDecision::AcceptWithExecpolicyAmendment { .. } => Ok(Answer::Yes(Scope::Rule)),
        CommandDecision::ApplyNetworkPolicyAmendment { .. } | CommandDecision::Decline => {
            Err("the answer was no")
        }
        CommandDecision::Cancel => Ok(Answer::Cancel),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_offered_is_a_no() {
        let all = [Scope::Once, Scope::Turn, Scope::Session, Scope::Rule];
        let words = ["tool".to_owned(), "build".to_owned()];
        let most = offered(&all, Some(&words));
        let least = offered(&[Scope::Once], None);
        let rule = |words: &str| {
            format!(
                r#"{{"decision":{{"acceptWithExecpolicyAmendment":{{"execpolicy_amendment":{words}}}}}}}"#
            )
        };
        let session = Some(Answer::Yes(Scope::Session));
        for (said, of_most, of_least) in [
            (r#"{"decision":"accept"}"#.to_owned(), Some(Answer::Yes(Scope::Once)), Some(Answer::Yes(Scope::Once))),
            (r#"{"decision":"acceptForSession"}"#.to_owned(), session, None),
            (r#"{"decision":"accept","acceptSettings":{"forSession":true}}"#.to_owned(), session, None),
            (
                r#"{"decision":"accept","acceptSettings":{"forSession":false}}"#.to_owned(),
                Some(Answer::Yes(Scope::Once)),
                Some(Answer::Yes(Scope::Once)),
            ),
            (rule(r#"["tool","build"]"#), Some(Answer::Yes(Scope::Rule)), None),
            (rule(r#"["tool"]"#), None, None),
            (rule(r#"["tool","build","x"]"#), None, None),
            (
                r#"{"decision":{"applyNetworkPolicyAmendment":{"network_policy_amendment":{"host":"a.example","action":"allow"}}}}"#.to_owned(),
                None,
                None,
            ),
            (r#"{"decision":"decline"}"#.to_owned(), None, None),
            (r#"{"decision":"cancel"}"#.to_owned(), Some(Answer::Cancel), Some(Answer::Cancel)),
        ] {
            let read = || serde_json::from_str::<CommandApprovalAnswer>(&said).unwrap();
            assert_eq!(answer(read(), &most).ok(), of_most, "{said}");
            assert_eq!(answer(read(), &least).ok(), of_least, "{said}");
        }
    }
}
