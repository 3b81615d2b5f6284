//! What a command may touch while it runs, enforced by the Linux kernel.
//!
//! This room is empty but for its door. What will live here: profiles (which paths may be read and written, which
//! are hidden or protected, which hosts are reached), the plan that turns a profile and the abilities of a host into
//! steps that can be printed, the launch that takes them in a forked child, and the report of what was enforced and
//! what was denied. Until then nothing confines a command: a verdict names the confinement that it leans on, and
//! whoever runs the command has to provide it or refuse.
//!
//! The one word that callers already need is how badly a protection is wanted.
#![forbid(unsafe_code)]

/// What happens when a protection cannot be had on this host.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// The command runs, and the report names what is missing.
    May,
    /// The command does not run.
    #[default]
    Must,
}
