//! A list of hosts as a gate: `github.com`, `*.crates.io`, `localhost:8080`, `10.0.0.0/8`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use super::{Answer, Block, BlockError, Destination, Gate, Host, HostError, Private, Protocol};

/// The hosts that may be connected to; everything else is refused.
///
/// Each is a name, a `*.` and a name for all names below it (and not itself), an address, or a block of addresses. A
/// port may follow, IPv6 in brackets then; without one the ports of https, http and ssh are meant, 443, 80 and 22.
///
/// An address outside the public network is reached only where it is named itself or lies in a block that is; a name
/// that resolves to such an address needs both. `localhost` names its addresses with it.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    patterns: Vec<Pattern>,
}

/// One entry of a list of hosts.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Pattern {
    hosts: Named,
    port: Option<u16>,
}

/// The hosts that a pattern names.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Named {
    /// This name.
    Name(Box<str>),
    /// Every name that ends so; it begins with a dot.
    Below(String),
    /// These addresses.
    Addresses(Block),
}

/// An entry of a list of hosts that names none.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum HostsError {
    /// It is neither a name nor an address.
    #[error("`{entry}` is not a host: {source}")]
    Host {
        /// The entry.
        entry: String,
        /// Why.
        source: HostError,
    },
    /// It is not a block of addresses.
    #[error("`{entry}` is not a block of addresses: {source}")]
    Block {
        /// The entry.
        entry: String,
        /// Why.
        source: BlockError,
    },
    /// A `*` that does not stand for the labels before a name.
    #[error("`{entry}`: a `*.` stands before a name")]
    Star {
        /// The entry.
        entry: String,
    },
}

impl Hosts {
    /// The gate of these entries.
    ///
    /// # Errors
    ///
    /// On the first entry that names no host.
    pub fn new<S: AsRef<str>>(entries: &[S]) -> Result<Self, HostsError> {
        let patterns = entries.iter().map(|entry| Pattern::parse(entry.as_ref()));
        Ok(Self {
            patterns: patterns.collect::<Result<_, _>>()?,
        })
    }
}

impl Gate for Hosts {
    fn asks(&self, asked: &Destination) -> Answer {
        let named: Vec<&Pattern> = self
            .patterns
            .iter()
            .filter(|pattern| pattern.names(&asked.host))
            .collect();
        if !named.iter().any(|pattern| pattern.has_port(asked)) {
            let why = if named.is_empty() {
                format!("`{}` is not among the hosts of the profile", asked.host)
            } else {
                format!(
                    "the profile names `{}`, but not its port {}",
                    asked.host, asked.port
                )
            };
            return Answer::Refuse { why };
        }
        let at_port = self.patterns.iter().filter(|pattern| pattern.has_port(asked));
        let mut blocks: Vec<Block> = at_port.filter_map(Pattern::addresses).collect();
        if matches!(&asked.host, Host::Name(name) if &**name == "localhost") {
            blocks.push(Block::one(IpAddr::V4(Ipv4Addr::LOCALHOST)));
            blocks.push(Block::one(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        }
        Answer::Allow {
            private: Private::Within(blocks),
        }
    }
}

impl Pattern {
    fn parse(entry: &str) -> Result<Self, HostsError> {
        let not_a_host = |source| HostsError::Host {
            entry: entry.to_owned(),
            source,
        };
        if entry.contains('/') {
            let block = Block::parse(entry).map_err(|source| HostsError::Block {
                entry: entry.to_owned(),
                source,
            })?;
            return Ok(Self {
                hosts: Named::Addresses(block),
                port: None,
            });
        }
        // An IPv6 address without brackets has no port.
        if let Ok(address) = entry.parse::<Ipv6Addr>() {
            return Ok(Self {
                hosts: Named::Addresses(Block::one(address.into())),
                port: None,
            });
        }
        let below = entry.strip_prefix("*.");
        let (host, port) = Host::with_port(below.unwrap_or(entry)).map_err(|source| {
            if entry.contains('*') {
                HostsError::Star {
                    entry: entry.to_owned(),
                }
            } else {
                not_a_host(source)
            }
        })?;
        let hosts = match (host, below) {
            (Host::Name(name), None) => Named::Name(name),
            (Host::Name(name), Some(_)) => Named::Below(format!(".{name}")),
            (Host::Address(address), None) => Named::Addresses(Block::one(address)),
            (Host::Address(_), Some(_)) => {
                return Err(HostsError::Star {
                    entry: entry.to_owned(),
                });
            }
        };
        Ok(Self { hosts, port })
    }

    fn names(&self, host: &Host) -> bool {
        match (&self.hosts, host) {
            (Named::Name(own), Host::Name(name)) => own == name,
            (Named::Below(suffix), Host::Name(name)) => {
                name.len() > suffix.len() && name.ends_with(&**suffix)
            }
            (Named::Addresses(block), Host::Address(address)) => block.contains(*address),
            (Named::Name(_) | Named::Below(_), Host::Address(_)) | (Named::Addresses(_), Host::Name(_)) => {
                false
            }
        }
    }

    fn has_port(&self, asked: &Destination) -> bool {
        match self.port {
            Some(port) => port == asked.port,
            None => asked.protocol != Protocol::Tcp,
        }
    }

    fn addresses(&self) -> Option<Block> {
        match &self.hosts {
            Named::Addresses(block) => Some(*block),
            Named::Name(_) | Named::Below(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(hosts: &Hosts, asked: &str) -> Answer {
        let (host, port) = Host::with_port(asked).unwrap();
        hosts.asks(&Destination::new(host, port.unwrap()))
    }

    fn allows(entry: &str, asked: &str) -> bool {
        matches!(
            answer(&Hosts::new(&[entry]).unwrap(), asked),
            Answer::Allow { .. }
        )
    }

    #[test]
    fn an_entry_names_what_it_says() {
        for (entry, asked, allowed) in [
            ("github.com", "github.com:443", true),
            ("github.com", "GitHub.com.:22", true),
            ("github.com", "github.com:80", true),
            ("github.com", "github.com:8080", false),
            ("github.com", "api.github.com:443", false),
            ("github.com", "evilgithub.com:443", false),
            ("github.com", "github.com.evil.org:443", false),
            ("GitHub.com.", "github.com:443", true),
            ("*.crates.io", "static.crates.io:443", true),
            ("*.crates.io", "a.b.crates.io:443", true),
            ("*.crates.io", "crates.io:443", false),
            ("*.crates.io", "evilcrates.io:443", false),
            ("*.crates.io:8443", "static.crates.io:8443", true),
            ("*.crates.io:8443", "static.crates.io:443", false),
            ("localhost:8080", "localhost:8080", true),
            ("localhost:8080", "localhost:443", false),
            ("10.1.2.3:5432", "10.1.2.3:5432", true),
            ("10.1.2.3", "10.1.2.4:443", false),
            ("10.1.2.3", "[::ffff:10.1.2.3]:443", true),
            ("10.0.0.0/8", "10.1.2.3:443", true),
            ("10.0.0.0/8", "11.1.2.3:443", false),
            ("[::1]:3000", "[::1]:3000", true),
            ("::1", "[::1]:80", true),
        ] {
            assert_eq!(allows(entry, asked), allowed, "{entry} for {asked}");
        }
    }

    #[test]
    fn private_addresses_are_named_themselves_and_with_their_port() {
        let hosts = Hosts::new(&[
            "git.corp.example",
            "10.1.0.0/16",
            "127.0.0.1:8080",
            "localhost:3000",
        ])
        .unwrap();
        for (asked, address, reached) in [
            ("git.corp.example:443", "10.1.2.3", true),
            ("git.corp.example:443", "10.2.0.1", false),
            ("git.corp.example:443", "127.0.0.1", false),
            ("127.0.0.1:8080", "127.0.0.1", true),
            ("localhost:3000", "127.0.0.1", true),
            ("localhost:3000", "::1", true),
            ("localhost:3000", "10.1.2.3", false),
        ] {
            let Answer::Allow { private } = answer(&hosts, asked) else {
                panic!("{asked} is refused");
            };
            assert_eq!(
                private.contains(address.parse().unwrap()),
                reached,
                "{asked} at {address}"
            );
        }
    }

    #[test]
    fn a_refusal_says_what_is_missing() {
        let hosts = Hosts::new(&["github.com"]).unwrap();
        for (asked, expected) in [
            ("evil.org:443", "`evil.org` is not among the hosts of the profile"),
            (
                "github.com:8080",
                "the profile names `github.com`, but not its port 8080",
            ),
        ] {
            let why = expected.to_owned();
            assert_eq!(answer(&hosts, asked), Answer::Refuse { why });
        }
    }

    #[test]
    fn an_entry_that_names_nothing_is_an_error() {
        for (entry, message) in [
            (
                "https://github.com",
                "`https://github.com` is not a block of addresses: a block begins with an address",
            ),
            ("", "`` is not a host: a host name or one of its labels is empty"),
            ("*", "`*`: a `*.` stands before a name"),
            ("a.*.org", "`a.*.org`: a `*.` stands before a name"),
            ("*.10.0.0.1", "`*.10.0.0.1`: a `*.` stands before a name"),
            (
                "127.1",
                "`127.1` is not a host: an address is written with four decimals, or as IPv6",
            ),
            ("a:0", "`a:0` is not a host: a port is a number from 1 to 65535"),
        ] {
            let error = Hosts::new(&[entry]).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
