//! A call of a tool: what the notifications and the question say of it, and what it would do.

use gatekeeper::hook::{Event, Subject};
use serde_json::{Map, Value};

use super::elsewhere::may_lead_elsewhere;
use crate::message::{Command, Fields, command};

/// What was said of a call; null takes nothing back.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    kind: Option<String>,
    title: Option<String>,
    content: Option<Value>,
    locations: Option<Value>,
    raw_input: Option<Value>,
    /// Whether it is said to have begun.
    has_begun: bool,
}

/// What is known to be said of a call.
const CALL: &[&str] = &[
    "toolCallId",
    "title",
    "name",
    "kind",
    "status",
    "content",
    "locations",
    "rawInput",
    "rawOutput",
    "_meta",
];

/// What the input of a tool that runs commands may say without changing what runs. Whether a command would run in the
/// agent's own sandbox is among it: it is judged as one that nothing confines.
const RUNS: &[&str] = &[
    "command",
    "cwd",
    "workdir",
    "description",
    "explanation",
    "justification",
    "reason",
    "timeout",
    "timeoutMs",
    "timeout_ms",
    "run_in_background",
    "is_background",
    "dangerouslyDisableSandbox",
    "sandbox_permissions",
    "with_escalated_permissions",
    "callId",
    "call_id",
    "turnId",
    "turn_id",
    "process_id",
    "parsedCmd",
    "parsed_cmd",
    "proposed_execpolicy_amendment",
    "available_decisions",
];

/// What says that the input of a tool is a command.
const COMMANDS: [&str; 7] = ["command", "commands", "cmd", "script", "args", "argv", "code"];

/// What the input of a tool calls the file that it writes.
const FILES: [&str; 8] = [
    "path",
    "file_path",
    "filePath",
    "abs_path",
    "absolute_path",
    "notebook_path",
    "target_file",
    "destination",
];

impl Call {
    /// Takes what is said of it now in the place of what was.
    pub(super) fn update(&mut self, update: &Map<String, Value>) {
        let owned = |key: &str| update.said(key).cloned();
        let text = |key: &str| update.text(key).map(ToOwned::to_owned);
        self.kind = text("kind").or(self.kind.take());
        self.title = text("title").or(self.title.take());
        self.content = owned("content").or(self.content.take());
        self.locations = owned("locations").or(self.locations.take());
        self.raw_input = owned("rawInput").or(self.raw_input.take());
        self.has_begun |= matches!(
            update.text("status"),
            Some("in_progress" | "completed" | "failed")
        );
    }

    /// Whether it may lead the agent's shell into another directory: by its command, or by one that is not told.
    pub(super) fn may_lead_elsewhere(&self) -> bool {
        match self.raw_input.as_ref().and_then(|input| input.get("command")) {
            Some(Value::String(text)) => may_lead_elsewhere(text),
            Some(_) => false,
            None => self.has_begun && matches!(self.kind.as_deref(), None | Some("execute")),
        }
    }

    /// About how much of the memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.kind, &self.title].into_iter().flatten().map(String::len);
        let values = [&self.content, &self.locations, &self.raw_input];
        texts.chain(values.into_iter().flatten().map(weight)).sum()
    }

    /// What a question says of a call of which this was said before. `None` where the two disagree on what it is, or
    /// the question says something that is not known.
    pub(super) fn merged(before: Option<&Self>, request: &Map<String, Value>) -> Option<Self> {
        if !request.says_only(CALL) {
            return None;
        }
        let mut call = Self::default();
        call.update(request);
        let Some(before) = before else {
            return Some(call);
        };
        let differ = |one: Option<&Value>, other: Option<&Value>| {
            one.zip(other).is_some_and(|(one, other)| one != other)
        };
        let input =
            |call: &Self, key: &str| call.raw_input.as_ref().and_then(|input| input.get(key)).cloned();
        let inputs = ["command", "cwd", "workdir"];
        let is_other = call.kind.is_some() && before.kind.is_some() && call.kind != before.kind
            || inputs
                .iter()
                .any(|key| differ(input(before, key).as_ref(), input(&call, key).as_ref()));
        if is_other {
            return None;
        }
        let mut merged = before.clone();
        merged.update(request);
        Some(merged)
    }

    /// What it would do, in the roots of its session, and whether that can be allowed; `None` where that is not known.
    /// A command that names no directory starts in `cwd`, or where nobody knows.
    pub(super) fn event(&self, roots: Vec<String>, cwd: Option<String>) -> Option<(Event, bool)> {
        match self.kind.as_deref()? {
            "execute" => self.command(roots, cwd).map(|event| (event, true)),
            "edit" => self.writes(roots),
            // Where something goes is not always said.
            "delete" | "move" => self.writes(roots).map(|(event, _)| (event, false)),
            _ => None,
        }
    }

    fn command(&self, roots: Vec<String>, there: Option<String>) -> Option<Event> {
        let input = self.raw_input.as_ref()?.as_object()?;
        if !input.says_only(RUNS) {
            return None;
        }
        let cwd = match (input.said("cwd"), input.said("workdir")) {
            (Some(cwd), Some(workdir)) if cwd != workdir => return None,
            // Where that is not known it may be any.
            (None, None) => there,
            (cwd, workdir) => Some(absolute(cwd.or(workdir)?.as_str()?)?),
        };
        let subject = match command(input.said("command")?)? {
            Command::Text(text) => Subject::Text(text),
            Command::Words(words) => Subject::Words(words),
        };
        let agrees = self.title.as_deref().is_none_or(|title| agrees(title, &subject));
        agrees.then(|| Event::asked(subject, cwd, roots))
    }

    /// The files that it writes, and whether all of them are shown.
    fn writes(&self, roots: Vec<String>) -> Option<(Event, bool)> {
        let mut paths = Vec::new();
        let content = self.content.as_ref().map(Value::as_array);
        for item in content.map_or(Some(&Vec::new()), |content| content)? {
            let item = item.as_object()?;
            match item.text("type")? {
                "diff" => paths.push(absolute(item.text("path")?)?),
                "content" | "terminal" => {}
                _ => return None,
            }
        }
        let is_shown = !paths.is_empty();
        let locations = self.locations.as_ref().map(Value::as_array);
        for location in locations.map_or(Some(&Vec::new()), |locations| locations)? {
            paths.push(absolute(location.as_object()?.text("path")?)?);
        }
        if let Some(input) = &self.raw_input {
            let input = input.as_object()?;
            if COMMANDS.iter().any(|key| input.said(key).is_some()) {
                return None;
            }
            for value in FILES.iter().filter_map(|key| input.said(key)) {
                paths.push(absolute(value.as_str()?)?);
            }
        }
        paths.sort_unstable();
        paths.dedup();
        let event = (!paths.is_empty()).then(|| Event::asked(Subject::Writes(paths), None, roots));
        event.map(|event| (event, is_shown))
    }
}

/// The command that a question of version 2 is about.
pub(super) fn of_command(subject: &Map<String, Value>, roots: Vec<String>) -> Option<Event> {
    let is_known = subject.says_only(&["type", "command", "cwd", "toolCallId", "terminalId", "_meta"]);
    let command = subject.text("command").filter(|text| !text.trim().is_empty())?;
    let cwd = absolute(subject.text("cwd")?)?;
    is_known.then(|| Event::asked(Subject::Text(command.to_owned()), Some(cwd), roots))
}

/// A path that says where it is by itself.
fn absolute(path: &str) -> Option<String> {
    (path.starts_with('/') && !path.contains('\0')).then(|| path.to_owned())
}

/// Whether a title that shows a command (all of it is in backticks) shows this one.
fn agrees(title: &str, subject: &Subject) -> bool {
    let inner = title
        .trim()
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
        return true;
    };
    let shown = inner.replace("\\`", "`");
    match subject {
        Subject::Text(text) => shown.trim() == text.trim(),
        Subject::Words(words) => {
            shown == words.join(" ") || words.last().is_some_and(|last| last.trim() == shown.trim())
        }
        Subject::Writes(_) | Subject::Unread { .. } | Subject::Other => true,
    }
}

/// About how many bytes a value takes.
fn weight(value: &Value) -> usize {
    const ONE: usize = 32;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => ONE,
        Value::String(text) => ONE.saturating_add(text.len()),
        Value::Array(items) => items.iter().map(weight).fold(ONE, usize::saturating_add),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| key.len().saturating_add(weight(value)))
            .fold(ONE, usize::saturating_add),
    }
}
