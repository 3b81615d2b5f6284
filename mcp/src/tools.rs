//! The tools that are offered, and how they are described to models.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use crate::arguments::{LONGEST, USUAL};

/// One of the tools.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ToolName {
    /// Decides, and runs nothing.
    Check,
    /// Decides, and says how.
    Explain,
    /// Proposes the rule that would answer.
    Propose,
    /// Decides, asks, confines and runs.
    Run,
}

impl ToolName {
    const ALL: [Self; 4] = [Self::Check, Self::Explain, Self::Propose, Self::Run];

    /// The tool of exactly this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.word() == name)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Check => "check_command",
            Self::Explain => "explain_command",
            Self::Propose => "propose_rule",
            Self::Run => "run_command",
        }
    }
}

/// All tools.
pub(crate) fn all() -> Vec<Tool> {
    ToolName::ALL.into_iter().map(tool).collect()
}

fn tool(name: ToolName) -> Tool {
    let (title, description) = match name {
        ToolName::Check => (
            "Check a command",
            "Decides by policy whether a shell command may run: allow, prompt or forbidden, with the reasons. Runs \
             nothing.",
        ),
        ToolName::Explain => (
            "Explain a decision",
            "Decides as check_command does, and tells of each thing that the command does which rule speaks of it. \
             Runs nothing.",
        ),
        ToolName::Propose => (
            "Propose a rule",
            "Says which smallest rule would answer the question that a command asks, with a command that it would \
             also allow and one that it would not. Writes nothing.",
        ),
        ToolName::Run => (
            "Run a command",
            "Runs a shell command confined to the work tree, if policy allows it; where policy says so, a person is \
             asked first. Answers with its output, its exit status and what it was kept from.",
        ),
    };
    let looks = name != ToolName::Run;
    let annotations = ToolAnnotations::from_raw(
        Some(title.to_owned()),
        Some(looks),
        Some(!looks),
        Some(looks),
        Some(!looks),
    );
    Tool::new_with_raw(name.word(), Some(description.into()), input(name))
        .with_title(title)
        .with_annotations(annotations)
        .with_raw_output_schema(output(name))
}

fn input(name: ToolName) -> Arc<JsonObject> {
    let mut properties = json!({
        "command": {
            "type": "string",
            "description": "A text that bash reads. Either this or `argv`."
        },
        "argv": {
            "type": "array",
            "items": { "type": "string" },
            "minItems": 1,
            "description": "The program and its arguments, as they are; no shell reads them."
        },
        "cwd": {
            "type": "string",
            "description": "Where it starts; relative to the server's directory, which is also meant where this is left out."
        },
    });
    let own = match name {
        ToolName::Run => Some((
            "timeoutMs",
            json!({
                "type": "integer",
                "minimum": 1,
                "maximum": milliseconds(LONGEST),
                "default": milliseconds(USUAL),
                "description": "It is killed after so many milliseconds, with all that it started."
            }),
        )),
        ToolName::Check | ToolName::Explain => Some((
            "confinement",
            json!({
                "type": "string",
                "description": "The profile that the caller will enforce, `none` for nothing. Left out, it is that of run_command."
            }),
        )),
        ToolName::Propose => None,
    };
    if let (Some(properties), Some((key, schema))) = (properties.as_object_mut(), own) {
        properties.insert(key.to_owned(), schema);
    }
    object(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        // Not by `oneOf`, which some clients' models do not take at the top: who gives both or none is told so.
    }))
}

fn output(name: ToolName) -> Arc<JsonObject> {
    let decision = json!({ "type": "string", "enum": ["allow", "prompt", "forbidden"] });
    let schema = match name {
        ToolName::Check | ToolName::Explain => json!({
            "type": "object",
            "description": "The answer of `execpolicy check`; its whole schema is docs/schema/check.v1.json.",
            "properties": { "schema": { "type": "string" }, "decision": decision },
            "required": ["schema", "decision"],
        }),
        ToolName::Propose => json!({
            "type": "object",
            "properties": {
                "rule": { "type": ["string", "null"] },
                "prefix": { "type": "array", "items": { "type": "string" } },
                "alsoAllows": { "type": "string" },
                "doesNotAllow": { "type": "string" },
                "why": { "type": "string" },
            },
            "required": ["rule"],
        }),
        ToolName::Run => json!({
            "type": "object",
            "properties": {
                "decision": decision,
                "ran": { "type": "boolean" },
                "answer": { "type": "string", "enum": ["once", "session", "rule", "no"] },
                "reason": { "type": "string" },
                "confinement": { "type": ["string", "null"] },
                "exitCode": { "type": "integer" },
                "output": { "type": "string" },
                "outputDropped": { "type": "integer" },
                "durationMs": { "type": "integer" },
                "violations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": { "message": { "type": "string" }, "grant": { "type": "string" } },
                        "required": ["message"],
                    },
                },
                "notes": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["ran"],
        }),
    };
    object(schema)
}

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn object(value: Value) -> Arc<JsonObject> {
    match value {
        Value::Object(object) => Arc::new(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Arc::default()
        }
    }
}
