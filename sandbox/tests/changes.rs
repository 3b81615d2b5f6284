//! What the changes report says of real files: each kind of change, tampering, bounds, and what cannot be read.

#[cfg(test)]
#[path = "changes/bounds.rs"]
mod bounds;
#[cfg(test)]
#[path = "changes/kinds.rs"]
mod kinds;
#[cfg(test)]
#[path = "host/ramfs.rs"]
mod ramfs;
#[cfg(test)]
#[path = "changes/time.rs"]
mod time;
#[cfg(test)]
#[path = "changes/workspace.rs"]
mod workspace;
