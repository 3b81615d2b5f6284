//! The server name in the first message of a TLS client (RFC 8446 section 4.1.2, RFC 6066 section 3).

use super::Host;

/// The first byte of a TLS connection: a record that carries handshake messages.
pub(super) const HANDSHAKE: u8 = 22;
/// The most bytes that are looked at for a whole first message. Real ones stay below 4 KiB with post-quantum keys.
pub(super) const BOUND: usize = 16 * 1024;
/// A fatal alert `access_denied`, for a client whose first message is refused.
pub(super) const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 49];

const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// What the bytes that a client sent first are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Hello {
    /// The beginning of a first message.
    Partial,
    /// A whole first message with this name, or without one. Bytes may follow.
    Whole(Option<Host>),
    /// Something else, or longer than the bound.
    Broken,
}

/// Reads the first message, which may be spread over several records. An encrypted inner name is not seen: the outer
/// one counts.
pub(super) fn read(bytes: &[u8]) -> Hello {
    match message(bytes) {
        Ok(Some(message)) => body(&message).unwrap_or(Hello::Broken),
        Ok(None) if bytes.len() < BOUND => Hello::Partial,
        Ok(None) | Err(Broken) => Hello::Broken,
    }
}

/// The bytes cannot be the first message of a TLS client.
#[derive(Debug)]
struct Broken;

/// The first handshake message out of its records; `None` while bytes of it are missing.
fn message(bytes: &[u8]) -> Result<Option<Vec<u8>>, Broken> {
    let mut rest = bytes;
    let mut message = Vec::new();
    loop {
        let Some(([kind, major, _, high, low], fragment)) = rest.split_first_chunk() else {
            let begins_right = rest.first().is_none_or(|kind| *kind == HANDSHAKE)
                && rest.get(1).is_none_or(|major| *major == 3);
            return if begins_right { Ok(None) } else { Err(Broken) };
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *kind != HANDSHAKE || *major != 3 || length == 0 || length > BOUND {
            return Err(Broken);
        }
        let whole = fragment.split_at_checked(length);
        let (fragment, behind) = whole.unwrap_or((fragment, &[]));
        message.extend_from_slice(fragment);
        if let Some(([kind, length @ ..], body)) = message.split_first_chunk::<4>() {
            let [high, middle, low] = *length;
            let needed = usize::try_from(u32::from_be_bytes([0, high, middle, low])).map_err(|_| Broken)?;
            if *kind != CLIENT_HELLO || needed > BOUND {
                return Err(Broken);
            }
            if let Some(body) = body.get(..needed) {
                return Ok(Some(body.to_vec()));
            }
        } else if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
            return Err(Broken);
        }
        if whole.is_none() {
            return Ok(None);
        }
        rest = behind;
    }
}

/// The server name in the body of a first message.
fn body(bytes: &[u8]) -> Option<Hello> {
    // The version and 32 random bytes; session id, cipher suites, compression methods.
    let (_, rest) = bytes.split_at_checked(2 + 32)?;
    let (_, rest) = short(rest)?;
    let (_, rest) = long(rest)?;
    let (_, rest) = short(rest)?;
    if rest.is_empty() {
        return Some(Hello::Whole(None));
    }
    let (mut extensions, rest) = long(rest)?;
    let mut name = None;
    while !extensions.is_empty() {
        let (kind, behind) = extensions.split_first_chunk()?;
        let (value, behind) = long(behind)?;
        if u16::from_be_bytes(*kind) == SERVER_NAME && name.replace(server_name(value)?).is_some() {
            return None;
        }
        extensions = behind;
    }
    rest.is_empty().then_some(Hello::Whole(name))
}

/// The one name of a server name extension. More than one, or of another kind, is not understood.
fn server_name(value: &[u8]) -> Option<Host> {
    let (list, rest) = long(value)?;
    let (kind, entry) = list.split_first()?;
    let (name, behind) = long(entry)?;
    if *kind != HOST_NAME || !behind.is_empty() || !rest.is_empty() {
        return None;
    }
    Host::parse(str::from_utf8(name).ok()?).ok()
}

/// What a length of one byte measures, and what is behind it.
fn short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

/// What a length of two bytes measures, and what is behind it.
fn long(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measured(bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        [&length, bytes].concat()
    }

    fn extension(kind: u16, value: &[u8]) -> Vec<u8> {
        [&kind.to_be_bytes(), &*measured(value)].concat()
    }

    fn named(name: &str) -> Vec<u8> {
        extension(0, &measured(&[&[0][..], &measured(name.as_bytes())].concat()))
    }

    /// A message with these extensions.
    fn hello(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.push(0);
        body.extend(measured(&[0x13, 0x01]));
        body.extend([1, 0]);
        body.extend(measured(extensions));
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[1][..], &length[1..], &body].concat()
    }

    /// The message in records of at most so many bytes.
    fn records(message: &[u8], size: usize) -> Vec<u8> {
        let record = |part: &[u8]| [&[22, 3, 1][..], &measured(part)].concat();
        message.chunks(size).flat_map(record).collect()
    }

    fn whole(name: &str) -> Hello {
        Hello::Whole(Some(Host::parse(name).unwrap()))
    }

    #[test]
    fn the_name_is_found_however_the_message_is_cut() {
        let message = hello(
            &[
                extension(16, b"x"),
                named("Example.org"),
                extension(65037, b"ech"),
            ]
            .concat(),
        );
        for size in [1, 3, 4, 5, 64, 16_000] {
            let bytes = records(&message, size);
            for end in 0..bytes.len() {
                assert_eq!(
                    read(&bytes[..end]),
                    Hello::Partial,
                    "records of {size}, cut at {end}"
                );
            }
            assert_eq!(read(&bytes), whole("example.org"), "records of {size}");
            assert_eq!(
                read(&[&*bytes, b"more"].concat()),
                whole("example.org"),
                "records of {size}"
            );
        }
    }

    #[test]
    fn what_is_not_plainly_one_name_is_broken() {
        let good = records(&hello(&named("example.org")), 16_000);
        let two_names = [&measured(b"a.org")[..], &[0], &measured(b"b.org")].concat();
        let broken = |extensions: &[u8]| records(&hello(extensions), 16_000);
        let mut other_message = good.clone();
        other_message[5] = 2;
        let mut other_version = good.clone();
        other_version[1] = 2;
        let mut other_record = good.clone();
        other_record[0] = 23;
        let long = [&[22, 3, 1, 0x40, 0][..], &[1, 0, 0x41, 0]].concat();
        let interrupted = [&good[..0], &records(&[1, 0, 0], 3), &[23, 3, 1, 0, 1, 0]].concat();
        for (case, bytes) in [
            (
                "two extensions",
                broken(&[named("a.org"), named("a.org")].concat()),
            ),
            (
                "two names",
                broken(&extension(0, &measured(&[&[0][..], &two_names].concat()))),
            ),
            (
                "another kind of name",
                broken(&extension(
                    0,
                    &measured(&[&[1][..], &measured(b"a.org")].concat()),
                )),
            ),
            ("an empty extension", broken(&extension(0, b""))),
            ("a name with a zero byte", broken(&named("a.org\0.b.org"))),
            ("a name that is no host", broken(&named("bücher.example"))),
            ("an extension cut short", broken(&[0, 0, 0, 9, 1])),
            ("another message", other_message),
            ("another version", other_version),
            ("another record", other_record),
            ("an empty record", vec![22, 3, 1, 0, 0]),
            ("a message past the bound", long),
            ("another record between", interrupted),
            ("plain text", b"GET / HTTP/1.1\r\n".to_vec()),
            ("bytes of SSH", b"SSH-2.0-x\r\n".to_vec()),
        ] {
            assert_eq!(read(&bytes), Hello::Broken, "{case}");
        }
        let endless: Vec<u8> = records(&[&[1, 0, 0x40, 0][..], &[0; BOUND]].concat(), 1);
        assert_eq!(
            read(&endless[..BOUND]),
            Hello::Broken,
            "more records than the bound holds"
        );
    }

    #[test]
    fn a_message_may_be_without_a_name() {
        assert_eq!(
            read(&records(&hello(&extension(16, b"x")), 99)),
            Hello::Whole(None)
        );
        let mut bare = vec![1, 0, 0, 41, 3, 3];
        bare.extend([7; 32]);
        bare.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        assert_eq!(read(&records(&bare, 99)), Hello::Whole(None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            read(&bytes);
        }

        #[test]
        fn a_message_with_a_changed_byte_is_read(
            at in 0..90_usize, byte in any::<u8>(), size in 1..90_usize, end in 0..200_usize,
        ) {
            let mut bytes = records(&hello(&named("example.org")), size);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            read(&bytes);
            read(&bytes[..end.min(bytes.len())]);
        }
    }
}
