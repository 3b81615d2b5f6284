//! The name of what an approved command runs in.

use std::fmt;

/// A sandbox profile's name, such as `workspace-write`. What it holds is the sandbox's business; a verdict only
/// carries which one it leans on.
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
}

impl fmt::Display for ConfinementName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
