//! What a command may touch while it runs, enforced by the Linux kernel.
//!
//! A [`Profile`] says what may be touched, in real paths; a [`Host`] says what it can enforce; a [`Plan`] is the list of
//! steps that confine a process accordingly, and can be printed before it is taken. The steps are taken in a forked
//! child, so that any process, threads or not, can launch confined commands. What was enforced is returned with the
//! [`Outcome`], never only logged.

mod bpf;
mod changes;
mod clock;
mod command;
mod enforcement;
mod foreground;
mod host;
mod launch;
mod need;
mod no_links;
mod observer;
mod outcome;
mod outer;
mod placeholder;
mod plan;
mod profile;
pub mod proxy;
mod running;
mod scratch;
mod stand_in;
mod streams;
mod sys;
mod unix_sockets;
mod violation;

pub use changes::{Aspect, Bounds, Change, Changes, Kind, Missing, Snapshot, Unseen};
pub use command::{Command, Stream};
pub use enforcement::{Enforcement, Hole, Layer};
pub use host::{Host, Namespaces};
pub use launch::LaunchError;
pub use need::{Need, Protection, Tier};
pub use observer::{ObserveError, Observed, Observer, Watch};
pub use outcome::{Outcome, Status};
pub use placeholder::{LayError, Placeholder, Placeholders, Spare, Spared, Taken};
pub use plan::{Background, HTTP_PORT, Plan, PlanError, SOCKS_PORT, plan};
pub use profile::{Limits, Network, Profile, Readable, Scratch};
pub use running::{Event, Running};
pub use stand_in::StandIn;
pub use sys::last_words::{LastWords, outlive_file_limits};
pub use unix_sockets::{UnixSockets, listening, outside};
pub use violation::{Denials, Grant, Operation, Permits, Process, Rule, Target, Violation};
