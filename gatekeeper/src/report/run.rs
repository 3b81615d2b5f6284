//! What is told of a command that was run: the report of `run` and `sandbox`.

use std::path::Path;

use sandbox::proxy::{Contact, Ending};
use sandbox::{Changes, Enforcement, Hole, Layer, Outcome, Status, Violation};
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
    /// Which hosts were asked for, where the network is proxied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactReport>,
    /// What the command was kept from.
    pub violations: Vec<ViolationReport>,
    /// How many more attempts were denied than are listed, the same ones again among them.
    pub further_violations: u64,
    /// What it changed in the writable directories.
    pub changes: ChangesReport,
}

/// Something that the command was kept from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ViolationReport {
    /// What was tried: `create`, `write`, `remove` and so on.
    pub operation: &'static str,
    /// On what: a path, or an address.
    pub target: String,
    /// What denies it: `outside-writable`, `protected` and so on.
    pub rule: &'static str,
    /// The process that tried it first, as the host counts it.
    pub process: u32,
    /// The name of that process, which it chose itself.
    pub process_name: String,
    /// All of it in words.
    pub message: String,
    /// The narrowest addition to the profile that would let it pass, in words; absent where policy forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
}

/// What a run changed in the writable directories.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesReport {
    /// Files that were not there before.
    pub added: Vec<String>,
    /// Files that are not as they were.
    pub changed: Vec<String>,
    /// Files that are there no more.
    pub deleted: Vec<String>,
    /// Files that have another name now: the old one, and the new one.
    pub renamed: Vec<(String, String)>,
    /// What was not looked at, in words.
    pub missing: Vec<String>,
}

/// A host that was asked for, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContactReport {
    /// The host, as it was asked for.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The address that was connected to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `connected`, `refused` or `failed`.
    pub ending: &'static str,
    /// Why it was refused or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How often it was asked for.
    pub times: u64,
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
    pub fn of(command: &[String], outcome: &Outcome, changes: &Changes) -> Self {
        let observed = outcome.observed.clone().unwrap_or_default();
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
            contacts: outcome.contacts.list.iter().map(ContactReport::from).collect(),
            violations: observed.violations.iter().map(ViolationReport::from).collect(),
            further_violations: observed.further,
            changes: ChangesReport::from(changes),
        }
    }
}

impl From<&Violation> for ViolationReport {
    fn from(violation: &Violation) -> Self {
        Self {
            operation: violation.operation.name(),
            target: violation.target.to_string(),
            rule: violation.rule.name(),
            process: violation.process.pid,
            process_name: violation.process.name.clone(),
            message: violation.to_string(),
            grant: violation.grant.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&Changes> for ChangesReport {
    fn from(changes: &Changes) -> Self {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let mut report = Self::default();
        for change in &changes.added {
            match &change.renamed_from {
                Some(old) => report.renamed.push((shown(old), shown(&change.path))),
                None => report.added.push(shown(&change.path)),
            }
        }
        let is_moved = |path: &Path| {
            changes
                .added
                .iter()
                .any(|added| added.renamed_from.as_deref() == Some(path))
        };
        let deleted = changes.deleted.iter().filter(|change| !is_moved(&change.path));
        report.deleted.extend(deleted.map(|change| shown(&change.path)));
        report
            .changed
            .extend(changes.changed.iter().map(|change| shown(&change.path)));
        let missing = changes
            .missing
            .iter()
            .map(|missing| format!("{}: {}", shown(&missing.path), missing.why));
        report.missing.extend(missing);
        report
    }
}

impl From<&Contact> for ContactReport {
    fn from(contact: &Contact) -> Self {
        let (ending, why) = match &contact.ending {
            Ending::Connected => ("connected", None),
            Ending::Refused { why } => ("refused", Some(why.clone())),
            Ending::Failed { why } => ("failed", Some(why.clone())),
        };
        Self {
            host: contact.destination.host.to_string(),
            port: contact.destination.port,
            address: contact.address.map(|address| address.to_string()),
            ending,
            why,
            times: contact.times,
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
