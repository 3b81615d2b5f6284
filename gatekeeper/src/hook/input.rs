//! The JSON object that an agent sends.

use std::collections::BTreeMap;

use serde_json::Value;

use super::event::EventError;

/// A JSON object from a stranger.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Input(BTreeMap<String, Value>);

impl Input {
    /// Reads an object: the whole input, and nothing behind it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, EventError> {
        let fields = serde_json::from_slice(bytes).map_err(|error| EventError::NotJson {
            why: error.to_string(),
        })?;
        Ok(Self(fields))
    }

    /// The text of a key.
    pub(crate) fn text(&self, key: &'static str) -> Result<&str, EventError> {
        self.maybe_text(key)?.ok_or(EventError::Missing { key })
    }

    /// The text of the first of these keys that there is; several versions spell one thing differently.
    pub(crate) fn text_of(&self, keys: &[&'static str]) -> Result<&str, EventError> {
        for key in keys {
            if let Some(text) = self.maybe_text(key)? {
                return Ok(text);
            }
        }
        let key = keys.first().copied().unwrap_or_default();
        Err(EventError::Missing { key })
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

    /// All of it.
    pub(crate) fn into_arguments(self) -> BTreeMap<String, Value> {
        self.0
    }

    fn of(fields: &serde_json::Map<String, Value>) -> Self {
        let fields = fields.iter();
        Self(fields.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}
