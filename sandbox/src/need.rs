//! How badly a protection is wanted, and which protections there are.

use std::fmt;

/// What happens when a protection cannot be had on this host.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// The command runs, and the enforcement names what is missing.
    May,
    /// The command does not run.
    #[default]
    Must,
}

/// How much this host can enforce. Ordered: each tier keeps all that a lower one keeps.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Tier {
    /// Nothing that can be relied on.
    None,
    /// Landlock and seccomp: writes stay in the writable roots, but nothing inside of these can be protected.
    Landlock,
    /// Namespaces, Landlock and seccomp.
    #[default]
    Full,
}

impl Tier {
    /// The name that people write: `full`, `landlock`, `none`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Landlock => "landlock",
            Self::Full => "full",
        }
    }

    /// The tier of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::None, Self::Landlock, Self::Full]
            .into_iter()
            .find(|tier| tier.name() == name)
    }

    /// How badly a protection is wanted by who accepts this tier: what the tier cannot keep may be missing.
    pub const fn need(self, protection: Protection) -> Need {
        match (self, protection.lowest()) {
            (Self::Full, _) | (Self::Landlock, Self::Landlock | Self::None) | (Self::None, Self::None) => {
                Need::Must
            }
            (Self::Landlock, Self::Full) | (Self::None, Self::Landlock | Self::Full) => Need::May,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One thing that a profile keeps from happening.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Protection {
    /// Files outside the writable roots are not created, changed or removed.
    Writes,
    /// The attributes of files outside the writable roots stay: mode, owner, times, extended attributes.
    Attributes,
    /// Protected paths inside writable roots stay as they are.
    Protected,
    /// Hidden paths are not read.
    Hidden,
    /// Only what is readable is read.
    Readable,
    /// `/tmp` and `/dev/shm` are the command's own.
    Scratch,
    /// Nothing is connected to that the profile does not name.
    Network,
    /// Unix sockets outside the writable roots are not connected to.
    Sockets,
    /// Other processes are neither seen nor signalled.
    Processes,
    /// Nothing of the command runs on after it has ended.
    Survival,
    /// Devices stay closed but for the harmless ones.
    Devices,
    /// The number of processes, the size of files and the like stay within the profile's limits.
    Limits,
    /// No privilege is had or gained.
    Privileges,
    /// The kernel's interfaces that no build or test needs stay closed.
    SystemCalls,
}

impl Protection {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 14] = [
        Self::Writes,
        Self::Attributes,
        Self::Protected,
        Self::Hidden,
        Self::Readable,
        Self::Scratch,
        Self::Network,
        Self::Sockets,
        Self::Processes,
        Self::Survival,
        Self::Devices,
        Self::Limits,
        Self::Privileges,
        Self::SystemCalls,
    ];

    /// The lowest tier that keeps it wholly.
    pub const fn lowest(self) -> Tier {
        match self {
            // Without mounts, what is hidden inside something writable is seen; without a view of its own, a command's
            // processes are not told from the user's others.
            Self::Limits
            | Self::Hidden
            | Self::Attributes
            | Self::Protected
            | Self::Scratch
            | Self::Sockets
            | Self::Processes => Tier::Full,
            Self::Writes
            | Self::Readable
            | Self::Network
            | Self::Survival
            | Self::Devices
            | Self::SystemCalls => Tier::Landlock,
            Self::Privileges => Tier::None,
        }
    }

    /// A name for reports, in lower case with hyphens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Writes => "writes",
            Self::Attributes => "attributes",
            Self::Protected => "protected",
            Self::Hidden => "hidden",
            Self::Readable => "readable",
            Self::Scratch => "scratch",
            Self::Network => "network",
            Self::Sockets => "sockets",
            Self::Processes => "processes",
            Self::Survival => "survival",
            Self::Devices => "devices",
            Self::Limits => "limits",
            Self::Privileges => "privileges",
            Self::SystemCalls => "system-calls",
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_tier_that_is_accepted_makes_only_what_it_lacks_a_may() {
        for protection in Protection::ALL {
            assert_eq!(Tier::Full.need(protection), Need::Must, "{protection}");
        }
        assert_eq!(Tier::Landlock.need(Protection::Protected), Need::May);
        assert_eq!(Tier::Landlock.need(Protection::Writes), Need::Must);
        assert_eq!(Tier::None.need(Protection::Writes), Need::May);
        assert_eq!(Tier::None.need(Protection::Privileges), Need::Must);
    }
}
