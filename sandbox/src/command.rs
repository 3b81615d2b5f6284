//! The command that is to run: a file, its arguments, its streams.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// What is executed. Nothing is looked up and no shell is asked.
#[derive(Debug)]
pub struct Command {
    /// The file, absolute.
    pub program: PathBuf,
    /// The arguments, the name that the program is called by first.
    pub arguments: Vec<OsString>,
    /// Where it starts, absolute.
    pub directory: PathBuf,
    /// What it reads.
    pub input: Stream,
    /// What it writes.
    pub output: Stream,
    /// What it writes errors to.
    pub errors: Stream,
}

/// One of a command's first three descriptors.
#[derive(Debug, Default)]
pub enum Stream {
    /// The caller's own.
    #[default]
    Inherit,
    /// Nothing: reading ends at once, writing goes nowhere.
    Null,
    /// This descriptor, which the command owns.
    Given(OwnedFd),
}
