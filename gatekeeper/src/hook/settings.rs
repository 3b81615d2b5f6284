//! An agent's settings file with the hook in it, and without: text in, text out.

use std::collections::BTreeSet;

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode};

use super::Agent;

mod audit;
mod one_line;

pub(crate) use audit::{list_holds, says};

/// Where an agent looks for its hooks.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Below the home directory: for all projects.
    pub(crate) user: &'static str,
    /// Variables that move it, with what is below the directory that they say: the first that is set counts.
    pub(crate) moved: &'static [(&'static str, &'static str)],
    /// Below a project: for that one.
    pub(crate) project: Option<&'static str>,
    /// What stands there.
    pub(crate) content: Content,
}

/// What a settings file holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// A JSON object that others have entries in, too.
    Shared {
        /// Whether the file says `"version": 1`.
        versioned: bool,
        /// For each event its entry, which runs this command.
        entries: fn(command: &str) -> Vec<(&'static str, CstInputValue)>,
    },
    /// A file that is ours alone.
    Own {
        /// The whole text, which runs this command.
        text: fn(command: &str) -> String,
        /// Whether it is executed.
        executable: bool,
    },
}

/// A settings file that is not touched.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// It is not JSON, with comments or without.
    #[error("it is not understood: {why}")]
    NotJson {
        /// What the reader said.
        why: String,
    },
    /// It is JSON of another shape than the agent's.
    #[error("it is not understood: `{place}` is not {what}")]
    Shape {
        /// The key.
        place: String,
        /// What it should be.
        what: &'static str,
    },
    /// A key stands there twice: which of them counts, its readers do not agree on.
    #[error("it is not understood: `{key}` stands there twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// The agent runs no hooks at all.
    #[error("`disableAllHooks` stands there, so that no hook runs")]
    Disabled,
    /// Its owner has taken the right to write off it.
    #[error("its owner has made it read-only")]
    ReadOnly,
    /// A file of this name is somebody else's.
    #[error("it is not one that `execpolicy hook install` wrote")]
    NotOurs,
    /// The command cannot be written there.
    #[error("a command with a backtick, `$`, a backslash or a newline cannot be written there")]
    Command,
}

/// What a file that is ours alone says of itself.
pub(crate) const MARK: &str = "Written by `execpolicy hook install`";

impl Settings {
    /// The text with the hook in it, once. Everything else stays as it is, to the byte.
    pub(crate) fn with(
        &self,
        agent: Agent,
        text: Option<&str>,
        command: &str,
    ) -> Result<String, SettingsError> {
        match &self.content {
            Content::Own { text: ours, .. } => match text {
                _ if command.contains(['`', '$', '\\', '\n']) => Err(SettingsError::Command),
                Some(text) if !text.contains(MARK) => Err(SettingsError::NotOurs),
                Some(_) | None => Ok(ours(command)),
            },
            Content::Shared { versioned, entries } => {
                let without = match text {
                    // What stays in a list of the person's stays before ours.
                    Some(text) => self.without(agent, text, Some(text))?.unwrap_or_default(),
                    None => String::new(),
                };
                let root = parsed(&without)?;
                if !*versioned && let Some(text) = self.on_one_line(agent, &without, command)? {
                    return Ok(text);
                }
                let object = root
                    .object_value_or_create()
                    .ok_or(shape("the whole", "an object"))?;
                enabled(&object)?;
                if *versioned && object.get("version").is_none() {
                    object.insert(0, "version", CstInputValue::Number("1".to_owned()));
                }
                let hooks = object
                    .object_value_or_create("hooks")
                    .ok_or(shape("hooks", "an object"))?;
                for (event, entry) in entries(command) {
                    let place = || shape(&format!("hooks.{event}"), "a list");
                    hooks
                        .array_value_or_create(event)
                        .ok_or_else(place)?
                        .append(entry);
                }
                let text = root.to_string();
                let is_new = without.is_empty() && !text.ends_with('\n');
                Ok(if is_new { text + "\n" } else { text })
            }
        }
    }

    /// The text without the hook; `None` where nothing would be left but the file. Lists that are empty then go, but for
    /// those that `was`, an earlier text, has as well. What somebody has set at an event that `install` does not write
    /// stays.
    pub(crate) fn without(
        &self,
        agent: Agent,
        text: &str,
        was: Option<&str>,
    ) -> Result<Option<String>, SettingsError> {
        let Content::Shared { entries, .. } = &self.content else {
            return if text.contains(MARK) {
                Ok(None)
            } else {
                Err(SettingsError::NotOurs)
            };
        };
        let events: Vec<&str> = entries("").into_iter().map(|(event, _)| event).collect();
        let was = was.and_then(|was| parsed(was).ok());
        let was = was.and_then(|was| was.object_value()?.object_value("hooks"));
        let root = parsed(text)?;
        let Some(value) = root.value() else {
            return Ok(Some(text.to_owned()));
        };
        let object = value.as_object().ok_or(shape("the whole", "an object"))?;
        let Some(hooks) = hooks_of(&object)? else {
            return Ok(Some(text.to_owned()));
        };
        let mut removed = false;
        for (event, list) in lists(&hooks)? {
            let taken = events.contains(&event.as_str()) && take_out(agent, &list);
            removed |= taken;
            let was_there = was.as_ref().is_some_and(|hooks| hooks.get(&event).is_some());
            if taken && list.elements().is_empty() && !was_there {
                hooks
                    .get(&event)
                    .into_iter()
                    .for_each(jsonc_parser::cst::CstObjectProp::remove);
            }
        }
        if !removed {
            return Ok(Some(text.to_owned()));
        }
        if hooks.properties().is_empty() && was.is_none() {
            object
                .get("hooks")
                .into_iter()
                .for_each(jsonc_parser::cst::CstObjectProp::remove);
        }
        Ok(Some(root.to_string()))
    }

    /// The commands of ours that an agent with this text would run.
    pub(crate) fn commands(&self, agent: Agent, text: &str) -> Result<Vec<String>, SettingsError> {
        match &self.content {
            Content::Own { text: ours, .. } => {
                // What the text holds around the command does not depend on it.
                let empty = ours("\u{0}");
                let (before, behind) = empty.split_once('\u{0}').unwrap_or_default();
                let command = text
                    .strip_prefix(before)
                    .and_then(|rest| rest.strip_suffix(behind));
                Ok(command.map(ToOwned::to_owned).into_iter().collect())
            }
            Content::Shared { .. } => {
                let root = parsed(text)?;
                let object = root.value().and_then(|value| value.as_object());
                let Some(object) = object else {
                    return Ok(Vec::new());
                };
                let Some(hooks) = hooks_of(&object)? else {
                    return Ok(Vec::new());
                };
                let entries = lists(&hooks)?.into_iter().flat_map(|(_, list)| list.elements());
                let texts = entries.flat_map(|entry| texts(&entry));
                let ours: Vec<String> = texts.filter(|text| runs_ours(agent, text)).collect();
                if !ours.is_empty() {
                    enabled(&object)?;
                }
                Ok(ours)
            }
        }
    }
}

/// All texts and keys of a JSON text, with comments or without; `None` where it is none.
pub(crate) fn texts_of(text: &str) -> Option<Vec<String>> {
    let root = parsed(text).ok()?;
    Some(root.value().map(|value| texts(&value)).unwrap_or_default())
}

/// What these keys of an object hold, as it is written there; `None` where the text is none.
pub(crate) fn values_of<'a>(text: &str, keys: &[&'a str]) -> Option<Vec<(&'a str, String)>> {
    let root = parsed(text).ok()?;
    let Some(value) = root.value() else {
        return Some(Vec::new());
    };
    let object = value.as_object()?;
    let found = object.properties().into_iter().filter_map(|property| {
        let name = property.decoded_name()?;
        let key = keys.iter().copied().find(|key| *key == name)?;
        let value = property.value().map(|value| value.to_string());
        Some((key, value.unwrap_or_default()))
    });
    Some(found.collect())
}

fn shape(place: &str, what: &'static str) -> SettingsError {
    SettingsError::Shape {
        place: place.to_owned(),
        what,
    }
}

/// JSON with comments and trailing commas: what is looser than that, no agent reads.
fn parsed(text: &str) -> Result<CstRootNode, SettingsError> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let root = CstRootNode::parse(text, &options).map_err(|error| SettingsError::NotJson {
        why: error.to_string(),
    })?;
    if let Some(object) = root.value().and_then(|value| value.as_object()) {
        once(&object)?;
        if let Some(hooks) = object.get("hooks").and_then(|hooks| hooks.object_value()) {
            once(&hooks)?;
        }
    }
    Ok(root)
}

/// Looks that each key of an object stands there once.
fn once(object: &CstObject) -> Result<(), SettingsError> {
    let mut keys = BTreeSet::new();
    for property in object.properties() {
        let key = property.decoded_name().unwrap_or_default();
        if keys.contains(&key) {
            return Err(SettingsError::Twice { key });
        }
        keys.insert(key);
    }
    Ok(())
}

/// Looks that the agent runs hooks: one has a switch against all of them.
fn enabled(object: &CstObject) -> Result<(), SettingsError> {
    let switch = object.get("disableAllHooks").and_then(|switch| switch.value());
    match switch {
        Some(switch) if switch.to_string().trim() != "false" => Err(SettingsError::Disabled),
        Some(_) | None => Ok(()),
    }
}

/// The hooks of all events; `None` where there are none.
fn hooks_of(object: &CstObject) -> Result<Option<CstObject>, SettingsError> {
    match object.get("hooks") {
        None => Ok(None),
        Some(property) => match property.object_value() {
            Some(hooks) => Ok(Some(hooks)),
            None => Err(shape("hooks", "an object")),
        },
    }
}

/// Each event with its list. A key of another kind is left alone.
fn lists(hooks: &CstObject) -> Result<Vec<(String, CstArray)>, SettingsError> {
    let mut lists = Vec::new();
    for property in hooks.properties() {
        let name = property
            .decoded_name()
            .ok_or_else(|| shape("hooks", "an object"))?;
        lists.extend(property.array_value().map(|list| (name, list)));
    }
    Ok(lists)
}

/// Takes our entries out of a list; says whether there was one. Of a group of hooks only ours goes, and the group with
/// the last of them.
fn take_out(agent: Agent, list: &CstArray) -> bool {
    let mut taken = false;
    for entry in list.elements() {
        let group = entry.as_object().and_then(|entry| entry.array_value("hooks"));
        let has_ours = match &group {
            Some(group) => take_out(agent, group),
            None => texts(&entry).iter().any(|text| runs_ours(agent, text)),
        };
        if has_ours && group.is_none_or(|group| group.elements().is_empty()) {
            entry.remove();
        }
        taken |= has_ours;
    }
    taken
}

/// Whether a command runs the hook for this agent. Ours begin with the quoted path of the program.
fn runs_ours(agent: Agent, command: &str) -> bool {
    let begin = format!("' hook {}", agent.name());
    let rest = command
        .strip_prefix('\'')
        .and_then(|rest| rest.split_once(&begin));
    rest.is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(' '))
}

/// An object of these fields, in their order.
pub(crate) fn fields(fields: impl IntoIterator<Item = (&'static str, CstInputValue)>) -> CstInputValue {
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
    CstInputValue::Object(fields.collect())
}

/// The entry that three agents share: these tools, and a list of one command with a time limit.
pub(crate) fn matched(
    tools: &str,
    command: &str,
    limit: usize,
    more: impl IntoIterator<Item = (&'static str, CstInputValue)>,
) -> CstInputValue {
    let hook = [
        ("type", "command".into()),
        ("command", command.into()),
        ("timeout", limit.into()),
    ];
    let hooks = CstInputValue::Array(vec![fields(hook.into_iter().chain(more))]);
    fields([("matcher", tools.into()), ("hooks", hooks)])
}

/// All texts in a value, however deep.
fn texts(node: &CstNode) -> Vec<String> {
    match node.as_string_lit() {
        Some(text) => text.decoded_value().into_iter().collect(),
        None => node
            .children_exclude_trivia_and_tokens()
            .iter()
            .flat_map(texts)
            .collect(),
    }
}
