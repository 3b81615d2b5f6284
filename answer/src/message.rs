//! A message: an object of JSON that says each key once.

use gatekeeper::Once;
use serde_json::{Map, Value};

/// What tells messages apart, read without the rest of a line.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Envelope {
    /// What is asked for or told; `None` is a response.
    #[serde(default)]
    pub(crate) method: Option<String>,
    /// Which request it is, or is the response to.
    #[serde(default)]
    pub(crate) id: Option<Id>,
}

/// What tells requests of one side apart. Others than texts and whole numbers are not understood.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Id {
    Signed(i64),
    Unsigned(u64),
    Text(String),
}

impl Envelope {
    /// Of a line; `None` where it is none.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

/// The object of a line. `None` where it is no JSON object, or a key is said twice anywhere in it: readers differ in
/// which of the two they go by.
pub(crate) fn object(line: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(line) {
        Ok(Once(Value::Object(object))) => Some(object),
        _ => None,
    }
}

/// Reading what a stranger has put into an object.
pub(crate) trait Fields {
    /// The value of a key; null is none.
    fn said(&self, key: &str) -> Option<&Value>;

    /// The text of a key.
    fn text(&self, key: &str) -> Option<&str> {
        self.said(key).and_then(Value::as_str)
    }

    /// The object of a key.
    fn object(&self, key: &str) -> Option<&Map<String, Value>> {
        self.said(key).and_then(Value::as_object)
    }

    /// The items of a key.
    fn items(&self, key: &str) -> Option<&[Value]> {
        self.said(key).and_then(Value::as_array).map(Vec::as_slice)
    }

    /// Whether nothing is said but under these keys.
    fn says_only(&self, keys: &[&str]) -> bool;
}

impl Fields for Map<String, Value> {
    fn said(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|value| !value.is_null())
    }

    fn says_only(&self, keys: &[&str]) -> bool {
        self.iter()
            .all(|(key, value)| value.is_null() || keys.contains(&key.as_str()))
    }
}

/// The texts of an array; `None` where one of its items is something else.
pub(crate) fn texts(items: &[Value]) -> Option<Vec<String>> {
    items
        .iter()
        .map(|item| item.as_str().map(ToOwned::to_owned))
        .collect()
}

/// Whether a path says where it is by itself.
pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') && !path.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_said_twice_makes_no_message() {
        for (line, is_one) in [
            (r#"{"a":1,"b":{"a":1}}"#, true),
            (r#" {"a":[{"a":1},{"a":1}]} "#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":{"b":1,"\u0062":2}}"#, false),
            (r#"{"a":[{"b":1,"b":2}]}"#, false),
            (r#"{"a":1} {"b":1}"#, false),
            (r#"{"a":1"#, false),
            ("[]", false),
            ("7", false),
            ("\u{feff}{}", false),
            (r#"{"a":"\ud800"}"#, false),
        ] {
            assert_eq!(object(line.as_bytes()).is_some(), is_one, "{line}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none());
        let deep = "{\"a\":".repeat(4_000);
        assert!(object(deep.as_bytes()).is_none());
    }

    #[test]
    fn an_id_is_a_text_or_a_whole_number() {
        for (line, id) in [
            (r#"{"id":7}"#, Some("7")),
            (r#"{"id":-7}"#, Some("-7")),
            (r#"{"id":18446744073709551615}"#, Some("18446744073709551615")),
            (r#"{"id":"7"}"#, Some("\"7\"")),
            (r#"{"id":null}"#, None),
            (r"{}", None),
            (r#"{"id":1.5}"#, None),
            (r#"{"id":{}}"#, None),
            (r#"{"id":1,"id":2}"#, None),
        ] {
            let found = Envelope::read(line.as_bytes()).and_then(|envelope| envelope.id);
            let found = found.map(|id| serde_json::to_string(&id).unwrap());
            assert_eq!(found.as_deref(), id, "{line}");
        }
    }
}
