//! What only the benchmarks ask of a plan.

use super::Plan;
use crate::sys::child::Ending;

impl Plan {
    /// Leaves the process out that waits for the command where there is no process namespace, to know what it costs.
    /// What the command has started is then not ended with it, and how it ended is not told: its [`crate::Outcome`]
    /// says that it was killed. A plan for a namespace of its own stays as it is.
    pub fn without_reaper(&mut self) {
        if self.ending == Ending::Sweep {
            self.ending = Ending::Nobody;
        }
    }
}
