//! A call of a tool: what the notifications and the question say of it, and what it would do.

use gatekeeper::hook::{Event, Subject};
use serde_json::{Map, Value};

use super::elsewhere::{may_lead_elsewhere, may_words_lead_elsewhere};
use super::input_files::add_files;
use crate::command::Command;
use crate::message::{Fields, is_absolute};

/// What was said of a call, all of it together; null takes nothing back.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    kind: Option<Value>,
    name: Option<Value>,
    /// The title that shows a command. One that shows none takes nothing back either.
    shown: Option<String>,
    content: Option<Value>,
    locations: Option<Value>,
    raw_input: Option<Value>,
    /// Whether it is said to have begun.
    has_begun: bool,
    /// Whether two things were said of it, or one that is not understood.
    is_disputed: bool,
    /// The same of the files that it shows. What a command shows changes nothing of it.
    are_files_disputed: bool,
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

impl Call {
    /// Adds what is said of it now. Something else than was said before takes its place, and makes it disputed.
    pub(super) fn update(&mut self, update: &Map<String, Value>) {
        let is_known = update
            .iter()
            .all(|(key, value)| value.is_null() || key == "sessionUpdate" || CALL.contains(&key.as_str()));
        let is_text = |key: &str| update.said(key).is_none_or(Value::is_string);
        let are_texts = ["kind", "name", "title", "status"].into_iter().all(is_text);
        let is_object = update.said("rawInput").is_none_or(Value::is_object);
        self.is_disputed |= !is_known || !are_texts || !is_object;
        let said = |key: &str| update.said(key).cloned();
        self.is_disputed |= replaces(&mut self.kind, said("kind"));
        self.is_disputed |= replaces(&mut self.name, said("name"));
        let shown = update.text("title").filter(|title| shown(title).is_some());
        self.is_disputed |= replaces(&mut self.shown, shown.map(ToOwned::to_owned));
        self.are_files_disputed |= takes_back(self.content.as_ref(), update.said("content"));
        self.are_files_disputed |= takes_back(self.locations.as_ref(), update.said("locations"));
        self.is_disputed |= takes_back(self.raw_input.as_ref(), update.said("rawInput"));
        self.content = said("content").or(self.content.take());
        self.locations = said("locations").or(self.locations.take());
        self.raw_input = said("rawInput").or(self.raw_input.take());
        self.has_begun |= update
            .said("status")
            .is_some_and(|status| status.as_str() != Some("pending"));
    }

    /// Whether it may lead the agent's shell into another directory: by its command, or by one that is not told.
    pub(super) fn may_lead_elsewhere(&self) -> bool {
        let is_shell = matches!(self.kind(), None | Some("execute"));
        let input = self.raw_input.as_ref().and_then(Value::as_object);
        let told = COMMANDS.iter().filter_map(|key| input?.said(key));
        let told: Vec<&Value> = told.collect();
        if told.is_empty() {
            return self.has_begun && is_shell;
        }
        told.into_iter()
            .any(|command| leads(command).unwrap_or(self.has_begun && is_shell))
    }

    fn kind(&self) -> Option<&str> {
        self.kind.as_ref().and_then(Value::as_str)
    }

    /// About how much of the memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let shown = self.shown.as_ref().map_or(0, String::len);
        let values = [
            &self.kind,
            &self.name,
            &self.content,
            &self.locations,
            &self.raw_input,
        ];
        values
            .into_iter()
            .flatten()
            .map(weight)
            .fold(shown, usize::saturating_add)
    }

    /// What a question says of a call of which this was said before. `None` where the two disagree on what it is,
    /// where what was said before did, or the question says something that is not known.
    pub(super) fn merged(before: Option<&Self>, request: &Map<String, Value>) -> Option<Self> {
        if !request.says_only(CALL) {
            return None;
        }
        let mut call = before.cloned().unwrap_or_default();
        call.update(request);
        (!call.is_disputed).then_some(call)
    }

    /// Whether nothing that was said of it is another command than this one in this directory.
    pub(super) fn is_command(&self, command: &str, cwd: &str) -> bool {
        let is_same = |input: &Map<String, Value>, key: &str, text: &str| {
            input.said(key).is_none_or(|said| said.as_str() == Some(text))
        };
        let agrees_on_input = self.raw_input.as_ref().is_none_or(|input| {
            input.as_object().is_some_and(|input| {
                input.says_only(RUNS)
                    && is_same(input, "command", command)
                    && is_same(input, "cwd", cwd)
                    && is_same(input, "workdir", cwd)
            })
        });
        let subject = Subject::Text(command.to_owned());
        !self.is_disputed
            && agrees_on_input
            && matches!(self.kind(), None | Some("execute"))
            && self.shows(&subject)
    }

    /// Whether no title shows another command than this one.
    fn shows(&self, subject: &Subject) -> bool {
        self.shown.as_deref().is_none_or(|title| agrees(title, subject))
    }

    /// What it would do, in the roots of its session, and whether that can be allowed; `None` where that is not known.
    /// A command that names no directory starts in `cwd`, or where nobody knows.
    pub(super) fn event(&self, roots: Vec<String>, cwd: Option<String>) -> Option<(Event, bool)> {
        match self.kind()? {
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
        let subject = Subject::from(Command::read(input.said("command")?)?);
        self.shows(&subject).then(|| Event::asked(subject, cwd, roots))
    }

    /// The files that it writes, and whether all of them are shown.
    fn writes(&self, roots: Vec<String>) -> Option<(Event, bool)> {
        if self.are_files_disputed {
            return None;
        }
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
            add_files(input, &mut paths)?;
        }
        paths.sort_unstable();
        paths.dedup();
        let event = (!paths.is_empty()).then(|| Event::asked(Subject::Writes(paths), None, roots));
        event.map(|event| (event, is_shown))
    }
}

/// Whether a command, told as a text or in words, may lead a shell elsewhere; `None` where it is told in another way.
fn leads(command: &Value) -> Option<bool> {
    match command {
        Value::String(text) => Some(may_lead_elsewhere(text)),
        Value::Array(words) => {
            let words: Option<Vec<&str>> = words.iter().map(Value::as_str).collect();
            words.map(|words| may_words_lead_elsewhere(&words))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
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
pub(super) fn absolute(path: &str) -> Option<String> {
    is_absolute(path).then(|| path.to_owned())
}

/// Puts what is said now in the place of what was, and gives whether that was something else.
fn replaces<T: PartialEq>(before: &mut Option<T>, now: Option<T>) -> bool {
    let is_other = before
        .as_ref()
        .zip(now.as_ref())
        .is_some_and(|(before, now)| before != now);
    *before = now.or(before.take());
    is_other
}

/// Whether what is said now changes what was said before, or leaves some of it out. More may be said: an object gets
/// further keys, an empty array its items.
fn takes_back(before: Option<&Value>, now: Option<&Value>) -> bool {
    let Some((before, now)) = before.zip(now) else {
        return false;
    };
    match (before.as_object(), now.as_object()) {
        (Some(before), Some(now)) => before
            .iter()
            .any(|(key, value)| !value.is_null() && now.get(key) != Some(value)),
        _ => before != now && before.as_array().is_none_or(|items| !items.is_empty()),
    }
}

/// The command that a title shows, all of which is in backticks.
fn shown(title: &str) -> Option<String> {
    let inner = title.trim().strip_prefix('`')?.strip_suffix('`')?;
    (!inner.is_empty()).then(|| inner.replace("\\`", "`"))
}

/// Whether a title that shows a command shows this one.
fn agrees(title: &str, subject: &Subject) -> bool {
    let Some(shown) = shown(title) else { return true };
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
