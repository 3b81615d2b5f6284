//! What is told of a command that was run: the report of `run` and `sandbox`.

use sandbox::{Enforcement, Hole, Layer, Outcome, Status};
use serde::Serialize;

/// The version of the report's shape.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RunSchemaName {
    /// The first one.
    #[default]
    #[serde(rename = "execpolicy.run.v1")]
    RunV1,
}

/// How a command ended, and what was enforced while it ran.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// The shape of this object.
    pub schema: RunSchemaName,
    /// The words of the command; bytes that are no text stand as replacement characters.
    pub command: Vec<String>,
    /// How it ended.
    pub outcome: OutcomeReport,
    /// What was enforced.
    pub enforcement: EnforcementReport,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OutcomeReport {
    /// The status it ended with, if by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The signal that ended it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Whether its time was over.
    pub timed_out: bool,
    /// Milliseconds from its start to the end of everything that it started.
    pub duration_ms: u64,
}

/// What was enforced, layer by layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnforcementReport {
    /// `full`, `landlock` or `none`.
    pub tier: &'static str,
    /// File access by the kernel's own rules.
    pub landlock: LayerReport,
    /// Refused system calls.
    pub seccomp: LayerReport,
    /// An own view of processes, network and the rest.
    pub namespaces: LayerReport,
    /// An own view of the files.
    pub mounts: LayerReport,
    /// Bounds on what is used.
    pub limits: LayerReport,
    /// Who watches and reports denials.
    pub observer: LayerReport,
    /// What is not kept.
    pub holes: Vec<HoleReport>,
}

/// How much of a layer stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum LayerReport {
    /// All of it.
    Full,
    /// Without these parts.
    Partial {
        /// In words.
        missing: Vec<String>,
    },
    /// None of it.
    Absent {
        /// In words.
        why: String,
    },
    /// The profile does not need it.
    NotAsked,
}

/// Something that the profile wants kept and that is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HoleReport {
    /// What is not kept.
    pub protection: &'static str,
    /// How far, and why.
    pub why: String,
}

impl RunReport {
    /// The report of a command that has ended.
    pub fn of(command: &[String], outcome: &Outcome) -> Self {
        let (exit_code, signal) = match outcome.status {
            Status::Exited(code) => (Some(code), None),
            Status::Killed(signal) => (None, Some(signal)),
            Status::TimedOut => (None, None),
        };
        Self {
            schema: RunSchemaName::RunV1,
            command: command.to_vec(),
            outcome: OutcomeReport {
                exit_code,
                signal,
                timed_out: outcome.status == Status::TimedOut,
                duration_ms: u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
            },
            enforcement: EnforcementReport::from(&outcome.enforcement),
        }
    }
}

impl From<&Enforcement> for EnforcementReport {
    fn from(enforcement: &Enforcement) -> Self {
        Self {
            tier: enforcement.tier.name(),
            landlock: LayerReport::from(&enforcement.landlock),
            seccomp: LayerReport::from(&enforcement.seccomp),
            namespaces: LayerReport::from(&enforcement.namespaces),
            mounts: LayerReport::from(&enforcement.mounts),
            limits: LayerReport::from(&enforcement.limits),
            observer: LayerReport::from(&enforcement.observer),
            holes: enforcement.holes.iter().map(HoleReport::from).collect(),
        }
    }
}

impl From<&Layer> for LayerReport {
    fn from(layer: &Layer) -> Self {
        match layer {
            Layer::Full => Self::Full,
            Layer::Partial { missing } => Self::Partial {
                missing: missing.clone(),
            },
            Layer::Absent { why } => Self::Absent { why: why.clone() },
            Layer::NotAsked => Self::NotAsked,
        }
    }
}

impl From<&Hole> for HoleReport {
    fn from(hole: &Hole) -> Self {
        Self {
            protection: hole.protection.name(),
            why: hole.why.clone(),
        }
    }
}
