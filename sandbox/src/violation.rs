//! What a confined process was kept from, by which rule, and what would let it pass.

mod denials;
mod grant;

pub use denials::Denials;
pub use grant::{Grant, Permits};

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// One thing that a confined process tried, that the profile denies, and that the user's own permissions would have let
/// pass. As it is read beside the kernel, not by it, it may be wrong where the process lies about itself: what is
/// enforced does not depend on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// What was tried.
    pub operation: Operation,
    /// On what.
    pub target: Target,
    /// By whom, first.
    pub process: Process,
    /// What denies it.
    pub rule: Rule,
    /// The narrowest addition to the profile that lets it pass. `None` where policy forbids it, or there is none short of
    /// giving up the confinement.
    pub grant: Option<Grant>,
}

/// What may be tried.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Operation {
    /// Making a file, a directory or anything else that has a name.
    Create,
    /// Opening for writing, or truncating, what exists.
    Write,
    /// Removing a name.
    Remove,
    /// Moving away, or moving something in its place.
    Rename,
    /// Making a hard link.
    Link,
    /// Changing mode, owner, times or extended attributes.
    Attributes,
    /// Opening for reading.
    Read,
    /// Connecting a socket.
    Connect,
}

impl Operation {
    /// A name for reports, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::Rename => "rename",
            Self::Link => "link",
            Self::Attributes => "attributes",
            Self::Read => "read",
            Self::Connect => "connect",
        }
    }
}

/// What something may be tried on.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Target {
    /// A file, a directory, a unix socket that has a path. Absolute and without links, but the last component for what
    /// does not follow it.
    File(PathBuf),
    /// An address.
    Host(SocketAddr),
}

/// A process that was seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Process {
    /// As the observer's process namespace numbers it. 0 where it had gone.
    pub pid: u32,
    /// Its name as the kernel keeps it, at most fifteen bytes, chosen by the process. Empty where it had gone.
    pub name: String,
}

/// The part of a profile that denies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rule {
    /// It lies in nothing writable.
    OutsideWritable,
    /// It is, or lies in, this protected path.
    Protected(PathBuf),
    /// It is, or lies in, this hidden path.
    Hidden(PathBuf),
    /// It lies in nothing readable.
    NotReadable,
    /// It is a device that may not be opened.
    Device,
    /// It is a unix socket that lies in nothing writable.
    Socket,
    /// It is an address that may not be connected to.
    Network,
}

impl Rule {
    /// A name for reports, in lower case with hyphens.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OutsideWritable => "outside-writable",
            Self::Protected(_) => "protected",
            Self::Hidden(_) => "hidden",
            Self::NotReadable => "not-readable",
            Self::Device => "device",
            Self::Socket => "socket",
            Self::Network => "network",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        match self.operation {
            Operation::Create => write!(formatter, "{target} was not created")?,
            Operation::Write => write!(formatter, "{target} was not written")?,
            Operation::Remove => write!(formatter, "{target} was not removed")?,
            Operation::Rename => write!(formatter, "{target} was not renamed or replaced")?,
            Operation::Link => write!(formatter, "{target} was not linked")?,
            Operation::Attributes => write!(formatter, "the attributes of {target} were not changed")?,
            Operation::Read => write!(formatter, "{target} was not read")?,
            Operation::Connect => write!(formatter, "{target} was not connected to")?,
        }
        match &self.rule {
            Rule::OutsideWritable => formatter.write_str(": it lies outside the writable roots"),
            Rule::Protected(path) => write!(formatter, ": {} is protected", Quoted(path)),
            Rule::Hidden(path) => write!(formatter, ": {} is hidden", Quoted(path)),
            Rule::NotReadable => formatter.write_str(": it lies outside of what may be read"),
            Rule::Device => formatter.write_str(": it is not among the devices that may be opened"),
            Rule::Socket => formatter.write_str(": the socket lies outside the writable roots"),
            Rule::Network => formatter.write_str(": the network is closed to it"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => Quoted(path).fmt(formatter),
            Self::Host(address) => write!(formatter, "`{address}`"),
        }
    }
}

/// A path in backticks on one line: a stranger may have named the file.
struct Quoted<'a>(&'a Path);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`")?;
        for character in self.0.to_string_lossy().chars() {
            if character.is_control() {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                write!(formatter, "{character}")?;
            }
        }
        formatter.write_str("`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_one_plain_sentence() {
        let told = |operation, path: &str, rule| {
            Violation {
                operation,
                target: Target::File(path.into()),
                process: Process {
                    pid: 1,
                    name: String::new(),
                },
                rule,
                grant: None,
            }
            .to_string()
        };
        assert_eq!(
            told(Operation::Write, "/etc/x", Rule::OutsideWritable),
            "`/etc/x` was not written: it lies outside the writable roots"
        );
        assert_eq!(
            told(
                Operation::Attributes,
                "/w/.git/hooks/a\nb",
                Rule::Protected("/w/.git".into())
            ),
            "the attributes of `/w/.git/hooks/a\\nb` were not changed: `/w/.git` is protected"
        );
    }
}
