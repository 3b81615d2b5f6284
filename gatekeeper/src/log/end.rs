//! The end of what a decision let run.

use sandbox::{Outcome, Status};
use serde::{Deserialize, Serialize};

use super::entry::{LogSchemaName, now_and_id};
use super::mask;

/// Violations that are listed.
const VIOLATIONS: usize = 64;

/// How a run ended, or why there was none.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[must_use]
pub struct EndEntry {
    /// The shape of this object.
    pub schema: LogSchemaName,
    /// The decision's.
    pub id: String,
    /// When it ended, in UTC (RFC 3339).
    pub time: String,
    /// The status it ended with, if by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The signal that ended it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Whether its time was over.
    #[serde(default, skip_serializing_if = "is_false")]
    pub timed_out: bool,
    /// Milliseconds from its start to the end of everything that it started.
    #[serde(default)]
    pub duration_ms: u64,
    /// `full`, `landlock` or `none`: what was enforced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// What it was kept from, where that was observed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<ViolationEntry>,
    /// How many more attempts were denied.
    #[serde(default, skip_serializing_if = "is_zero_u64")]
    pub further_violations: u64,
    /// Why it was not started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_started: Option<String>,
}

/// Something that a command was kept from.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ViolationEntry {
    /// What was tried.
    pub operation: String,
    /// On what: a path, or an address.
    pub target: String,
    /// What denies it.
    pub rule: String,
    /// The name of the process, which it chose itself.
    pub process_name: String,
}

impl EndEntry {
    /// Of a command that was run by the decision of this id.
    pub fn of(id: &str, outcome: &Outcome) -> Self {
        let (exit_code, signal) = match outcome.status {
            Status::Exited(code) => (Some(code), None),
            Status::Killed(signal) => (None, Some(signal)),
            Status::TimedOut => (None, None),
        };
        let observed = outcome.observed.clone().unwrap_or_default();
        let unlisted = observed.violations.len().saturating_sub(VIOLATIONS);
        let violations = observed.violations.iter().take(VIOLATIONS);
        Self {
            id: id.to_owned(),
            time: now_and_id().0,
            exit_code,
            signal,
            timed_out: outcome.status == Status::TimedOut,
            duration_ms: u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
            tier: Some(outcome.enforcement.tier.name().to_owned()),
            violations: violations
                .map(|violation| ViolationEntry {
                    operation: violation.operation.name().to_owned(),
                    target: mask::masked(&violation.target.to_string()).into_owned(),
                    rule: violation.rule.name().to_owned(),
                    process_name: mask::masked(&violation.process.name).into_owned(),
                })
                .collect(),
            further_violations: observed
                .further
                .saturating_add(u64::try_from(unlisted).unwrap_or(u64::MAX)),
            ..Self::default()
        }
    }

    /// Of a command that the decision of this id let run, and that was not started.
    pub fn not_started(id: &str, why: &str) -> Self {
        Self {
            id: id.to_owned(),
            time: now_and_id().0,
            not_started: Some(mask::masked(why).into_owned()),
            ..Self::default()
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero_u64(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
