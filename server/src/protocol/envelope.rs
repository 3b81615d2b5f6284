//! What every message has in common.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::ErrorObject;

/// What says which answer belongs to which request. Each side counts its own.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum RequestId {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// The outside of a message; its params are read once it is known whose they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Which request.
    #[serde(default)]
    pub id: Option<RequestId>,
    /// What is asked or told.
    #[serde(default)]
    pub method: Option<String>,
    /// Read by [`super::ClientRequest`].
    #[serde(default)]
    pub params: Option<Members>,
    /// What was answered; `null` is an answer, too.
    #[serde(default, deserialize_with = "given")]
    pub result: Option<Box<RawValue>>,
    /// Why nothing was answered.
    #[serde(default, deserialize_with = "object")]
    pub error: Option<ErrorObject>,
    /// JSON-RPC's own member is understood, and not needed.
    #[serde(default)]
    pub jsonrpc: Option<IgnoredAny>,
}

/// What stands there, whatever it is.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(from).map(Some)
}

/// An error, which is an object.
fn object<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ErrorObject>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        error @ Value::Object(_) => serde_json::from_value(error).map(Some).map_err(D::Error::custom),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(D::Error::custom("`error` is an object"))
        }
    }
}

/// As much of a message that is none as can be answered.
#[derive(Debug, Default, Deserialize)]
pub struct Remains {
    /// Which request it was to be, or to answer.
    #[serde(default)]
    pub id: Option<RequestId>,
    /// What was asked; left out in an answer.
    #[serde(default)]
    pub method: Option<String>,
}

/// An object, whatever it holds. The readers that serde makes of a struct take a list for it too, which no schema says.
#[derive(Debug)]
pub struct Members;

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self)
    }
}

/// What a message is.
#[derive(Debug)]
pub enum Kind {
    /// It wants an answer.
    Request(RequestId, String),
    /// It wants none.
    Notification(String),
    /// It is an answer to the server: its result, or an error.
    Answer(RequestId, Result<Box<RawValue>, ErrorObject>),
}

impl Envelope {
    /// What it is.
    ///
    /// # Errors
    /// What can be answered of one that is none of the three.
    pub fn kind(self) -> Result<Kind, Remains> {
        match (self.id, self.method, self.result, self.error) {
            (Some(id), Some(method), None, None) => Ok(Kind::Request(id, method)),
            (None, Some(method), None, None) => Ok(Kind::Notification(method)),
            (Some(id), None, Some(result), None) => Ok(Kind::Answer(id, Ok(result))),
            (Some(id), None, None, Some(error)) => Ok(Kind::Answer(id, Err(error))),
            (id, method, _, _) => Err(Remains { id, method }),
        }
    }
}
