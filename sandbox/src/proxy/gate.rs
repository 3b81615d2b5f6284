//! Who decides which destinations may be connected to.

use std::fmt;
use std::net::IpAddr;

use super::{Block, Destination};

/// Decides on each connection, before any name is resolved.
///
/// It is asked from several threads at once. While it thinks, that connection waits; ending the proxy waits for it too,
/// so a gate that asks a person has to come back when the run ends.
pub trait Gate: Send + Sync {
    /// May this be connected to?
    fn asks(&self, asked: &Destination) -> Answer;
}

impl fmt::Debug for dyn Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Gate")
    }
}

/// What a gate says to a destination.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It may be connected to, at the addresses of the public network and at these besides.
    Allow {
        /// Which other addresses the host may have.
        private: Private,
    },
    /// It may not.
    Refuse {
        /// Why, for the person who reads the report: lower case, no full stop.
        why: String,
    },
}

/// Which addresses outside the public network ([`super::Special`]) an allowed host may have.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Private {
    /// None.
    #[default]
    Refused,
    /// Those in one of these blocks.
    Within(Vec<Block>),
    /// All: loopback, the local network, metadata. For a host whose name is trusted with that.
    Any,
}

impl Private {
    /// Whether the address is among them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match self {
            Self::Refused => false,
            Self::Within(blocks) => blocks.iter().any(|block| block.contains(address)),
            Self::Any => true,
        }
    }
}
