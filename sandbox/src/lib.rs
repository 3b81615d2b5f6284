//! What a command may touch while it runs, enforced by the Linux kernel.
//!
//! A [`Profile`] says what may be touched, in real paths; a host says what it can enforce; a plan is the list of steps
//! that confine a process accordingly, and can be printed before it is taken. The steps are taken in a forked child, so
//! that any process, threads or not, can launch confined commands. What was enforced is returned, never only logged.

mod enforcement;
mod need;
mod observer;
mod profile;
mod sys;
mod violation;

pub use enforcement::{Enforcement, Hole, Layer};
pub use need::{Need, Protection, Tier};
pub use observer::{ObserveError, Observed, Observer, Watch};
pub use profile::{Limits, Network, Profile, Readable, Scratch};
pub use violation::{Denials, Grant, Operation, Permits, Process, Rule, Target, Violation};
