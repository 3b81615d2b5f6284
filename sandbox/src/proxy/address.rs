//! Addresses that are not the public network: what they are, and blocks of addresses that a policy may name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use thiserror::Error;

/// What an address is where it is not a host of the public network. The ranges are those of the IANA special-purpose
/// address registries (RFC 6890), read strictly.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Special {
    /// `0.0.0.0/8`, `::`
    Unspecified,
    /// `127.0.0.0/8`, `::1`
    Loopback,
    /// RFC 1918, unique-local and site-local addresses.
    Private,
    /// `169.254.0.0/16`, `fe80::/10`
    LinkLocal,
    /// Where clouds tell a machine its credentials.
    Metadata,
    /// `100.64.0.0/10`: between a carrier and its customers.
    Shared,
    /// Group addresses, and the broadcast address.
    Multicast,
    /// Documentation, benchmarks, what is not assigned, and what carries an address of IPv4 in one of IPv6.
    Reserved,
    /// An address of this very machine, from whatever range.
    Own,
}

impl Special {
    /// What the address is by its bits alone; `None` for one of the public network.
    pub fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// The same, and whether it is this machine's, which is asked of the kernel's routes. Nothing is sent.
    pub(super) fn here(address: IpAddr) -> Option<Self> {
        Self::of(address).or_else(|| is_own(address).then_some(Self::Own))
    }

    /// A name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Metadata => "metadata",
            Self::Shared => "shared",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
            Self::Own => "own",
        }
    }
}

impl fmt::Display for Special {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

fn of_v4(address: Ipv4Addr) -> Option<Special> {
    let kind = match address.octets() {
        // The credentials of AWS and most others, of Alibaba, Azure and Oracle.
        [169, 254, 169, 254] | [100, 100, 100, 200] | [168, 63, 129, 16] | [192, 0, 0, 192] => {
            Special::Metadata
        }
        [0, ..] => Special::Unspecified,
        [127, ..] => Special::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Special::Private,
        [169, 254, ..] => Special::LinkLocal,
        [100, 64..=127, ..] => Special::Shared,
        [224..=239, ..] | [255, 255, 255, 255] => Special::Multicast,
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Special::Reserved,
        _ => return None,
    };
    Some(kind)
}

fn of_v6(address: Ipv6Addr) -> Option<Special> {
    let kind = match address.segments() {
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] => {
            Special::Metadata
        }
        [0, 0, 0, 0, 0, 0, 0, 0] => Special::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Special::Loopback,
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Special::Private,
        [0xfe80..=0xfebf, ..] => Special::LinkLocal,
        [0xff00..=0xffff, ..] => Special::Multicast,
        // NAT64 (RFC 6052): a public address of IPv4 is reached this way in networks that have IPv6 only.
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => {
            let bits = (u32::from(high) << 16) | u32::from(low);
            return of_v4(Ipv4Addr::from_bits(bits));
        }
        // IETF protocols with Teredo and benchmarks, documentation, 6to4, and ISATAP, where the last bits are an address of
        // IPv4 (RFC 5214 section 6.1).
        [0x2001, 0..=0x01ff | 0x0db8, ..]
        | [0x2002, ..]
        | [0x3fff, 0..=0x0fff, ..]
        | [_, _, _, _, 0x0000 | 0x0200, 0x5efe, _, _] => Special::Reserved,
        // Everything else that is assigned to hosts.
        [0x2000..=0x3fff, ..] => return None,
        _ => Special::Reserved,
    };
    Some(kind)
}

/// Whether the kernel would use this address as its own end of a connection to it, which it does for its own alone.
fn is_own(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let Ok(socket) = UdpSocket::bind(SocketAddr::new(any, 0)) else {
        // Nothing is known, and nothing of this family could be connected to.
        return true;
    };
    let connected = socket.connect(SocketAddr::new(address, 9));
    connected.is_ok() && socket.local_addr().is_ok_and(|local| local.ip() == address)
}

/// A block of addresses: `10.0.0.0/8`, or one alone.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Block {
    first: IpAddr,
    prefix: u8,
}

/// Why a text is no block of addresses.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum BlockError {
    /// No address before the `/`.
    #[error("a block begins with an address")]
    Address,
    /// No number behind it, or a greater one than the address has bits.
    #[error("behind the `/` of a block stands how many of its bits are fixed")]
    Prefix,
    /// Bits are set that the prefix does not fix.
    #[error("the bits of a block's address behind its prefix are zero")]
    Bits,
}

impl Block {
    /// One address.
    pub fn one(address: IpAddr) -> Self {
        let first = address.to_canonical();
        Self {
            first,
            prefix: bits(first).1,
        }
    }

    /// The block that `address/prefix` writes.
    ///
    /// # Errors
    ///
    /// When it writes none. Bits behind the prefix are an error, as they are more likely a slip than meant.
    pub fn parse(text: &str) -> Result<Self, BlockError> {
        let (address, prefix) = text.split_once('/').ok_or(BlockError::Prefix)?;
        let first: IpAddr = address.parse().map_err(|_| BlockError::Address)?;
        if first != first.to_canonical() {
            return Err(BlockError::Address);
        }
        let is_plain = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u8 = prefix.parse().map_err(|_| BlockError::Prefix)?;
        let (value, width) = bits(first);
        if prefix > width || !is_plain {
            return Err(BlockError::Prefix);
        }
        if value != masked(value, prefix, width) {
            return Err(BlockError::Bits);
        }
        Ok(Self { first, prefix })
    }

    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let ((own, width), (other, others_width)) = (bits(self.first), bits(address.to_canonical()));
        width == others_width && own == masked(other, self.prefix, width)
    }
}

/// The bits of an address, and how many they are.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

fn masked(value: u128, prefix: u8, width: u8) -> u128 {
    let free = u32::from(width.saturating_sub(prefix));
    let fixed = value.checked_shr(free).unwrap_or(0);
    fixed.checked_shl(free).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_is_told_apart() {
        use Special::{LinkLocal, Loopback, Metadata, Multicast, Private, Reserved, Shared, Unspecified};
        for (text, special) in [
            ("1.1.1.1", None),
            ("172.15.255.255", None),
            ("172.32.0.0", None),
            ("100.63.255.255", None),
            ("100.128.0.0", None),
            ("223.255.255.255", None),
            ("2606:4700::1111", None),
            ("2a00:1450:4001::1", None),
            ("64:ff9b::1.1.1.1", None),
            ("0.0.0.0", Some(Unspecified)),
            ("0.1.2.3", Some(Unspecified)),
            ("127.0.0.1", Some(Loopback)),
            ("127.255.0.9", Some(Loopback)),
            ("10.1.2.3", Some(Private)),
            ("172.16.0.1", Some(Private)),
            ("172.31.255.255", Some(Private)),
            ("192.168.1.1", Some(Private)),
            ("169.254.1.1", Some(LinkLocal)),
            ("169.254.169.254", Some(Metadata)),
            ("100.100.100.200", Some(Metadata)),
            ("168.63.129.16", Some(Metadata)),
            ("100.64.0.1", Some(Shared)),
            ("100.127.255.255", Some(Shared)),
            ("224.0.0.1", Some(Multicast)),
            ("255.255.255.255", Some(Multicast)),
            ("192.0.2.1", Some(Reserved)),
            ("198.51.100.1", Some(Reserved)),
            ("203.0.113.1", Some(Reserved)),
            ("198.19.0.1", Some(Reserved)),
            ("192.88.99.1", Some(Reserved)),
            ("240.0.0.1", Some(Reserved)),
            ("::", Some(Unspecified)),
            ("::1", Some(Loopback)),
            ("::ffff:127.0.0.1", Some(Loopback)),
            ("::ffff:169.254.169.254", Some(Metadata)),
            ("::127.0.0.1", Some(Reserved)),
            ("::ffff:0:127.0.0.1", Some(Reserved)),
            ("64:ff9b::127.0.0.1", Some(Loopback)),
            ("64:ff9b::10.0.0.1", Some(Private)),
            ("64:ff9b:1::a00:1", Some(Reserved)),
            ("2002:7f00:1::", Some(Reserved)),
            ("2001:0:7f00:1::", Some(Reserved)),
            ("2001:db8::1", Some(Reserved)),
            ("3fff:fff::1", Some(Reserved)),
            ("2a00::5efe:7f00:1", Some(Reserved)),
            ("100::1", Some(Reserved)),
            ("fc00::1", Some(Private)),
            ("fd12::1", Some(Private)),
            ("fd00:ec2::254", Some(Metadata)),
            ("fec0::1", Some(Private)),
            ("fe80::1", Some(LinkLocal)),
            ("ff02::1", Some(Multicast)),
            ("4000::1", Some(Reserved)),
        ] {
            assert_eq!(Special::of(text.parse().unwrap()), special, "{text}");
        }
    }

    #[test]
    fn the_kernel_knows_its_own_addresses() {
        assert!(is_own(Ipv4Addr::LOCALHOST.into()));
        assert!(!is_own("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn a_block_holds_what_its_prefix_says() {
        for (block, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("0.0.0.0/0", "203.0.113.1", "::1"),
            ("127.0.0.1/32", "127.0.0.1", "127.0.0.2"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::a00:1"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::/0", "::1", "127.0.0.1"),
        ] {
            let parsed = Block::parse(block).unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{block} has {inside}");
            assert!(
                !parsed.contains(outside.parse().unwrap()),
                "{block} has not {outside}"
            );
        }
        for (text, error) in [
            ("10.0.0.0", BlockError::Prefix),
            ("10.0.0.0/33", BlockError::Prefix),
            ("10.0.0.0/+8", BlockError::Prefix),
            ("10.0.0.0/", BlockError::Prefix),
            ("10.0.0.1/8", BlockError::Bits),
            ("::ffff:10.0.0.0/104", BlockError::Address),
            ("example.org/8", BlockError::Address),
        ] {
            assert_eq!(Block::parse(text), Err(error), "{text}");
        }
        let one = Block::one("::1".parse().unwrap());
        assert!(one.contains("::1".parse().unwrap()) && !one.contains("::2".parse().unwrap()));
    }
}
