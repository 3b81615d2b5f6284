//! What a person is asked, in the words of an elicitation.

use std::cell::RefCell;

use diagnostics::visible;
use gatekeeper::amendment_file::{AmendmentFile, RuleScope};
use gatekeeper::risk::{Risk, RiskProgram, RiskRequest};
use gatekeeper::{Answer, Approver, CommandAction, Decision, Gatekeeper, Question, Scope};
use rmcp::model::{ElicitRequestParams, ElicitationSchema, JsonObject, RequestMetaObject};
use serde_json::{Value, json};
use server::{of_judgement, short};

use crate::answer::word;
use crate::room::Room;

/// Characters of a command that is asked about. Nobody reads a longer one, and a yes is to all of it.
const LONGEST: usize = 16 * 1024;

/// Things that a command does which are named; of more, the number is told.
const MOST: usize = 10;

/// A question, ready to be asked.
#[derive(Debug)]
pub(crate) struct Elicitation {
    message: String,
    /// What is in the way, for whoever cannot ask.
    pub(crate) reasons: String,
    offered: Vec<Scope>,
    meta: JsonObject,
}

/// Whoever is asked first: takes down the question, and says no.
pub(crate) struct Recorder<'a> {
    room: &'a Room,
    gatekeeper: &'a Gatekeeper,
    asked: RefCell<Option<Result<Elicitation, String>>>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(room: &'a Room, gatekeeper: &'a Gatekeeper) -> Self {
        Self {
            room,
            gatekeeper,
            asked: RefCell::new(None),
        }
    }

    /// What was asked, or why nobody can be asked that; `None` where nothing was.
    pub(crate) fn into_asked(self) -> Option<Result<Elicitation, String>> {
        self.asked.into_inner()
    }
}

impl Approver for Recorder<'_> {
    fn ask(&self, question: &Question<'_>) -> Answer {
        *self.asked.borrow_mut() = Some(self.elicitation(question));
        Answer::No
    }
}

impl Recorder<'_> {
    fn elicitation(&self, question: &Question<'_>) -> Result<Elicitation, String> {
        let text = question.judgement.command().source().text();
        if text.chars().count() > LONGEST {
            return Err(format!(
                "it needs a yes, and is longer than the {LONGEST} characters that a person is shown"
            ));
        }
        let (risk, warning) = self.risk(question);
        let actions = self.gatekeeper.actions(question.judgement, question.context);
        Ok(Elicitation {
            message: message(question, &risk, warning),
            reasons: of_judgement(question.judgement),
            // No turn is told of in this protocol.
            offered: question
                .offered
                .iter()
                .copied()
                .filter(|scope| *scope != Scope::Turn)
                .collect(),
            meta: meta(question, &risk, &actions),
        })
    }

    /// What the effects say, raised by what the configured program says; and why that was not heeded.
    fn risk(&self, question: &Question<'_>) -> (Risk, Option<String>) {
        let options = &self.room.options;
        let file = options.risk_program.as_ref();
        let Some(file) = file.and_then(|file| std::path::absolute(file).ok()) else {
            return (question.risk.clone(), None);
        };
        let confinement = question.confinement.map(|confinement| &*confinement.profile.name);
        let request = RiskRequest::new(question.judgement, question.context, confinement);
        match RiskProgram::new(file, &options.variables).assess(&request) {
            Ok(risk) => (risk, None),
            Err(error) => {
                let warning = short(&format!("the risk program was not heeded: {error}"));
                (question.risk.clone(), Some(warning))
            }
        }
    }
}

impl Elicitation {
    /// As it is sent. Names of the answers stand as this revision has them.
    ///
    /// # Errors
    /// Where the SDK cannot say it.
    pub(crate) fn params(&self, has_titles: bool) -> Result<ElicitRequestParams, serde_json::Error> {
        let answers: Vec<(&str, &str)> = self
            .offered
            .iter()
            .map(|scope| word(*scope))
            .chain([("deny", "No")])
            .collect();
        let decision = if has_titles {
            let one_of = answers
                .iter()
                .map(|(value, title)| json!({ "const": value, "title": title }));
            json!({ "type": "string", "title": "May it run?", "oneOf": one_of.collect::<Vec<Value>>() })
        } else {
            let (values, titles): (Vec<&str>, Vec<&str>) = answers.into_iter().unzip();
            json!({ "type": "string", "title": "May it run?", "enum": values, "enumNames": titles })
        };
        let schema = json!({
            "type": "object",
            "properties": { "decision": decision },
            "required": ["decision"],
        });
        let schema: ElicitationSchema = serde_json::from_value(schema)?;
        Ok(ElicitRequestParams::FormElicitationParams {
            meta: Some(RequestMetaObject::from(self.meta.clone())),
            message: self.message.clone(),
            requested_schema: schema,
        })
    }
}

/// The whole command, where it would start, why it is asked about, what it does and what it would run in: a yes is to
/// everything.
fn message(question: &Question<'_>, risk: &Risk, warning: Option<String>) -> String {
    let judgement = question.judgement;
    let mut lines = vec!["Run this command?".to_owned(), String::new()];
    // Not by `lines`, which drops the return in front of a newline: bash reads it as part of a word.
    let text = judgement.command().source().text();
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        lines.push(format!("    {}", visible(line)));
    }
    lines.push(String::new());
    lines.push(format!(
        "in {}",
        visible(&question.directory.display().to_string())
    ));
    if judgement.decision() == Decision::Prompt {
        lines.push("Why it asks:".to_owned());
        lines.extend(of_judgement(judgement).lines().map(|line| format!("- {line}")));
    }
    let doings = judgement.doings();
    if !doings.is_empty() {
        lines.push("It:".to_owned());
        lines.extend(
            doings
                .iter()
                .take(MOST)
                .map(|doing| format!("- {}", short(doing))),
        );
        let more = doings.len().saturating_sub(MOST);
        if more > 0 {
            lines.push(format!("- and {more} more"));
        }
    }
    let categories: Vec<&str> = risk.categories.iter().map(|category| category.words()).collect();
    let categories = if categories.is_empty() {
        String::new()
    } else {
        format!(" ({})", categories.join(", "))
    };
    lines.push(format!(
        "Risk: {}{categories}: {}",
        risk.level.word(),
        visible(&risk.summary)
    ));
    lines.extend(warning);
    match question.confinement {
        Some(confinement) => lines.extend(confinement.summary()),
        None => lines.push("Confinement: none, it may do all that you may".to_owned()),
    }
    if let Some(why) = question.once_only {
        lines.push(format!(
            "A yes is for this call alone: {}",
            short(&why.to_string())
        ));
    }
    let file = AmendmentFile::approved(question.context, RuleScope::User);
    if let (true, Some(amendment), Ok(file)) = (
        question.offered.contains(&Scope::Rule),
        judgement.amendment(),
        file,
    ) {
        lines.push(format!(
            "Always would add to {}: {}",
            visible(&file.path().display().to_string()),
            visible(amendment.rule())
        ));
        lines.push(format!("  which also allows: {}", visible(amendment.example())));
        lines.push(format!("  and not: {}", visible(amendment.near_miss())));
    }
    lines.join("\n")
}

/// The same for programs: in the keys that clients of openai/codex know, and in one of ours.
fn meta(question: &Question<'_>, risk: &Risk, actions: &[CommandAction]) -> JsonObject {
    let judgement = question.judgement;
    let report = judgement.report();
    let command = judgement.command().source().text();
    let rule = judgement.amendment().map(|amendment| amendment.rule().to_owned());
    let meta = json!({
        "codex_elicitation": "exec-approval",
        "codex_command": ["bash", "-c", command],
        "codex_cwd": question.directory.display().to_string(),
        "codex_parsed_cmd": actions.iter().map(parsed).collect::<Vec<Value>>(),
        "execpolicy/question": {
            "schema": "execpolicy.question.v1",
            "command": command,
            "cwd": question.directory.display().to_string(),
            "program": question.executable.display().to_string(),
            "decision": report.decision,
            "reasons": of_judgement(judgement).lines().collect::<Vec<&str>>(),
            "commandActions": actions,
            "risk": risk,
            "confinement": question.confinement.map(|confinement| &confinement.profile.name),
            "proposedRule": rule.filter(|_| question.offered.contains(&Scope::Rule)),
        },
    });
    match meta {
        Value::Object(meta) => meta,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            JsonObject::new()
        }
    }
}

/// An action as openai/codex's `ParsedCommand` has it.
fn parsed(action: &CommandAction) -> Value {
    match action {
        CommandAction::Read { command, name, path } => {
            json!({ "type": "read", "cmd": command, "name": name, "path": path })
        }
        CommandAction::ListFiles { command, path } => {
            json!({ "type": "list_files", "cmd": command, "path": path })
        }
        CommandAction::Search { command, query, path } => {
            json!({ "type": "search", "cmd": command, "query": query, "path": path })
        }
        CommandAction::Unknown { command } => json!({ "type": "unknown", "cmd": command }),
    }
}
