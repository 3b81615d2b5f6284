//! The files that the input of a tool names, however deep in it.

use gatekeeper::hook::PATHS;
use serde_json::{Map, Value};

use super::call::absolute;

/// What it calls changes that are told by the path of their file: openai/codex's patches are.
const CHANGES: &str = "changes";

/// What asks for more than the files that are named.
const GRANTS: [&str; 2] = ["grant_root", "grantRoot"];

/// Adds them. `None` where one of them is no absolute path, or more is asked for.
pub(super) fn add_files(input: &Map<String, Value>, paths: &mut Vec<String>) -> Option<()> {
    let said = input.iter().filter(|(_, value)| !value.is_null());
    for (key, value) in said {
        if GRANTS.contains(&key.as_str()) {
            return None;
        }
        if PATHS.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            add_named(value, paths)?;
            continue;
        }
        if let (CHANGES, Some(changes)) = (key.as_str(), value.as_object()) {
            for path in changes.keys() {
                paths.push(absolute(path)?);
            }
        }
        add_files_within(value, paths)?;
    }
    Some(())
}

/// What a key for a path holds: one, or a list of them or of objects that name them.
fn add_named(value: &Value, paths: &mut Vec<String>) -> Option<()> {
    match value {
        Value::String(path) => paths.push(absolute(path)?),
        Value::Array(items) => items.iter().try_for_each(|item| add_named(item, paths))?,
        Value::Object(object) => add_files(object, paths)?,
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    }
    Some(())
}

fn add_files_within(value: &Value, paths: &mut Vec<String>) -> Option<()> {
    match value {
        Value::Object(object) => add_files(object, paths),
        Value::Array(items) => items.iter().try_for_each(|item| add_files_within(item, paths)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(()),
    }
}
