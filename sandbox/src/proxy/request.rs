//! The head of an HTTP request, read strictly, and the head that is sent on in its place.

use std::io::Write;

use super::{Destination, Host};

/// The most header fields of a request.
const FIELDS: usize = 100;
/// Fields that concern one connection only (RFC 9110 section 7.6.1), or a proxy alone.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What the bytes that a client sent read as.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Head {
    /// The end of the head is missing.
    Partial,
    /// A request, and how many bytes its head has.
    Whole(Request, usize),
    /// No request that is carried.
    Refused(Status),
}

/// What a client asks a proxy for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Request {
    /// A tunnel.
    Connect(Destination),
    /// One request in plain text.
    Plain(Plain),
}

/// A request in plain text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Plain {
    /// Where to.
    pub(super) destination: Destination,
    /// The head to send: one request, to that host, after which the server closes.
    pub(super) head: Vec<u8>,
    /// Bytes of content that follow the head.
    pub(super) content: u64,
}

/// An answer of the proxy itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    Malformed,
    Forbidden,
    NotInTime,
    LengthRequired,
    TooLarge,
    Unreachable,
}

impl Status {
    /// The status line's number and words.
    const fn line(self) -> &'static str {
        match self {
            Self::Malformed => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotInTime => "408 Request Timeout",
            Self::LengthRequired => "411 Length Required",
            Self::TooLarge => "431 Request Header Fields Too Large",
            Self::Unreachable => "502 Bad Gateway",
        }
    }

    /// Why, where nobody knows it better.
    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::Malformed => "the request is malformed, or its Host is not the host that it asks for",
            Self::Forbidden => "the host is refused",
            Self::NotInTime => "the request did not come in time",
            Self::LengthRequired => "content needs a Content-Length, or a tunnel by CONNECT",
            Self::TooLarge => "the head of the request is too large",
            Self::Unreachable => "the host was not reached",
        }
    }

    /// The whole answer, which ends the connection.
    pub(super) fn answer(self, why: &str) -> Vec<u8> {
        let line = self.line();
        let length = why.len().saturating_add(1);
        format!(
            "HTTP/1.1 {line}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{why}\n"
        )
        .into_bytes()
    }
}

/// Reads what a client asks the proxy for: `CONNECT host:port`, or a request with an absolute `http://` target.
pub(super) fn read(bytes: &[u8], bound: usize) -> Head {
    head(bytes, bound, None)
}

/// Reads the request that a client sends through a tunnel to a port that speaks plain HTTP.
pub(super) fn read_within(tunnel: &Destination, bytes: &[u8], bound: usize) -> Head {
    head(bytes, bound, Some(tunnel))
}

fn head(bytes: &[u8], bound: usize, tunnel: Option<&Destination>) -> Head {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    let seen = bytes.get(..bound).unwrap_or(bytes);
    let length = match parsed.parse(seen) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if seen.len() < bound => return Head::Partial,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return Head::Refused(Status::TooLarge);
        }
        Err(_) => return Head::Refused(Status::Malformed),
    };
    let (Some(method), Some(target)) = (parsed.method, parsed.path) else {
        return Head::Refused(Status::Malformed);
    };
    let request = match (tunnel, method) {
        (None, "CONNECT") => connect(target, parsed.headers).map(Request::Connect),
        (Some(_), "CONNECT") => Err(Status::Malformed),
        (tunnel, method) => plain(method, target, parsed.headers, tunnel).map(Request::Plain),
    };
    match request {
        Ok(request) => Head::Whole(request, length),
        Err(status) => Head::Refused(status),
    }
}

fn connect(target: &str, fields: &[httparse::Header<'_>]) -> Result<Destination, Status> {
    let (Ok((host, Some(port))), named) = (Host::with_port(target), single(fields, "host")?) else {
        return Err(Status::Malformed);
    };
    // Some clients leave the port out of the field, or leave out the field.
    let is_same = |named| {
        Host::with_port(named).is_ok_and(|(named, its)| named == host && its.is_none_or(|its| its == port))
    };
    if !named.is_none_or(is_same) {
        return Err(Status::Malformed);
    }
    Ok(Destination::new(host, port))
}

fn plain(
    method: &str,
    target: &str,
    fields: &[httparse::Header<'_>],
    tunnel: Option<&Destination>,
) -> Result<Plain, Status> {
    let (destination, path) = match tunnel {
        None => absolute(target),
        Some(tunnel) if target.starts_with('/') => Some((tunnel.clone(), target.to_owned())),
        Some(tunnel) => absolute(target).filter(|(named, _)| named == tunnel),
    }
    .filter(|(_, path)| !path.contains('#'))
    .ok_or(Status::Malformed)?;
    let named = single(fields, "host")?.ok_or(Status::Malformed)?;
    let (host, port) = Host::with_port(named).map_err(|_| Status::Malformed)?;
    if host != destination.host || port.unwrap_or(80) != destination.port {
        return Err(Status::Malformed);
    }
    if fields
        .iter()
        .any(|field| field.name.eq_ignore_ascii_case("transfer-encoding"))
    {
        return Err(Status::LengthRequired);
    }
    let content = match single(fields, "content-length")? {
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map_err(|_| Status::Malformed)?
        }
        Some(_) => return Err(Status::Malformed),
        None => 0,
    };
    let head = sent(method, &path, &destination, fields).ok_or(Status::Malformed)?;
    Ok(Plain {
        destination,
        head,
        content,
    })
}

/// The destination and the path of `http://host:port/path`.
fn absolute(target: &str) -> Option<(Destination, String)> {
    let (scheme, rest) = target.split_at_checked("http://".len())?;
    if !scheme.eq_ignore_ascii_case("http://") {
        return None;
    }
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(end) => rest.split_at_checked(end)?,
        None => (rest, ""),
    };
    let (host, port) = Host::with_port(authority).ok()?;
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    Some((Destination::new(host, port.unwrap_or(80)), path))
}

/// The value of a field that may stand once. Twice, or with something else than text, is malformed.
fn single<'a>(fields: &[httparse::Header<'a>], name: &str) -> Result<Option<&'a str>, Status> {
    let mut found = fields
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(field), None) => match str::from_utf8(field.value) {
            Ok(text) => Ok(Some(text.trim_matches([' ', '\t']))),
            Err(_) => Err(Status::Malformed),
        },
        (Some(_), Some(_)) => Err(Status::Malformed),
    }
}

/// The head that is sent on. Nothing in it is taken from the client's bytes but what was read as a part.
fn sent(
    method: &str,
    path: &str,
    destination: &Destination,
    fields: &[httparse::Header<'_>],
) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    let named = match destination.port {
        80 => destination.to_string().trim_end_matches(":80").to_owned(),
        _ => destination.to_string(),
    };
    write!(
        head,
        "{method} {path} HTTP/1.1\r\nHost: {named}\r\nConnection: close\r\n"
    )
    .ok()?;
    let dropped = |name: &str| {
        let named_by_connection = fields
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case("connection"));
        let mut options = named_by_connection.flat_map(|field| field.value.split(|byte| *byte == b','));
        name.eq_ignore_ascii_case("host")
            || HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name))
            || (!name.eq_ignore_ascii_case("content-length")
                && options.any(|option| option.trim_ascii().eq_ignore_ascii_case(name.as_bytes())))
    };
    for field in fields.iter().filter(|field| !dropped(field.name)) {
        write!(head, "{}: ", field.name).ok()?;
        head.extend_from_slice(field.value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    Some(head)
}

#[cfg(test)]
mod tests;
