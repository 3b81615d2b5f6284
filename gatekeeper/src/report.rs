//! What is told of a decision: the one serialised type.
//!
//! The keys `decision`, `matchedRules` and what stands below them are those of openai/codex's `execpolicy check`, so
//! its readers work unchanged; the rest is ours. All places are byte offsets into the command's text. The JSON
//! Schema of these types is `docs/schema/check.v1.json`.

mod basis;
mod broken_file;
mod effect;
mod matched;
mod run;
mod segment;
mod word;

pub use basis::BasisReport;
pub use broken_file::{BrokenFileReport, MistakeReport};
pub use effect::{EffectReport, Happening, StandingWord};
pub use matched::MatchedRule;
pub use run::{
    ChangesReport, ContactReport, EnforcementReport, HoleReport, LayerReport, OutcomeReport, RunReport,
    RunSchemaName, ViolationReport,
};
pub use segment::{
    AssignmentReport, PlaceReport, RedirectModeWord, RedirectReport, SegmentReport, Whereabouts,
};
pub use word::WordReport;

use diagnostics::{Code, Span};
use execpolicy::{Amendment, Decision, Verdict};
use serde::{Deserialize, Serialize};
use shell_parser::Gap;

use crate::Command;

/// The version of the report's shape; a key is never removed or changed under the same name.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SchemaName {
    /// The first one.
    #[default]
    #[serde(rename = "execpolicy.check.v1")]
    CheckV1,
}

/// One answer of `check`: a verdict, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Report {
    /// The command was judged.
    Verdict(Box<VerdictReport>),
    /// The request could not be read; only in batches.
    Failure(FailureReport),
}

/// A verdict with all its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerdictReport {
    /// The shape of this object.
    pub schema: SchemaName,
    /// What the request had as `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<serde_json::Value>,
    /// The strictest of the segments, the gaps and the policy files that do not load.
    pub decision: DecisionWord,
    /// Every rule that was met, and the fallback's answer for each segment that no rule settles.
    pub matched_rules: Vec<MatchedRule>,
    /// The text that places refer to, where it was made from an argv; else it is the text of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Everything the command may execute, in the order of the text.
    pub segments: Vec<SegmentReport>,
    /// What an allow leans on: the command is to run in this profile and in no wider one.
    pub confinement: Option<String>,
    /// What the parser does not vouch for.
    pub gaps: Vec<GapReport>,
    /// The policy files that do not load; left out where all do. While there is one, nothing is allowed, and no yes
    /// that was given before answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken_files: Vec<BrokenFileReport>,
    /// The prefix that a new rule could allow, token by token; null where none is proposed.
    pub amendment: Option<Vec<String>>,
}

/// A request that was not judged. Its decision is always `forbidden`: nothing that failed may pass for an allow.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FailureReport {
    /// The shape of this object.
    pub schema: SchemaName,
    /// What the request had as `id`, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<serde_json::Value>,
    /// `forbidden`.
    pub decision: DecisionWord,
    /// What went wrong.
    pub error: ErrorReport,
}

/// Why a request was not judged.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorReport {
    /// The finding's stable number.
    pub code: String,
    /// What is wrong, in one lower-case line.
    pub message: String,
    /// The line of the input, from 1.
    pub line: u64,
}

/// May it run; the later the stricter.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DecisionWord {
    /// It runs without a person.
    Allow,
    /// A person is asked.
    Prompt,
    /// It does not run.
    Forbidden,
}

/// A stretch of the text that the parser does not vouch for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GapReport {
    /// First byte, and the byte after the last.
    pub span: [usize; 2],
    /// Why, in one lower-case line.
    pub reason: String,
    /// The reason's stable number.
    pub code: String,
}

impl VerdictReport {
    /// The report of a command's verdict.
    pub fn of(command: &Command, verdict: &Verdict, amendment: Option<&Amendment>) -> Self {
        let text = command.source();
        let segments = verdict.segments();
        Self {
            schema: SchemaName::CheckV1,
            id: None,
            decision: verdict.decision().into(),
            matched_rules: segments
                .iter()
                .flat_map(|segment| MatchedRule::of(text, segment))
                .collect(),
            command: command.is_rendered().then(|| text.text().to_owned()),
            segments: segments
                .iter()
                .map(|segment| SegmentReport::of(text, segment))
                .collect(),
            confinement: verdict.confinement().map(|name| name.as_str().to_owned()),
            gaps: verdict.gaps().iter().map(GapReport::of).collect(),
            broken_files: verdict
                .broken()
                .iter()
                .map(|file| BrokenFileReport::of(file))
                .collect(),
            amendment: amendment.map(|found| found.prefix().iter().map(ToString::to_string).collect()),
        }
    }
}

impl FailureReport {
    /// The report of a line that could not be judged.
    pub fn new(id: Option<serde_json::Value>, code: Code, message: impl Into<String>, line: u64) -> Self {
        Self {
            schema: SchemaName::CheckV1,
            id,
            decision: DecisionWord::Forbidden,
            error: ErrorReport {
                code: code.to_string(),
                message: message.into(),
                line,
            },
        }
    }
}

impl GapReport {
    fn of(gap: &Gap) -> Self {
        Self {
            span: offsets(gap.span),
            reason: gap.reason.message().to_owned(),
            code: gap.reason.code().to_string(),
        }
    }
}

impl DecisionWord {
    /// The word as it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => Decision::Allow.word(),
            Self::Prompt => Decision::Prompt.word(),
            Self::Forbidden => Decision::Forbidden.word(),
        }
    }
}

impl From<Decision> for DecisionWord {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allow => Self::Allow,
            Decision::Prompt => Self::Prompt,
            Decision::Forbidden => Self::Forbidden,
        }
    }
}

/// The JSON Schema of a [`Report`] as it is written.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings
        .into_generator()
        .into_root_schema_for::<Report>()
        .to_value()
}

fn offsets(span: Span) -> [usize; 2] {
    [span.start(), span.end()]
}
