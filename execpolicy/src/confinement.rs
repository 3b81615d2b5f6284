//! What an approved command runs in: profiles, as far as a verdict depends on them.

mod profile;

use std::fmt;

pub(crate) use profile::{BUILT_IN, Guarded, LIMITS, all_within, built_in, is_built_in};
pub use profile::{Network, Profile};

/// A sandbox profile's name, such as `workspace-write`. A verdict carries which one it leans on.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConfinementName(Box<str>);

impl ConfinementName {
    /// The profile of that name.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the profile that confines nothing.
    pub fn is_none(&self) -> bool {
        &*self.0 == "none"
    }
}

impl fmt::Display for ConfinementName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
