//! What a confined process may touch: real paths, no patterns.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::{StandIn, Tier};

/// What a command may touch while it runs. Every path is absolute and without symbolic links; who makes a profile has
/// resolved them. A path that does not exist is no error: see [`crate::plan`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Profile {
    /// What people call it.
    pub name: String,
    /// What may be written: directories with all below them, or files.
    pub writable: Vec<PathBuf>,
    /// What may be read.
    pub readable: Readable,
    /// What may not be read although it is readable.
    pub hidden: Vec<PathBuf>,
    /// What may not be written although it lies in something writable. It does not exist for the command to make, either.
    pub protected: Vec<PathBuf>,
    /// Directories in something writable that cannot be moved away, nor what they lie in: what is protected below them is
    /// looked for there.
    pub pinned: Vec<PathBuf>,
    /// What stands in for protected files that do not exist, where an empty directory would be in the way.
    pub stand_ins: Vec<StandIn>,
    /// What `/tmp` is.
    pub scratch: Scratch,
    /// What stays to be seen although something empty lies over it: below a private `/tmp`, `/run`, a hidden directory.
    pub shown: Vec<PathBuf>,
    /// What may be connected to.
    pub network: Network,
    /// The whole environment of the command.
    pub environment: Vec<(OsString, OsString)>,
    /// Bounds on what it uses.
    pub limits: Limits,
    /// Devices that may be opened beside the harmless ones (`null`, `zero`, `full`, `random`, `urandom`, `tty`, `ptmx`).
    pub devices: Vec<PathBuf>,
    /// The lowest tier that the caller accepts; what that tier cannot keep is then named and not refused.
    pub accepted: Tier,
}

/// What may be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Readable {
    /// Everything but what is hidden.
    #[default]
    Everything,
    /// These files, and these directories with all below them. Programs and their libraries have to be among them.
    Only(Vec<PathBuf>),
}

/// What `/tmp` is for the command.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Scratch {
    /// An empty one that ends with the run.
    #[default]
    Private,
    /// This directory, which the caller keeps: one for a session.
    Directory(PathBuf),
    /// The host's.
    Shared,
}

/// What may be connected to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Network {
    /// Nothing, not even oneself.
    #[default]
    None,
    /// One's own loopback, which is not the host's.
    Loopback,
    /// What the proxy lets through, and one's own loopback.
    Proxied,
    /// Everything that the host reaches.
    Full,
}

/// Bounds on what a command uses. `None` is the caller's own bound. Core dumps are never written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Limits {
    /// Processes and threads alive at once.
    pub processes: Option<u64>,
    /// Open files of one process.
    pub open_files: Option<u64>,
    /// Bytes of one file.
    pub file_size: Option<u64>,
    /// Bytes of one process's address space.
    pub memory: Option<u64>,
    /// Seconds of processor time of one process.
    pub cpu_seconds: Option<u64>,
    /// Seconds from start to end of the whole command, in which it is killed.
    pub wall_seconds: Option<u64>,
}

impl fmt::Display for Limits {
    /// The bounds that are set, and that core dumps are off.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("core dumps to 0")?;
        let bounds = [
            ("processes", self.processes),
            ("open files", self.open_files),
            ("file size", self.file_size),
            ("memory", self.memory),
            ("processor seconds", self.cpu_seconds),
            ("wall seconds", self.wall_seconds),
        ];
        for (name, bound) in bounds {
            if let Some(bound) = bound {
                write!(formatter, ", {name} to {bound}")?;
            }
        }
        Ok(())
    }
}
