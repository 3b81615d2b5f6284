//! The kernel's door: raw calls, and what runs between fork and exec. The only place with unsafe code.
//!
//! What the child runs (`child`, `step`) allocates nothing and takes no lock: the process it was forked from may have
//! threads, and any of them may have held any lock.

mod attend;
pub(crate) mod channel;
pub(crate) mod child;
pub(crate) mod foreign_memory;
pub(crate) mod fork;
pub(crate) mod landlock;
pub(crate) mod last_words;
mod line;
pub(crate) mod memory;
pub(crate) mod mount;
mod network;
#[cfg(test)]
mod no_allocation;
pub(crate) mod notify;
#[cfg(test)]
pub(crate) mod observed;
pub(crate) mod seccomp;
pub(crate) mod signal;
mod step;
mod stream;
pub(crate) mod trial;
