//! A command that failed, being kept from something, with more: what it lacks and policy lets it have, or no confinement.

use gatekeeper::sandbox::{Grant, Outcome, Status};
use gatekeeper::{Approval, Context, Gatekeeper};

use super::reason;
use crate::protocol::{FileSystemPermissions, Permissions};

/// How often a command may be run again with more. Who still lacks something then needs another profile.
pub(super) const MOST_TIMES: usize = 3;

/// What a command gets beyond its first try.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    /// Beyond its profile.
    pub(super) grants: Vec<Grant>,
    /// Whether nothing confines it.
    pub(super) is_outside: bool,
    /// What it was kept from, a line each.
    pub(super) denied: Vec<String>,
}

impl More {
    /// Whether there is any.
    pub(super) fn is_any(&self) -> bool {
        self.is_outside || !self.grants.is_empty()
    }

    /// What a command would need that ended so, where anybody may be asked; `None` where nothing would help that can be
    /// given. The context is the one that it was judged in.
    pub(super) fn after(
        &self,
        outcome: &Outcome,
        gatekeeper: &Gatekeeper,
        context: &Context,
    ) -> Option<Self> {
        let has_failed = match outcome.status {
            Status::Exited(code) => code != 0,
            Status::Killed(_) => true,
            Status::TimedOut => false,
        };
        if !has_failed || self.is_outside || context.approval == Approval::Never {
            return None;
        }
        let denied = reason::violations(outcome);
        if denied.is_empty() {
            return None;
        }
        let violations = outcome
            .observed
            .as_ref()
            .map_or(&[][..], |observed| &observed.violations);
        let mut grants = gatekeeper.grantable(violations, context);
        grants.retain(|grant| !self.grants.contains(grant));
        Some(Self {
            is_outside: grants.is_empty(),
            grants: if grants.is_empty() {
                Vec::new()
            } else {
                [self.grants.clone(), grants].concat()
            },
            denied: denied.into_iter().map(|violation| violation.message).collect(),
        })
    }

    /// The grants as they are told.
    pub(super) fn permissions(&self) -> Option<Permissions> {
        if self.grants.is_empty() {
            return None;
        }
        let mut paths = FileSystemPermissions::default();
        for grant in &self.grants {
            match grant {
                Grant::Writable(path) => paths.write.push(path.clone()),
                Grant::Readable(path) => paths.read.push(path.clone()),
                // Of these none is ever grantable.
                Grant::Unprotected(_)
                | Grant::Shown(_)
                | Grant::Device(_)
                | Grant::Loopback
                | Grant::Host(_) => {}
            }
        }
        Some(Permissions {
            file_system: Some(paths),
            ..Permissions::default()
        })
    }

    /// Why it is asked about, where it is asked about for this.
    pub(super) fn reason(&self) -> Option<&'static str> {
        if self.is_outside {
            Some("it failed, and was kept from what is listed; it would run again outside of the sandbox")
        } else if self.grants.is_empty() {
            None
        } else {
            Some("it failed, and was kept from what is listed; it would run again with what it lacked")
        }
    }
}
