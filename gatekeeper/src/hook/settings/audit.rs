//! Whether an agent would run the hook that stands in its settings: at its event, for its tools, and switched on.

use serde_json::{Map, Value};

use super::{Agent, Content, MARK, Settings, SettingsError, parsed, runs_ours};

/// Keys of an entry that do not change whether it runs, or what becomes of a failure.
const HARMLESS: [&str; 8] = [
    "timeout",
    "timeoutSec",
    "name",
    "description",
    "statusMessage",
    "show_output",
    "sequential",
    "powershell",
];

impl Settings {
    /// What keeps an agent with this text from running the hook as `install` writes it, in words. Nothing, too, where
    /// there is no hook of ours at all.
    pub(crate) fn flaws(&self, agent: Agent, text: &str) -> Result<Vec<String>, SettingsError> {
        let commands = self.commands(agent, text)?;
        if let Content::Own { .. } = &self.content {
            let is_changed = commands.is_empty() && text.contains(MARK);
            return Ok(is_changed
                .then(|| "it was changed since it was installed".to_owned())
                .into_iter()
                .collect());
        }
        let (Some(command), Some(found)) = (commands.first(), value(text)?) else {
            return Ok(Vec::new());
        };
        let wanted = value(&self.with(agent, None, command)?)?.unwrap_or_default();
        let hooks = |whole: &Value| whole.get("hooks").and_then(Value::as_object).cloned();
        let found = hooks(&found).unwrap_or_default();
        let mut flaws = Vec::new();
        for (event, entries) in hooks(&wanted).unwrap_or_default() {
            let there = found
                .get(&event)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let ours = there.iter().filter(|entry| holds_ours(agent, entry));
            let differences: Vec<_> = ours
                .map(|entry| entries.get(0).and_then(|wanted| difference(agent, wanted, entry)))
                .collect();
            match differences.first() {
                None => flaws.push(missing(agent, &event, &found)),
                Some(Some(first)) if differences.iter().all(Option::is_some) => {
                    flaws.push(format!("at `{event}`, {first}"));
                }
                Some(_) => {}
            }
        }
        Ok(flaws)
    }
}

/// That an event has no entry of ours, and which other one has.
fn missing(agent: Agent, event: &str, found: &Map<String, Value>) -> String {
    let other = found.iter().find(|(_, entries)| holds_ours(agent, entries));
    match other {
        Some((other, _)) if other != event => format!("nothing at `{event}` runs it, but at `{other}`"),
        _ => format!("nothing at `{event}` runs it"),
    }
}

/// The first thing in an entry that is not as it is wanted.
fn difference(agent: Agent, wanted: &Value, found: &Value) -> Option<String> {
    let (Some(wanted), Some(found)) = (wanted.as_object(), found.as_object()) else {
        return Some("the entry is no object".to_owned());
    };
    let differs = wanted.iter().find_map(|(key, wanted)| {
        let found = found.get(key);
        let is_right = match (key.as_str(), found) {
            ("command" | "bash", found) => found
                .and_then(Value::as_str)
                .is_some_and(|command| runs_ours(agent, command)),
            ("matcher", None) => true,
            ("matcher", Some(found)) => covers(wanted, found),
            ("timeout" | "timeoutSec", Some(found)) => found.as_f64() >= wanted.as_f64(),
            ("hooks", found) => return in_group(agent, wanted, found),
            (key, _) if HARMLESS.contains(&key) => true,
            (_, found) => found == Some(wanted),
        };
        (!is_right).then(|| format!("`{key}` is not {wanted}"))
    });
    let more = || {
        let mut keys = found.keys();
        let unknown = keys.find(|key| !wanted.contains_key(*key) && !HARMLESS.contains(&key.as_str()));
        unknown.map(|key| format!("`{key}` may keep it from running"))
    };
    differs.or_else(more)
}

/// The same of a group of hooks, one of which has to be ours.
fn in_group(agent: Agent, wanted: &Value, found: Option<&Value>) -> Option<String> {
    let found = found.and_then(Value::as_array).cloned().unwrap_or_default();
    let ours = found.iter().filter(|entry| holds_ours(agent, entry));
    let mut differences: Vec<_> = ours
        .map(|entry| wanted.get(0).and_then(|wanted| difference(agent, wanted, entry)))
        .collect();
    if differences.contains(&None) {
        return None;
    }
    differences
        .pop()
        .unwrap_or(Some("`hooks` has no entry of ours".to_owned()))
}

/// Whether a matcher meets all tools of another: both are names with `|` between them, and the wider one may be all.
fn covers(wanted: &Value, found: &Value) -> bool {
    let (Some(wanted), Some(found)) = (wanted.as_str(), found.as_str()) else {
        return false;
    };
    let found: Vec<&str> = found.split('|').collect();
    matches!(found.as_slice(), ["" | "*" | ".*"]) || wanted.split('|').all(|tool| found.contains(&tool))
}

/// Whether any text in it runs our hook.
fn holds_ours(agent: Agent, value: &Value) -> bool {
    match value {
        Value::String(text) => runs_ours(agent, text),
        Value::Array(values) => values.iter().any(|value| holds_ours(agent, value)),
        Value::Object(values) => values.values().any(|value| holds_ours(agent, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What a text holds; `None` where it holds nothing.
fn value(text: &str) -> Result<Option<Value>, SettingsError> {
    Ok(parsed(text)?.to_serde_value())
}

/// Whether one of these places in a text holds something else than is said beside it; so does a text that is none.
pub(crate) fn says(text: &str, places: &[(&str, &str)]) -> bool {
    value(text).map_or(true, |value| {
        let value = value.unwrap_or_default();
        let mut places = places.iter();
        places.any(|(place, usual)| {
            value
                .pointer(place)
                .map(Value::to_string)
                .is_some_and(|found| found != *usual)
        })
    })
}

/// Whether the list at this place of a text holds a word, within a text or as one.
pub(crate) fn list_holds(text: &str, place: &str, word: &str) -> bool {
    value(text).map_or(true, |value| {
        let value = value.unwrap_or_default();
        value
            .pointer(place)
            .is_some_and(|list| list.to_string().contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of the settings that `install` writes, after this was put in place of that.
    fn flaws(agent: Agent, old: &str, new: &str) -> String {
        let settings = agent.settings().unwrap();
        let command = format!("'/opt/execpolicy' hook {}", agent.name());
        let text = settings.with(agent, None, &command).unwrap();
        let changed = text.replace(old, new);
        assert!(old.is_empty() || changed != text, "{old}: {text}");
        settings.flaws(agent, &changed).unwrap().join("; ")
    }

    #[test]
    fn what_keeps_a_hook_from_running_is_named() {
        for (agent, old, new, wanted) in [
            (
                Agent::ClaudeCode,
                "\"PreToolUse\"",
                "\"PostToolUse\"",
                "nothing at `PreToolUse` runs it, but at `PostToolUse`",
            ),
            (Agent::ClaudeCode, "Bash|Monitor", "Foo", "`matcher` is not"),
            (Agent::ClaudeCode, "Bash|Monitor", "Task|Monitor|Bash", ""),
            (
                Agent::ClaudeCode,
                "\"matcher\": \"Bash|Monitor|PowerShell|Write|Edit|MultiEdit|NotebookEdit\",",
                "",
                "",
            ),
            (
                Agent::ClaudeCode,
                "\"block\"",
                "\"allow\"",
                "`onFailure` is not \"block\"",
            ),
            (
                Agent::ClaudeCode,
                "\"command\": \"'",
                "\"xcommand\": \"'",
                "`command` is not",
            ),
            (
                Agent::ClaudeCode,
                "\"type\": \"command\"",
                "\"type\": \"prompt\"",
                "`type` is not \"command\"",
            ),
            (
                Agent::ClaudeCode,
                "\"type\":",
                "\"async\": true, \"type\":",
                "`async` may keep it from running",
            ),
            (
                Agent::ClaudeCode,
                "\"timeout\": 10",
                "\"timeout\": 1",
                "`timeout` is not 10",
            ),
            (Agent::ClaudeCode, "\"timeout\": 10", "\"timeout\": 60", ""),
            (
                Agent::Cursor,
                "beforeShellExecution",
                "beforeShellExecutions",
                "nothing at `beforeShellExecution` runs it",
            ),
            (
                Agent::Cursor,
                "\"failClosed\": true",
                "\"failClosed\": false",
                "`failClosed` is not true",
            ),
            (
                Agent::Copilot,
                "preToolUse",
                "postToolUse",
                "nothing at `preToolUse` runs it, but at `postToolUse`",
            ),
            (
                Agent::Windsurf,
                "pre_run_command",
                "post_run_command",
                "nothing at `pre_run_command` runs it",
            ),
            (
                Agent::Cline,
                "exec ",
                "true; exec ",
                "it was changed since it was installed",
            ),
        ] {
            let told = flaws(agent, old, new);
            assert!(
                told.contains(wanted) && told.is_empty() == wanted.is_empty(),
                "{old} > {new}: {told}"
            );
        }
        for agent in Agent::ALL.into_iter().filter(|agent| agent.settings().is_some()) {
            assert_eq!(flaws(agent, "", ""), "", "{}", agent.name());
        }
    }
}
