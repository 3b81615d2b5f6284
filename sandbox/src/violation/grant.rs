//! The narrowest addition to a profile that would let something pass.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::{Operation, Quoted, Rule, Target};

/// One addition to a profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Grant {
    /// This file, or this directory with all below it, is writable.
    Writable(PathBuf),
    /// This path is no longer protected.
    Unprotected(PathBuf),
    /// This path is no longer hidden.
    Shown(PathBuf),
    /// This file, or this directory with all below it, is readable.
    Readable(PathBuf),
    /// This device may be opened.
    Device(PathBuf),
    /// One's own loopback may be connected to.
    Loopback,
    /// The proxy lets connections to this address through.
    Host(SocketAddr),
}

/// What a policy lets be granted. A closure is one.
pub trait Permits: Send {
    /// Whether the policy lets a profile have this.
    fn may_grant(&self, grant: &Grant) -> bool;
}

impl<Permitted: Fn(&Grant) -> bool + Send> Permits for Permitted {
    fn may_grant(&self, grant: &Grant) -> bool {
        self(grant)
    }
}

/// Where names are asked for. The proxy does so itself, so that this is never granted.
const NAME_SERVICE: u16 = 53;

impl Grant {
    /// The narrowest that lifts the rule from this operation on this target. Where something has to get a name, or lose it,
    /// that is the directory it stands in, never the root of all.
    pub(super) fn narrowest(operation: Operation, target: &Target, rule: &Rule) -> Option<Self> {
        match (rule, target) {
            (Rule::Protected(path), _) => Some(Self::Unprotected(path.clone())),
            (Rule::Hidden(path), _) => Some(Self::Shown(path.clone())),
            (Rule::NotReadable, Target::File(path)) => below_root(path).map(Self::Readable),
            (Rule::Device, Target::File(path)) => Some(Self::Device(path.clone())),
            (Rule::Socket, Target::File(path)) => below_root(path).map(Self::Writable),
            (Rule::OutsideWritable, Target::File(path)) => match operation {
                Operation::Write | Operation::Attributes | Operation::Read | Operation::Connect => {
                    below_root(path).map(Self::Writable)
                }
                Operation::Create | Operation::Remove | Operation::Rename | Operation::Link => {
                    below_root(path.parent()?).map(Self::Writable)
                }
            },
            (_, Target::Host(address)) if address.ip().to_canonical().is_loopback() => Some(Self::Loopback),
            (_, Target::Host(address)) if address.port() == NAME_SERVICE => None,
            (_, Target::Host(address)) => Some(Self::Host(*address)),
            (Rule::Network, Target::File(_)) => None,
        }
    }
}

/// The path, unless it is the root: what holds everything is no grant.
fn below_root(path: &Path) -> Option<PathBuf> {
    path.parent().map(|_| path.to_path_buf())
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Writable(path) => write!(formatter, "make {} writable", Quoted(path)),
            Self::Unprotected(path) => write!(formatter, "lift the protection of {}", Quoted(path)),
            Self::Shown(path) => write!(formatter, "stop hiding {}", Quoted(path)),
            Self::Readable(path) => write!(formatter, "make {} readable", Quoted(path)),
            Self::Device(path) => write!(formatter, "open the device {}", Quoted(path)),
            Self::Loopback => formatter.write_str("open the loopback network"),
            Self::Host(address) => write!(formatter, "let the proxy connect to `{address}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_no_wider_than_what_was_tried() {
        use Operation::{Attributes, Connect, Create, Read, Remove, Rename, Write};
        let file = |path: &str| Target::File(path.into());
        let host = |address: &str| Target::Host(address.parse().unwrap());
        let cases = [
            (
                "an existing file is granted itself",
                Write,
                file("/etc/x"),
                Rule::OutsideWritable,
                Some(Grant::Writable("/etc/x".into())),
            ),
            (
                "so are its attributes",
                Attributes,
                file("/etc/x"),
                Rule::OutsideWritable,
                Some(Grant::Writable("/etc/x".into())),
            ),
            (
                "a new file needs its directory",
                Create,
                file("/opt/a/x"),
                Rule::OutsideWritable,
                Some(Grant::Writable("/opt/a".into())),
            ),
            (
                "so does one that goes",
                Remove,
                file("/opt/a/x"),
                Rule::OutsideWritable,
                Some(Grant::Writable("/opt/a".into())),
            ),
            (
                "or moves",
                Rename,
                file("/opt/a/x"),
                Rule::OutsideWritable,
                Some(Grant::Writable("/opt/a".into())),
            ),
            (
                "the root is granted to nobody",
                Create,
                file("/x"),
                Rule::OutsideWritable,
                None,
            ),
            (
                "a protection is lifted as it was set",
                Write,
                file("/w/.git/x"),
                Rule::Protected("/w/.git".into()),
                Some(Grant::Unprotected("/w/.git".into())),
            ),
            (
                "what is hidden is shown as it was hidden",
                Read,
                file("/h/.ssh/id"),
                Rule::Hidden("/h/.ssh".into()),
                Some(Grant::Shown("/h/.ssh".into())),
            ),
            (
                "a socket is granted itself",
                Connect,
                file("/run/d.sock"),
                Rule::Socket,
                Some(Grant::Writable("/run/d.sock".into())),
            ),
            (
                "a device is granted itself",
                Write,
                file("/dev/kvm"),
                Rule::Device,
                Some(Grant::Device("/dev/kvm".into())),
            ),
            (
                "loopback is one's own",
                Connect,
                host("[::ffff:127.0.0.1]:80"),
                Rule::Network,
                Some(Grant::Loopback),
            ),
            (
                "an address is granted with its port",
                Connect,
                host("192.0.2.1:443"),
                Rule::Network,
                Some(Grant::Host("192.0.2.1:443".parse().unwrap())),
            ),
            (
                "a name service never is",
                Connect,
                host("192.0.2.1:53"),
                Rule::Network,
                None,
            ),
        ];
        for (name, operation, target, rule, expected) in cases {
            assert_eq!(Grant::narrowest(operation, &target, &rule), expected, "{name}");
        }
    }
}
