//! Placeholders on real file systems: where they stand, that they go away, and that nobody loses one that is held.

#[cfg(test)]
#[path = "placeholder/few.rs"]
mod few;
#[cfg(test)]
#[path = "placeholder/many.rs"]
mod many;
#[cfg(test)]
#[path = "host/ramfs.rs"]
mod ramfs;
#[cfg(test)]
#[path = "placeholder/runs.rs"]
mod runs;
