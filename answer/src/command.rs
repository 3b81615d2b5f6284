//! A command as an agent tells it.

use gatekeeper::hook::Subject;
use serde_json::Value;

use crate::message::texts;

/// A command as it is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Command {
    /// For a shell.
    Text(String),
    /// The words of one.
    Words(Vec<String>),
}

impl Command {
    /// The command that a value tells; `None` for an empty one and for anything else.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        if let Some(text) = value.as_str() {
            return (!text.trim().is_empty()).then(|| Self::Text(text.to_owned()));
        }
        let words = texts(value.as_array()?)?;
        (!words.is_empty()).then_some(Self::Words(words))
    }
}

impl From<Command> for Subject {
    fn from(command: Command) -> Self {
        match command {
            Command::Text(text) => Self::Text(text),
            Command::Words(words) => Self::Words(words),
        }
    }
}
