//! A word as far as it is known before the command runs.

use serde::Serialize;
use shell_parser::Value;

/// What a word will be when the program sees it: an object with one key that says how much is known.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum WordReport {
    /// Exactly this argument.
    Exact(String),
    /// One of these.
    OneOf(Vec<String>),
    /// One argument of unknown text.
    One {
        /// How it begins.
        prefix: String,
        /// How it ends.
        suffix: String,
    },
    /// The paths that match this pattern, or the pattern itself.
    Glob(String),
    /// Any number of arguments, none included, each the path of something that is found: one of these, or below one.
    Found(Vec<String>),
    /// Any number of arguments, none included; always `true`.
    Many(bool),
}

impl From<&Value> for WordReport {
    fn from(value: &Value) -> Self {
        match value {
            Value::Exact(text) => Self::Exact(text.to_string()),
            Value::OneOf(texts) => Self::OneOf(texts.iter().map(ToString::to_string).collect()),
            Value::One { prefix, suffix } => Self::One {
                prefix: prefix.to_string(),
                suffix: suffix.to_string(),
            },
            Value::Glob(pattern) => Self::Glob(pattern.to_string()),
            Value::Found(found) => Self::Found(found.roots.iter().map(ToString::to_string).collect()),
            Value::Many => Self::Many(true),
        }
    }
}
