//! What an answer says.

use serde_json::Value;

/// The text of an answer.
pub(crate) fn text(answer: &Value) -> String {
    let content = answer["result"]["content"].as_array().unwrap();
    let texts: Vec<&str> = content
        .iter()
        .filter_map(|block| block["text"].as_str())
        .collect();
    texts.join("\n")
}

/// Whether it was refused, with a word of why.
pub(crate) fn is_refused(answer: &Value, why: &str) -> bool {
    let result = &answer["result"];
    result["isError"] == true && result["structuredContent"]["ran"] == false && text(answer).contains(why)
}
