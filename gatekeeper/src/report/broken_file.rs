//! A policy file that does not load.

use execpolicy::BrokenFile;
use serde::Serialize;

use super::DecisionWord;

/// A policy file that does not load, so that nothing is allowed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BrokenFileReport {
    /// The file, as it was named.
    pub file: String,
    /// Whose word it would be.
    pub layer: String,
    /// What it asks for: `forbidden` for the layer `system`, else `prompt`. No yes that was given before answers it.
    pub decision: DecisionWord,
    /// What is wrong, the first of it first; never empty.
    pub mistakes: Vec<MistakeReport>,
}

/// One thing that is wrong with a policy file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MistakeReport {
    /// The finding's stable number.
    pub code: String,
    /// What is wrong, in one lower-case line.
    pub message: String,
    /// The file, or the pack that it loads.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl BrokenFileReport {
    pub(super) fn of(broken: &BrokenFile) -> Self {
        let mistakes = broken.findings.iter().filter_map(|finding| {
            let label = finding.labels.first()?;
            let position = label.source.position(label.span.start());
            Some(MistakeReport {
                code: finding.code.to_string(),
                message: finding.message.clone(),
                file: label.source.name().to_owned(),
                line: position.line,
                column: position.column,
            })
        });
        Self {
            file: broken.file.to_string(),
            layer: broken.layer.as_str().to_owned(),
            decision: broken.decision().into(),
            mistakes: mistakes.collect(),
        }
    }
}
