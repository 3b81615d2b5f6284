//! Anything else that starts a program and reads JSON: `{"command" | "argv" | "writes", "cwd"?}`.

use super::Adapter;
use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::OwnRules;
use super::ruling::Ruling;

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "generic",
    capabilities: Capabilities {
        grant: Grant::Honoured,
        deny: "decision: deny",
        denied: r#""decision":"deny""#,
        ask: Some("decision: ask"),
        rewrite: Some("command"),
        silence: "`decision: none`: no rule speaks of it",
        person: "`reason`",
        model: "`agentReason`",
        exit_two_blocks: true,
        failing: "the caller's choice: only status 0 with an object is an answer",
        fail_closed: None,
        limit: "the caller's",
        shell: Shell::Bash,
    },
    own_rules: OwnRules::NONE,
    switches: OwnRules::NONE,
    settings: None,
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    let subject = match (input.has("command"), input.has("argv"), input.has("writes")) {
        (true, false, false) => Subject::Text(input.text("command")?.to_owned()),
        (false, true, false) => Subject::Words(some(input, "argv")?),
        (false, false, true) => Subject::Writes(some(input, "writes")?),
        _ => return Err(EventError::Missing { key: "command" }),
    };
    Ok(Event {
        workspaces: input.some_text("workspace")?.into_iter().collect(),
        ..Event::of(Moment::BeforeTool, subject).at(input.some_text("cwd")?)
    })
}

/// A list that is not empty.
fn some(input: &Input, key: &'static str) -> Result<Vec<String>, EventError> {
    let texts = input.texts(key)?.filter(|texts| !texts.is_empty());
    texts.ok_or(EventError::WrongType { key })
}

fn answer(_event: &Event, ruling: &Ruling) -> Answer {
    let decision = |word| ("decision", Field::Text(word));
    let (fields, rewritten) = match ruling {
        Ruling::NoOpinion => (vec![decision("none")], &None),
        Ruling::Allow { rewritten } => (vec![decision("allow")], rewritten),
        Ruling::Ask { reasons, rewritten } => (
            vec![
                decision("ask"),
                ("reason", Field::Text(&reasons.person)),
                ("agentReason", Field::Text(&reasons.model)),
            ],
            rewritten,
        ),
        Ruling::Deny(reasons) => (
            vec![
                decision("deny"),
                ("reason", Field::Text(&reasons.person)),
                ("agentReason", Field::Text(&reasons.model)),
            ],
            &None,
        ),
    };
    let command = rewritten.iter().map(|text| ("command", Field::Text(text)));
    Answer::said(&fields.into_iter().chain(command).collect::<Vec<_>>())
}
