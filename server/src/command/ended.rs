//! How a command ended, and how that is told.

use std::time::Duration;

use gatekeeper::{CommandAction, StartError};

use super::life::Life;
use super::output::Output;
use super::reason;
use crate::protocol::{Item, ItemStatus, Violation};

/// How a command ended, or why it did not run.
pub(super) struct Ended {
    pub(super) status: ItemStatus,
    pub(super) reason: Option<String>,
    /// Whether the whole turn is to end.
    pub(super) is_cancelled: bool,
    pub(super) exit_code: Option<i32>,
    pub(super) violations: Vec<Violation>,
}

impl Ended {
    pub(super) fn new(status: ItemStatus, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: Some(reason.into()),
            is_cancelled: false,
            exit_code: None,
            violations: Vec::new(),
        }
    }

    /// Why a cleared command was not started.
    pub(super) fn not_started(error: &StartError) -> Self {
        let why = reason::short(&error.to_string());
        match error {
            StartError::Changed(_) => Self::new(
                ItemStatus::Declined,
                format!("{why}; ask again, and it is judged as it is now"),
            ),
            StartError::Plan(_) => Self::new(
                ItemStatus::Failed,
                format!("{why}; `execpolicy doctor` says what this host lacks"),
            ),
            StartError::Confinement(error) => {
                Self::new(ItemStatus::Failed, format!("{why}; {}", error.help()))
            }
            StartError::Hosts(_) | StartError::Launch(_) | _ => Self::new(ItemStatus::Failed, why),
        }
    }
}

/// The item as it is told.
pub(super) struct Told<'a> {
    pub(super) life: &'a Life,
    pub(super) actions: Vec<CommandAction>,
    pub(super) confinement: Option<String>,
    /// All tries together; `None` where it did not run.
    pub(super) took: Option<Duration>,
}

impl Told<'_> {
    pub(super) fn in_progress(&self) -> Item {
        let ended = Ended {
            reason: None,
            ..Ended::new(ItemStatus::InProgress, "")
        };
        self.told(ended, None)
    }

    pub(super) fn ended(&self, ended: Ended, output: &Output) -> Item {
        self.told(ended, self.took.map(|_| output))
    }

    fn told(&self, ended: Ended, output: Option<&Output>) -> Item {
        let subject = &self.life.subject;
        let milliseconds = |took: Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Item::CommandExecution {
            id: subject.id.clone(),
            command: subject.command.source().text().to_owned(),
            cwd: subject.cwd.clone(),
            command_actions: self.actions.clone(),
            status: ended.status,
            confinement: self.confinement.clone(),
            exit_code: ended.exit_code,
            duration_ms: self.took.map(milliseconds),
            aggregated_output: output.map(Output::kept),
            output_dropped: output.map(Output::dropped).filter(|dropped| *dropped > 0),
            violations: ended.violations,
            reason: ended.reason,
        }
    }
}
