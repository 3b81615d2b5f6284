//! Reading what must have the very shape that its schema says.

use serde::Serialize;
use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

/// Reads JSON. The readers that serde makes take a list for a struct, and `{"word": null}` for a plain word, which no schema
/// says: what was read is written again, and has to have lists, objects and words at the same places.
///
/// # Errors
/// It is no JSON, or not of this shape.
pub fn read<T: DeserializeOwned + Serialize>(json: &[u8]) -> serde_json::Result<T> {
    let read: T = serde_json::from_slice(json)?;
    let (given, meant) = (serde_json::from_slice(json)?, serde_json::to_value(&read)?);
    if is_of_shape(&given, &meant) {
        Ok(read)
    } else {
        let why = "a list stands where an object or a word does, or an object where a word does";
        Err(serde_json::Error::custom(why))
    }
}

/// Whether both have the same at all places. A key that only one of them has is none of the reader's, or has a default.
fn is_of_shape(given: &Value, meant: &Value) -> bool {
    match (given, meant) {
        (Value::Array(given), Value::Array(meant)) => {
            given.len() == meant.len()
                && given
                    .iter()
                    .zip(meant)
                    .all(|(given, meant)| is_of_shape(given, meant))
        }
        (Value::Object(given), Value::Object(meant)) => given
            .iter()
            .all(|(key, given)| meant.get(key).is_none_or(|meant| is_of_shape(given, meant))),
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_),
        ) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{
        ClientRequest, CommandApprovalAnswer, FileChangeApprovalAnswer, PermissionsApprovalAnswer,
    };

    fn is_read<T: DeserializeOwned + Serialize>(json: &str) -> bool {
        read::<T>(json.as_bytes()).is_ok()
    }

    #[test]
    fn an_answer_of_another_shape_is_none() {
        for (said, is_answer) in [
            (r#"{"decision":"accept"}"#, true),
            (
                r#"{"decision":"accept","acceptSettings":{"forSession":true}}"#,
                true,
            ),
            (r#"{"decision":"accept","acceptSettings":null}"#, true),
            (
                r#"{"decision":{"acceptWithExecpolicyAmendment":{"execpolicy_amendment":["touch"]}}}"#,
                true,
            ),
            (r#"["accept"]"#, false),
            (r#"["accept",null]"#, false),
            (r#"{"decision":{"accept":null}}"#, false),
            (r#"{"decision":{"accept":null},"acceptSettings":[true]}"#, false),
            (r#"{"decision":"accept","acceptSettings":[true]}"#, false),
            (r#"[{"acceptWithExecpolicyAmendment":[["touch"]]}]"#, false),
            (
                r#"{"decision":{"acceptWithExecpolicyAmendment":[["touch"]]}}"#,
                false,
            ),
            (
                r#"{"decision":{"applyNetworkPolicyAmendment":{"network_policy_amendment":["a.example","allow"]}}}"#,
                false,
            ),
            (
                r#"{"decision":{"applyNetworkPolicyAmendment":{"network_policy_amendment":{"host":"a.example","action":{"allow":null}}}}}"#,
                false,
            ),
        ] {
            assert_eq!(is_read::<CommandApprovalAnswer>(said), is_answer, "{said}");
        }
        for (said, is_answer) in [
            (r#"{"decision":"acceptForSession"}"#, true),
            (r#"["accept"]"#, false),
            (r#"{"decision":{"accept":null}}"#, false),
        ] {
            assert_eq!(is_read::<FileChangeApprovalAnswer>(said), is_answer, "{said}");
        }
        for (said, is_answer) in [
            (r#"{"permissions":{}}"#, true),
            (
                r#"{"permissions":{"fileSystem":{"read":[],"write":["/x"]},"tools":[]},"scope":"session"}"#,
                true,
            ),
            (r#"[{"tools":["x"]},"session"]"#, false),
            (r#"{"permissions":[null,null,["x"]]}"#, false),
            (r#"{"permissions":{"network":[["a.example"]]}}"#, false),
            (r#"{"permissions":{"fileSystem":[[],["/x"]]}}"#, false),
            (r#"{"permissions":{},"scope":{"session":null}}"#, false),
        ] {
            assert_eq!(is_read::<PermissionsApprovalAnswer>(said), is_answer, "{said}");
        }
    }

    #[test]
    fn params_of_another_shape_are_none() {
        for (method, params, is_request) in [
            (
                "initialize",
                r#"{"clientInfo":{"name":"x","version":"1","more":[1]},"z":{}}"#,
                true,
            ),
            ("initialize", r#"{"clientInfo":["x","1"]}"#, false),
            ("turn/start", r#"{"threadId":"x"}"#, true),
            ("turn/start", r#"["x"]"#, false),
            (
                "check",
                r#"{"command":"ls","context":{"approval":"never","links":{"/a":null}}}"#,
                true,
            ),
            ("check", r#"{"command":"ls","context":["/w"]}"#, false),
            (
                "check",
                r#"{"command":"ls","context":{"approval":{"never":null}}}"#,
                false,
            ),
            ("thread/start", r#"{"approvalPolicy":{"never":null}}"#, false),
            (
                "patch/apply",
                r#"{"threadId":"x","turnId":"y","changes":[{"path":"a","kind":{"type":"add"},"diff":"x"}]}"#,
                true,
            ),
            (
                "patch/apply",
                r#"{"threadId":"x","turnId":"y","changes":[["a",{"type":"add"},"x"]]}"#,
                false,
            ),
            (
                "patch/apply",
                r#"{"threadId":"x","turnId":"y","changes":[{"path":"a","kind":["update","b"],"diff":"x"}]}"#,
                false,
            ),
        ] {
            // In both orders: what comes before the method is kept by serde before it is read.
            let line = format!(r#"{{"id":1,"method":"{method}","params":{params}}}"#);
            assert_eq!(is_read::<ClientRequest>(&line), is_request, "{line}");
            let line = format!(r#"{{"params":{params},"method":"{method}","id":1}}"#);
            assert_eq!(is_read::<ClientRequest>(&line), is_request, "{line}");
        }
    }
}
