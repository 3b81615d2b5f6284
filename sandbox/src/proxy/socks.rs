//! The two messages of a SOCKS5 client (RFC 1928), and what it is answered.

use std::net::IpAddr;

use super::{Destination, Host};

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const CONNECT: u8 = 1;

/// The most bytes of both messages: 257 of the greeting, 262 of the request.
pub(super) const BOUND: usize = 519;
/// The method is chosen: no authentication.
pub(super) const WELCOME: [u8; 2] = [VERSION, NO_AUTHENTICATION];
/// None of the methods is acceptable.
pub(super) const NO_METHOD: [u8; 2] = [VERSION, 0xff];

/// What a message reads as.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Message<T> {
    /// Bytes are missing.
    Partial,
    /// What it says, and how many bytes it has.
    Whole(T, usize),
    /// It is not of this protocol, or asks for something that is not offered.
    Refused(Reply),
}

/// What a request is answered; the numbers are those of RFC 1928 section 6.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reply {
    Succeeded = 0,
    Failure = 1,
    NotAllowed = 2,
    HostUnreachable = 4,
    ConnectionRefused = 5,
    CommandNotSupported = 7,
    AddressTypeNotSupported = 8,
}

impl Reply {
    /// The bytes of the answer. The address that the connection has on this side is nobody's business.
    pub(super) const fn bytes(self) -> [u8; 10] {
        [VERSION, self as u8, 0, 1, 0, 0, 0, 0, 0, 0]
    }
}

/// Reads the greeting: whether the client does without authentication.
pub(super) fn greeting(bytes: &[u8]) -> Message<bool> {
    match bytes {
        [] | [VERSION] => Message::Partial,
        [VERSION, count, rest @ ..] => match rest.get(..usize::from(*count)) {
            Some(methods) => Message::Whole(
                methods.contains(&NO_AUTHENTICATION),
                methods.len().saturating_add(2),
            ),
            None => Message::Partial,
        },
        _ => Message::Refused(Reply::Failure),
    }
}

/// Reads the request: where to connect to.
pub(super) fn request(bytes: &[u8]) -> Message<Destination> {
    let [version, command, 0, kind, rest @ ..] = bytes else {
        return match bytes {
            [] | [VERSION] | [VERSION, _] | [VERSION, _, 0] => Message::Partial,
            _ => Message::Refused(Reply::Failure),
        };
    };
    if *version != VERSION {
        return Message::Refused(Reply::Failure);
    }
    if *command != CONNECT {
        return Message::Refused(Reply::CommandNotSupported);
    }
    let read = match kind {
        1 => rest
            .split_first_chunk::<4>()
            .map(|(octets, rest)| (Some(IpAddr::from(*octets).into()), rest)),
        3 => rest.split_first().and_then(|(length, rest)| {
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let text = str::from_utf8(name).ok();
            Some((text.and_then(|text| Host::parse(text).ok()), rest))
        }),
        4 => rest
            .split_first_chunk::<16>()
            .map(|(octets, rest)| (Some(IpAddr::from(*octets).into()), rest)),
        _ => return Message::Refused(Reply::AddressTypeNotSupported),
    };
    let Some((host, rest)) = read else {
        return Message::Partial;
    };
    let Some((port, rest)) = rest.split_first_chunk() else {
        return Message::Partial;
    };
    match (host, u16::from_be_bytes(*port)) {
        (None, _) | (_, 0) => Message::Refused(Reply::NotAllowed),
        (Some(host), port) => Message::Whole(
            Destination::new(host, port),
            bytes.len().saturating_sub(rest.len()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_greeting_offers_methods() {
        for (bytes, message) in [
            (&[][..], Message::Partial),
            (&[5], Message::Partial),
            (&[5, 1], Message::Partial),
            (&[5, 1, 0], Message::Whole(true, 3)),
            (&[5, 2, 2, 0, 9], Message::Whole(true, 4)),
            (&[5, 1, 2], Message::Whole(false, 3)),
            (&[5, 0], Message::Whole(false, 2)),
            (&[4, 1, 0, 80], Message::Refused(Reply::Failure)),
            (b"GET / HTTP/1.1", Message::Refused(Reply::Failure)),
        ] {
            assert_eq!(greeting(bytes), message, "{bytes:?}");
        }
    }

    #[test]
    fn a_request_names_a_destination() {
        let of = |text: &str, port| Destination::new(Host::parse(text).unwrap(), port);
        for (bytes, message) in [
            (
                &[5, 1, 0, 1, 10, 0, 0, 1, 0, 80][..],
                Message::Whole(of("10.0.0.1", 80), 10),
            ),
            (
                b"\x05\x01\x00\x03\x05A.org\x01\xbbmore",
                Message::Whole(of("a.org", 443), 12),
            ),
            (
                b"\x05\x01\x00\x03\x08127.0.0.\x01\xbb",
                Message::Refused(Reply::NotAllowed),
            ),
            (
                b"\x05\x01\x00\x03\x09127.0.0.1\x01\xbb",
                Message::Whole(of("127.0.0.1", 443), 16),
            ),
            (
                b"\x05\x01\x00\x03\x05127.1\x01\xbb",
                Message::Refused(Reply::NotAllowed),
            ),
            (
                b"\x05\x01\x00\x03\x00\x01\xbb",
                Message::Refused(Reply::NotAllowed),
            ),
            (
                b"\x05\x01\x00\x03\x01\xff\x01\xbb",
                Message::Refused(Reply::NotAllowed),
            ),
            (
                &[
                    5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1, 0, 22,
                ],
                Message::Whole(of("127.0.0.1", 22), 22),
            ),
            (
                &[5, 1, 0, 1, 10, 0, 0, 1, 0, 0],
                Message::Refused(Reply::NotAllowed),
            ),
            (&[5, 1, 0, 1, 10, 0, 0, 1, 0], Message::Partial),
            (&[5, 1, 0, 1, 10], Message::Partial),
            (&[5, 1, 0, 3], Message::Partial),
            (&[5, 1, 0, 3, 9, b'a'], Message::Partial),
            (&[5, 1], Message::Partial),
            (
                &[5, 2, 0, 1, 10, 0, 0, 1, 0, 80],
                Message::Refused(Reply::CommandNotSupported),
            ),
            (
                &[5, 3, 0, 1, 10, 0, 0, 1, 0, 80],
                Message::Refused(Reply::CommandNotSupported),
            ),
            (
                &[5, 1, 0, 9, 10, 0, 0, 1, 0, 80],
                Message::Refused(Reply::AddressTypeNotSupported),
            ),
            (
                &[5, 1, 7, 1, 10, 0, 0, 1, 0, 80],
                Message::Refused(Reply::Failure),
            ),
            (&[4, 1, 0, 80], Message::Refused(Reply::Failure)),
        ] {
            assert_eq!(request(bytes), message, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), prefix in 0..5_usize) {
            let starts: [&[u8]; 5] = [&[], &[5, 1, 0], &[5, 1, 0, 3], &[5, 1, 0, 4], &[5, 1, 0, 1]];
            let bytes = [starts[prefix], &bytes].concat();
            for message in [greeting(&bytes) == Message::Partial, request(&bytes) == Message::Partial] {
                prop_assert!(!message || bytes.len() < BOUND);
            }
            if let Message::Whole(_, length) = request(&bytes) {
                prop_assert!(length <= bytes.len());
                prop_assert_eq!(request(&bytes[..length - 1]), Message::Partial);
            }
        }
    }
}
