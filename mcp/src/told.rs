//! What a call is answered with.

use std::time::Duration;

use gatekeeper::Decision;
use gatekeeper::report::DecisionWord;
use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use server::protocol::Violation;

/// What became of a command that was to run.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    /// What policy says; left out where it was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<DecisionWord>,
    /// Whether it was started.
    pub(crate) ran: bool,
    /// What was answered, where somebody was asked, now or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<&'static str>,
    /// Why it did not run, or did not end by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The profile that it ran in, or would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confinement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exit_code: Option<u8>,
    /// What it wrote to both streams, in the order in which that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    /// How many bytes more it wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_dropped: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration_ms: Option<u64>,
    /// What it was kept from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) violations: Vec<Violation>,
    /// What else there is to know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

impl Told {
    /// It did not run.
    pub(crate) fn refused(decision: Option<Decision>, reason: impl Into<String>) -> Self {
        Self {
            decision: decision.map(DecisionWord::from),
            reason: Some(reason.into()),
            ..Self::default()
        }
    }

    /// As the tool's result: for models as text, for programs as it is.
    pub(crate) fn into_result(self) -> CallToolResult {
        let mut content = Vec::new();
        if let Some(output) = self.output.as_deref().filter(|output| !output.is_empty()) {
            content.push(ContentBlock::text(output));
        }
        content.push(ContentBlock::text(self.summary()));
        let is_good = self.ran && self.exit_code == Some(0) && self.reason.is_none();
        result(content, &self, !is_good)
    }

    fn summary(&self) -> String {
        let mut lines = Vec::new();
        if self.ran {
            let code = self
                .exit_code
                .map_or_else(String::new, |code| format!("exit status {code}"));
            let took = self
                .duration_ms
                .map_or_else(String::new, |took| format!(" after {took} ms"));
            let place = match &self.confinement {
                Some(name) => format!(", in `{name}`"),
                None => ", not confined".to_owned(),
            };
            lines.push(format!("{code}{took}{place}"));
        } else {
            lines.push("It was not run.".to_owned());
        }
        lines.extend(self.reason.clone());
        if let Some(dropped) = self.output_dropped {
            lines.push(format!("{dropped} bytes more of its output were dropped"));
        }
        for violation in &self.violations {
            let grant = violation.grant.as_ref();
            let grant = grant.map_or_else(String::new, |grant| format!(" (would need: {grant})"));
            lines.push(format!("kept from: {}{grant}", violation.message));
        }
        lines.extend(self.notes.iter().cloned());
        lines.join("\n")
    }
}

/// A text for models and the same for programs.
pub(crate) fn result(
    content: Vec<ContentBlock>,
    structured: &impl Serialize,
    is_error: bool,
) -> CallToolResult {
    let mut result = if is_error {
        CallToolResult::error(content)
    } else {
        CallToolResult::success(content)
    };
    result.structured_content = serde_json::to_value(structured).ok();
    result
}

/// Only a text: what was asked for is wrong.
pub(crate) fn wrong(why: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(why)])
}

pub(crate) fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
