//! JSON objects with their keys in the order they are given, whatever a JSON library does elsewhere.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

/// The value of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field<'a> {
    Text(&'a str),
    Texts(&'a [&'a str]),
    Yes(bool),
    Object(&'a [(&'a str, Field<'a>)]),
    /// A tool's arguments.
    Arguments(&'a BTreeMap<String, Value>),
}

/// The object of these fields, in one line.
pub(crate) fn object(fields: &[(&str, Field<'_>)]) -> String {
    // Text, booleans and values that were JSON before are JSON: this cannot fail, and an empty object would say
    // nothing at all.
    serde_json::to_string(&Field::Object(fields)).unwrap_or_default()
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::Yes(yes) => serializer.serialize_bool(*yes),
            Self::Arguments(arguments) => arguments.serialize(serializer),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, field) in *fields {
                    map.serialize_entry(name, field)?;
                }
                map.end()
            }
        }
    }
}
