//! A command that is one of many.

use std::time::Duration;

use super::Plan;

/// How a command is started by somebody who serves others meanwhile: in a session of its own, so that it has no terminal,
/// and what it does to its process group happens to nobody else.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Background {
    /// It is killed after that, with all that it started; or earlier, where the profile says so.
    pub wall: Option<Duration>,
    /// How many open files one process may have, until it asks for more; `None` is as many as the launcher may.
    pub open_files: Option<u64>,
}

impl Plan {
    /// Has the command be started as one of many, by somebody who serves others meanwhile.
    pub fn in_background(&mut self, background: Background) {
        self.background = Some(background);
    }

    /// Milliseconds after which the command is killed.
    pub(crate) fn wall(&self) -> Option<u64> {
        let of_profile = self.profile.limits.wall_seconds;
        let of_profile = of_profile.map(|seconds| seconds.saturating_mul(1000));
        let given = self.background.and_then(|background| background.wall);
        // What is said to take no time at all is killed at once, and has begun.
        let given = given.map(|wall| u64::try_from(wall.as_millis()).unwrap_or(u64::MAX).max(1));
        [of_profile, given].into_iter().flatten().min()
    }
}
