//! The JSON object that an agent sends.

use std::collections::BTreeMap;

use serde_json::Value;

use super::event::EventError;
use super::patch;
use crate::once::Fields;

/// A JSON object from a stranger.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Input(BTreeMap<String, Value>);

/// How tools of all agents call the path of a file that they write, or a list of such; in whatever case.
pub const PATHS: [&str; 29] = [
    "file_path",
    "filePath",
    "filepath",
    "path",
    "paths",
    "absolute_path",
    "absolutePath",
    "target_file",
    "targetFile",
    "notebook_path",
    "notebookPath",
    "target_notebook",
    "targetNotebook",
    "dirPath",
    "file",
    "files",
    "filename",
    "fileName",
    "relative_path",
    "relativePath",
    "target_path",
    "targetPath",
    "new_path",
    "newPath",
    "move_path",
    "movePath",
    "abs_path",
    "absPath",
    "destination",
];

/// How they call the text of a patch.
const PATCHES: [&str; 6] = ["patch", "patchText", "patch_text", "input", "diff", "command"];

impl Input {
    /// Reads an object: the whole input, and nothing behind it. No key of any object in it stands there twice.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, EventError> {
        let read = serde_json::from_slice::<Fields>(bytes);
        read.map(|fields| Self(fields.0))
            .map_err(|error| EventError::NotJson {
                why: error.to_string(),
            })
    }

    /// The text of a key.
    pub(crate) fn text(&self, key: &'static str) -> Result<&str, EventError> {
        self.maybe_text(key)?.ok_or(EventError::Missing { key })
    }

    /// The text of one of these keys; several versions spell one thing differently. Which of two texts an agent goes
    /// by is not known, so they must agree.
    pub(crate) fn text_of(&self, keys: &[&'static str]) -> Result<&str, EventError> {
        let key = keys.first().copied().unwrap_or_default();
        self.maybe_text_of(keys)?.ok_or(EventError::Missing { key })
    }

    /// As [`Input::text_of`]; nothing where there is none, or null.
    pub(crate) fn maybe_text_of(&self, keys: &[&'static str]) -> Result<Option<&str>, EventError> {
        let mut found: Option<&str> = None;
        for key in keys {
            let text = self.maybe_text(key)?;
            if found.is_some() && text.is_some() && text != found {
                return Err(EventError::Contradiction { key });
            }
            found = found.or(text);
        }
        Ok(found)
    }

    /// All paths that the arguments of a tool name, under any spelling of such a key and however deep: which of them
    /// the tool goes by is not known.
    pub(crate) fn paths(&self) -> Result<Vec<String>, EventError> {
        let mut paths = Vec::new();
        for (key, value) in &self.0 {
            collect_paths(key, value, &mut paths)?;
        }
        if paths.is_empty() {
            return Err(EventError::Missing { key: "file_path" });
        }
        Ok(paths)
    }

    /// The text of a key; nothing where there is none, or null.
    pub(crate) fn maybe_text(&self, key: &'static str) -> Result<Option<&str>, EventError> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(EventError::WrongType { key })
            }
        }
    }

    /// The text of a key that is not empty.
    pub(crate) fn some_text(&self, key: &'static str) -> Result<Option<String>, EventError> {
        let text = self.maybe_text(key)?.filter(|text| !text.is_empty());
        Ok(text.map(ToOwned::to_owned))
    }

    /// The texts of a key, or nothing where there is none.
    pub(crate) fn texts(&self, key: &'static str) -> Result<Option<Vec<String>>, EventError> {
        let Some(value) = self.0.get(key).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let texts = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| item.as_str().map(ToOwned::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        texts.map(Some).ok_or(EventError::WrongType { key })
    }

    /// The object of a key.
    pub(crate) fn object(&self, key: &'static str) -> Result<Self, EventError> {
        match self.0.get(key) {
            None | Some(Value::Null) => Err(EventError::Missing { key }),
            Some(Value::Object(fields)) => Ok(Self::of(fields)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::String(_)) => {
                Err(EventError::WrongType { key })
            }
        }
    }

    /// The object of a key, which may be written as a text that holds one.
    pub(crate) fn object_or_text(&self, key: &'static str) -> Result<Self, EventError> {
        match self.0.get(key) {
            Some(Value::String(text)) => Self::read(text.as_bytes()),
            _ => self.object(key),
        }
    }

    /// Whether there is such a key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether there is one of these keys, in whatever case: a tool of a stranger may spell it so.
    pub(crate) fn has_alike(&self, keys: &[&str]) -> bool {
        self.0.keys().any(|key| alike(key, keys).is_some())
    }

    /// The same, however deep.
    pub(crate) fn has_below(&self, keys: &[&str]) -> bool {
        self.has_alike(keys) || self.0.values().any(|value| below(value, keys))
    }

    /// The texts of these keys, in whatever case and however deep.
    pub(crate) fn texts_below(&self, keys: &[&str]) -> Vec<&str> {
        let mut texts = Vec::new();
        for (key, value) in &self.0 {
            collect_texts(key, value, keys, &mut texts);
        }
        texts
    }

    /// The texts that are patches, however deep.
    pub(crate) fn patches_below(&self) -> impl Iterator<Item = &str> {
        let texts = self.texts_below(&PATCHES).into_iter();
        texts.filter(|text| text.contains(patch::BEGINNING))
    }

    /// All of it.
    pub(crate) fn into_arguments(self) -> BTreeMap<String, Value> {
        self.0
    }

    /// The texts of all keys that can hold a patch.
    pub(crate) fn patches(&self) -> Result<Vec<&str>, EventError> {
        let found = PATCHES.iter().map(|key| self.maybe_text(key));
        let found: Vec<&str> = found.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        if found.is_empty() {
            return Err(EventError::Missing { key: "patch" });
        }
        Ok(found)
    }

    fn of(fields: &serde_json::Map<String, Value>) -> Self {
        let fields = fields.iter();
        Self(fields.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

/// Adds the paths in the value of a key. What stands where a path is expected and is none is not understood.
fn collect_paths(key: &str, value: &Value, paths: &mut Vec<String>) -> Result<(), EventError> {
    let spelling = alike(key, &PATHS);
    match (value, spelling) {
        (Value::Null, _) | (Value::Bool(_) | Value::Number(_) | Value::String(_), None) => Ok(()),
        (Value::String(path), Some(_)) => {
            paths.extend(file_of_uri(path));
            paths.extend(spellings(path));
            Ok(())
        }
        (Value::Bool(_) | Value::Number(_), Some(key)) => Err(EventError::WrongType { key }),
        (Value::Array(items), _) => items.iter().try_for_each(|item| collect_paths(key, item, paths)),
        (Value::Object(fields), _) => fields
            .iter()
            .try_for_each(|(key, value)| collect_paths(key, value, paths)),
    }
}

/// A path as it is and without blanks around it: some tools take them away. JavaScript counts a byte order mark among
/// them, and no `U+0085` (`String.prototype.trim` of ECMA-262).
pub(super) fn spellings(path: &str) -> Vec<String> {
    let is_blank = |character: char| character.is_whitespace() || character == '\u{feff}';
    let mut all = vec![path.to_owned()];
    for trimmed in [path.trim(), path.trim_matches(is_blank)] {
        if !trimmed.is_empty() && !all.iter().any(|known| known == trimmed) {
            all.push(trimmed.to_owned());
        }
    }
    all
}

/// Adds the texts in the value of a key that is one of these.
fn collect_texts<'v>(key: &str, value: &'v Value, keys: &[&str], texts: &mut Vec<&'v str>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => texts.extend(alike(key, keys).map(|_| text.as_str())),
        Value::Array(items) => {
            for item in items {
                collect_texts(key, item, keys, texts);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                collect_texts(key, value, keys, texts);
            }
        }
    }
}

/// Which of these keys it is, in whatever case.
fn alike<'a>(key: &str, keys: &[&'a str]) -> Option<&'a str> {
    keys.iter().copied().find(|known| known.eq_ignore_ascii_case(key))
}

fn below(value: &Value, keys: &[&str]) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => items.iter().any(|item| below(item, keys)),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| alike(key, keys).is_some() || below(value, keys)),
    }
}

/// The path in a `file:` URI, which editors take in the place of one: see RFC 8089. What stands behind `%` and is no
/// number stays.
fn file_of_uri(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.get(rest.find('/')?..)?,
        None => rest,
    };
    if !scheme.eq_ignore_ascii_case("file") || !path.starts_with('/') {
        return None;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let number = behind
            .get(..2)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(number.unwrap_or(b'%'));
        rest = if number.is_some() {
            behind.get(2..).unwrap_or_default()
        } else {
            behind
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
