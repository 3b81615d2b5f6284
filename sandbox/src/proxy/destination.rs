//! What a connection is asked to: host, port, and the protocol that the port stands for.

use std::fmt;

use super::Host;

/// Where a connection is asked to.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Destination {
    /// The host as it was asked for, before any resolution.
    pub host: Host,
    /// The port, never 0.
    pub port: u16,
    /// What the port stands for.
    pub protocol: Protocol,
}

impl Destination {
    /// A destination; the protocol comes from the port.
    pub fn new(host: Host, port: u16) -> Self {
        Self {
            host,
            port,
            protocol: Protocol::of_port(port),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(address) if address.is_ipv6() => write!(formatter, "[{address}]:{}", self.port),
            host @ (Host::Address(_) | Host::Name(_)) => write!(formatter, "{host}:{}", self.port),
        }
    }
}

/// What a port stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
    /// Port 443. The client must begin with TLS that names the host.
    Https,
    /// Port 80. Each connection carries one request, to the host.
    Http,
    /// Port 22.
    Ssh,
    /// Any other port.
    Tcp,
}

impl Protocol {
    /// The protocol of a port.
    pub const fn of_port(port: u16) -> Self {
        match port {
            443 => Self::Https,
            80 => Self::Http,
            22 => Self::Ssh,
            _ => Self::Tcp,
        }
    }

    /// A name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Ssh => "ssh",
            Self::Tcp => "tcp",
        }
    }

    /// The word of a policy's `network_rule` that speaks of it.
    pub const fn rule_word(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Ssh | Self::Tcp => "socks5_tcp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
