//! What was really enforced: layer by layer, and what is not kept.

use std::fmt;

use crate::{Protection, Tier};

/// What a run is really confined by. It is returned with every plan and every outcome; nothing of it stands only in a
/// log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enforcement {
    /// The tier that was reached.
    pub tier: Tier,
    /// File access by the kernel's own rules.
    pub landlock: Layer,
    /// System calls that are refused.
    pub seccomp: Layer,
    /// An own view of processes, network, and the rest.
    pub namespaces: Layer,
    /// An own view of the files.
    pub mounts: Layer,
    /// Bounds on what is used.
    pub limits: Layer,
    /// Who watches and reports denials.
    pub observer: Layer,
    /// What is not kept, each with its reason. Empty in tier full but for what no host can keep.
    pub holes: Vec<Hole>,
}

/// How much of a layer stands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Layer {
    /// All of it.
    Full,
    /// Without these parts.
    Partial {
        /// What is missing, in words.
        missing: Vec<String>,
    },
    /// None of it.
    Absent {
        /// Why, in words.
        why: String,
    },
    /// The profile does not need it.
    #[default]
    NotAsked,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => formatter.write_str("full"),
            Self::Partial { missing } => write!(formatter, "partial, without {}", missing.join(", ")),
            Self::Absent { why } => write!(formatter, "absent: {why}"),
            Self::NotAsked => formatter.write_str("not asked"),
        }
    }
}

/// Something that the profile wants kept and that is not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hole {
    /// What is not kept.
    pub protection: Protection,
    /// How far, and why, in words.
    pub why: String,
}

impl fmt::Display for Hole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.protection, self.why)
    }
}
