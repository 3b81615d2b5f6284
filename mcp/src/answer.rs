//! What a person answered: a yes is exactly one of those that were offered, and whatever else is a no.

use gatekeeper::Scope;
use rmcp::model::{ElicitResult, ElicitationAction, InputResponses};
use serde_json::Value;

/// The question's name among those of one result.
pub(crate) const QUESTION: &str = "approve";

/// What was answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Said {
    /// It may run.
    Yes(Scope),
    /// It may not, and why.
    No(String),
}

/// The answer that a client brings with its second call.
pub(crate) fn of_responses(responses: Option<InputResponses>) -> Said {
    let Some(response) = responses.and_then(|mut responses| responses.remove(QUESTION)) else {
        return Said::No("there was no answer to the question".to_owned());
    };
    match serde_json::from_value::<ElicitResult>(response) {
        Ok(result) => of_result(&result),
        Err(_) => Said::No("the answer could not be read".to_owned()),
    }
}

/// The answer of an elicitation.
pub(crate) fn of_result(result: &ElicitResult) -> Said {
    match result.action {
        ElicitationAction::Accept => {}
        ElicitationAction::Decline => return Said::No("the person said no".to_owned()),
        ElicitationAction::Cancel | _ => {
            return Said::No("the person closed the question without an answer".to_owned());
        }
    }
    let content = result.content.as_ref().and_then(Value::as_object);
    let Some(content) = content.filter(|content| content.len() == 1) else {
        return Said::No("it was accepted without one of the answers that were offered".to_owned());
    };
    match content.get("decision").and_then(Value::as_str) {
        Some("allow_once") => Said::Yes(Scope::Once),
        Some("allow_session") => Said::Yes(Scope::Session),
        Some("allow_always") => Said::Yes(Scope::Rule),
        Some("deny") => Said::No("the person said no".to_owned()),
        Some(_) | None => Said::No("it was accepted without one of the answers that were offered".to_owned()),
    }
}

/// An answer on the wire, and for a person.
pub(crate) fn word(scope: Scope) -> (&'static str, &'static str) {
    match scope {
        Scope::Once | Scope::Turn => ("allow_once", "Yes, once"),
        Scope::Session => ("allow_session", "Yes, this command until the server ends"),
        Scope::Rule => ("allow_always", "Always, by the rule that is shown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whatever_was_not_offered_is_a_no() {
        let said = |answer: Value| of_responses(Some(InputResponses::from([(QUESTION.to_owned(), answer)])));
        for (answer, scope) in [
            (
                json!({"action": "accept", "content": {"decision": "allow_once"}}),
                Scope::Once,
            ),
            (
                json!({"action": "accept", "content": {"decision": "allow_session"}}),
                Scope::Session,
            ),
            (
                json!({"action": "accept", "content": {"decision": "allow_always"}}),
                Scope::Rule,
            ),
        ] {
            assert_eq!(said(answer), Said::Yes(scope));
        }
        for (answer, why) in [
            (
                json!({"action": "accept", "content": {"decision": "deny"}}),
                "said no",
            ),
            (json!({"action": "accept"}), "without one"),
            (json!({"action": "accept", "content": null}), "without one"),
            (json!({"action": "accept", "content": {}}), "without one"),
            (
                json!({"action": "accept", "content": "allow_once"}),
                "without one",
            ),
            (
                json!({"action": "accept", "content": {"decision": "ALLOW_ONCE"}}),
                "without one",
            ),
            (
                json!({"action": "accept", "content": {"decision": true}}),
                "without one",
            ),
            (
                json!({"action": "accept", "content": {"decision": ["allow_once"]}}),
                "without one",
            ),
            (
                json!({"action": "accept", "content": {"decision": "allow_once", "more": 1}}),
                "without one",
            ),
            (
                json!({"action": "decline", "content": {"decision": "allow_once"}}),
                "said no",
            ),
            (
                json!({"action": "cancel", "content": {"decision": "allow_once"}}),
                "closed",
            ),
            (json!({"action": "yes"}), "could not be read"),
            (
                json!({"content": {"decision": "allow_once"}}),
                "could not be read",
            ),
            (json!("accept"), "could not be read"),
            (json!(null), "could not be read"),
        ] {
            match said(answer.clone()) {
                Said::No(said) => assert!(said.contains(why), "{answer}: {said}"),
                Said::Yes(scope) => panic!("{answer}: {scope:?}"),
            }
        }
        assert!(matches!(of_responses(None), Said::No(_)));
        let other = InputResponses::from([("other".to_owned(), json!({"action": "accept"}))]);
        assert!(matches!(of_responses(Some(other)), Said::No(_)));
    }
}
