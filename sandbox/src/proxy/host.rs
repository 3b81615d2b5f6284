//! The host that a connection is asked for: a name in its one spelling, or an address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

/// Bytes of a name without its final dot (RFC 1035 section 3.1 allows 255 on the wire).
const NAME_BYTES: usize = 253;
/// Bytes of one label (RFC 1035 section 2.3.4).
const LABEL_BYTES: usize = 63;

/// A host in its one spelling.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Host {
    /// A name: lower case, without a final dot, letters, digits, `-`, `_` and `.` alone, and no spelling of an address.
    /// International names stand in their `xn--` form.
    Name(Box<str>),
    /// An address. One of IPv4 that is written as IPv6 (`::ffff:a.b.c.d`) is the one of IPv4.
    Address(IpAddr),
}

/// Why a text is no host.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum HostError {
    /// Nothing, or an empty label.
    #[error("a host name or one of its labels is empty")]
    Empty,
    /// More than 253 bytes, or a label of more than 63.
    #[error("a host name or one of its labels is too long")]
    Long,
    /// Something else than letters, digits, `-`, `_` and `.`.
    #[error(
        "a host name has letters, digits, `-`, `_` and `.` only; international names are written `xn--…`"
    )]
    Character,
    /// The last label is a number, and the whole is not an address of four plain decimals: `127.1`, `0x7f.1`,
    /// `2130706433`. Resolvers take these for addresses, and differ in which.
    #[error("an address is written with four decimals, or as IPv6")]
    Numeric,
    /// Brackets without an IPv6 address in them, or something else than a port behind them.
    #[error("brackets hold an IPv6 address, and a port may follow")]
    Brackets,
    /// A port that is not from 1 to 65535 in decimals.
    #[error("a port is a number from 1 to 65535")]
    Port,
}

impl Host {
    /// The host that a text names, without port and without brackets.
    ///
    /// # Errors
    ///
    /// When it is neither a name nor an address.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self::from(IpAddr::V6(address)));
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Address(IpAddr::V4(address)));
        }
        if text.len() > NAME_BYTES {
            return Err(HostError::Long);
        }
        for label in text.split('.') {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            match label.len() {
                0 => return Err(HostError::Empty),
                1..=LABEL_BYTES => {}
                _ => return Err(HostError::Long),
            }
            if !label.bytes().all(is_plain) {
                return Err(HostError::Character);
            }
        }
        let name = text.to_ascii_lowercase();
        if name.rsplit('.').next().is_some_and(is_number) {
            return Err(HostError::Numeric);
        }
        Ok(Self::Name(name.into()))
    }

    /// The host and the port of `host`, `host:port`, `[address]` or `[address]:port`.
    ///
    /// # Errors
    ///
    /// When the host is none, or the port is no number from 1 to 65535.
    pub fn with_port(text: &str) -> Result<(Self, Option<u16>), HostError> {
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (address, behind) = bracketed.split_once(']').ok_or(HostError::Brackets)?;
                let address: Ipv6Addr = address.parse().map_err(|_| HostError::Brackets)?;
                let port = match behind {
                    "" => None,
                    _ => Some(behind.strip_prefix(':').ok_or(HostError::Brackets)?),
                };
                (Self::from(IpAddr::V6(address)), port)
            }
            None => match text.split_once(':') {
                Some((host, port)) => (Self::parse(host)?, Some(port)),
                None => (Self::parse(text)?, None),
            },
        };
        Ok((host, port.map(port_of).transpose()?))
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Address(address) => write!(formatter, "{address}"),
        }
    }
}

/// Whether a resolver may take a last label for a number, and so the whole for an address.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x");
    hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || label.bytes().all(|byte| byte.is_ascii_digit())
}

fn port_of(text: &str) -> Result<u16, HostError> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if port != 0 && is_plain => Ok(port),
        Ok(_) | Err(_) => Err(HostError::Port),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_host_has_one_spelling() {
        let long = format!("{}.org", "a".repeat(64));
        let longer = ["abcdefg."; 32].concat() + "org";
        for (text, host) in [
            ("Example.ORG", Ok("example.org")),
            ("example.org.", Ok("example.org")),
            ("xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("_dmarc.example.org", Ok("_dmarc.example.org")),
            ("localhost", Ok("localhost")),
            ("4chan.org", Ok("4chan.org")),
            ("192.0.2.1.nip.io", Ok("192.0.2.1.nip.io")),
            ("0x.org", Ok("0x.org")),
            ("10.0.0.1", Ok("10.0.0.1")),
            ("10.0.0.1.", Ok("10.0.0.1")),
            ("::1", Ok("::1")),
            ("::FFFF:127.0.0.1", Ok("127.0.0.1")),
            ("2001:DB8::1", Ok("2001:db8::1")),
            ("", Err(HostError::Empty)),
            (".", Err(HostError::Empty)),
            ("example.org..", Err(HostError::Empty)),
            (".example.org", Err(HostError::Empty)),
            ("a..b", Err(HostError::Empty)),
            (long.as_str(), Err(HostError::Long)),
            (longer.as_str(), Err(HostError::Long)),
            ("bücher.example", Err(HostError::Character)),
            ("example.org\0.evil.org", Err(HostError::Character)),
            ("example.org%00", Err(HostError::Character)),
            ("a b", Err(HostError::Character)),
            ("user@example.org", Err(HostError::Character)),
            ("*.example.org", Err(HostError::Character)),
            ("127.1", Err(HostError::Numeric)),
            ("2130706433", Err(HostError::Numeric)),
            ("0x7f.1", Err(HostError::Numeric)),
            ("0X7F000001", Err(HostError::Numeric)),
            ("127.0.0.0x1", Err(HostError::Numeric)),
            ("0177.0.0.1", Err(HostError::Numeric)),
            ("1.2.3.4.5", Err(HostError::Numeric)),
            ("256.1.1.1", Err(HostError::Numeric)),
            ("example.0x", Err(HostError::Numeric)),
            ("fe80::1%eth0", Err(HostError::Character)),
        ] {
            let parsed = Host::parse(text).map(|host| host.to_string());
            assert_eq!(parsed.as_deref(), host.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn a_port_stands_behind_the_host() {
        for (text, parts) in [
            ("example.org", Ok(("example.org", None))),
            ("example.org:443", Ok(("example.org", Some(443)))),
            ("[::1]:8080", Ok(("::1", Some(8080)))),
            ("[::1]", Ok(("::1", None))),
            ("[::ffff:10.0.0.1]:80", Ok(("10.0.0.1", Some(80)))),
            ("example.org:", Err(HostError::Port)),
            ("example.org:0", Err(HostError::Port)),
            ("example.org:65536", Err(HostError::Port)),
            ("example.org:+80", Err(HostError::Port)),
            ("example.org:http", Err(HostError::Port)),
            ("::1:80", Err(HostError::Empty)),
            ("[::1", Err(HostError::Brackets)),
            ("[::1]80", Err(HostError::Brackets)),
            ("[example.org]:80", Err(HostError::Brackets)),
            ("[127.0.0.1]:80", Err(HostError::Brackets)),
        ] {
            let parsed = Host::with_port(text).map(|(host, port)| (host.to_string(), port));
            let parsed = parsed.as_ref().map(|(host, port)| (host.as_str(), *port));
            assert_eq!(parsed, parts.as_ref().copied(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_spelling_is_its_own_spelling(text in "[a-zA-Z0-9.:_\\[\\]x-]{0,40}|\\PC{0,20}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(&host.to_string()), Ok(host));
            }
            Host::with_port(&text).ok();
        }
    }
}
