//! The head of an HTTP request, read strictly, and the head that is sent on in its place.

use std::io::Write;

use thiserror::Error;

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
    Refused(Fault),
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

/// Why a request is not carried.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub(super) enum Fault {
    #[error("the request is not one for a proxy, or is malformed")]
    Malformed,
    #[error("the request is for `{destination}`, and its Host is `{named}`")]
    OtherHost { destination: Destination, named: String },
    #[error("the request did not come in time")]
    NotInTime,
    #[error("content needs a Content-Length, or a tunnel by CONNECT")]
    LengthRequired,
    #[error("the head of the request is too large")]
    TooLarge,
}

impl Fault {
    /// The number and the words of the status line.
    pub(super) const fn status(&self) -> &'static str {
        match self {
            Self::Malformed => "400 Bad Request",
            Self::OtherHost { .. } => FORBIDDEN,
            Self::NotInTime => "408 Request Timeout",
            Self::LengthRequired => "411 Length Required",
            Self::TooLarge => "431 Request Header Fields Too Large",
        }
    }
}

/// The status of what is not allowed.
pub(super) const FORBIDDEN: &str = "403 Forbidden";
/// The status of what is allowed and was not reached.
pub(super) const UNREACHABLE: &str = "502 Bad Gateway";

/// An answer of the proxy itself, which ends the connection.
pub(super) fn answer(status: &str, why: &str) -> Vec<u8> {
    let length = why.len().saturating_add(1);
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{why}\n"
    )
    .into_bytes()
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
            return Head::Refused(Fault::TooLarge);
        }
        Err(_) => return Head::Refused(Fault::Malformed),
    };
    let (Some(method), Some(target)) = (parsed.method, parsed.path) else {
        return Head::Refused(Fault::Malformed);
    };
    let request = match (tunnel, method) {
        (None, "CONNECT") => connect(target, parsed.headers).map(Request::Connect),
        (Some(_), "CONNECT") => Err(Fault::Malformed),
        (tunnel, method) => plain(method, target, parsed.headers, tunnel).map(Request::Plain),
    };
    match request {
        Ok(request) => Head::Whole(request, length),
        Err(fault) => Head::Refused(fault),
    }
}

fn connect(target: &str, fields: &[httparse::Header<'_>]) -> Result<Destination, Fault> {
    let (Ok((host, Some(port))), named) = (Host::with_port(target), single(fields, "host")?) else {
        return Err(Fault::Malformed);
    };
    let destination = Destination::new(host, port);
    // Some clients leave the port out of the field, or leave out the field.
    match named {
        Some(named) => of_host(destination, named, port),
        None => Ok(destination),
    }
}

/// The destination, where the Host that is named is its own; without a port, it is this one.
fn of_host(destination: Destination, named: &str, port: u16) -> Result<Destination, Fault> {
    match Host::with_port(named) {
        Ok((host, its)) if host == destination.host && its.unwrap_or(port) == destination.port => {
            Ok(destination)
        }
        Ok(_) => Err(Fault::OtherHost {
            destination,
            named: named.to_owned(),
        }),
        Err(_) => Err(Fault::Malformed),
    }
}

fn plain(
    method: &str,
    target: &str,
    fields: &[httparse::Header<'_>],
    tunnel: Option<&Destination>,
) -> Result<Plain, Fault> {
    let (destination, path) = match tunnel {
        None => absolute(target),
        Some(tunnel) if target.starts_with('/') => Some((tunnel.clone(), target.to_owned())),
        Some(tunnel) => absolute(target).filter(|(named, _)| named == tunnel),
    }
    .filter(|(_, path)| !path.contains('#'))
    .ok_or(Fault::Malformed)?;
    let named = single(fields, "host")?.ok_or(Fault::Malformed)?;
    let destination = of_host(destination, named, 80)?;
    if fields
        .iter()
        .any(|field| field.name.eq_ignore_ascii_case("transfer-encoding"))
    {
        return Err(Fault::LengthRequired);
    }
    let content = match single(fields, "content-length")? {
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map_err(|_| Fault::Malformed)?
        }
        Some(_) => return Err(Fault::Malformed),
        None => 0,
    };
    let head = sent(method, &path, &destination, fields).ok_or(Fault::Malformed)?;
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
fn single<'a>(fields: &[httparse::Header<'a>], name: &str) -> Result<Option<&'a str>, Fault> {
    let mut found = fields
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(field), None) => match str::from_utf8(field.value) {
            Ok(text) => Ok(Some(text.trim_matches([' ', '\t']))),
            Err(_) => Err(Fault::Malformed),
        },
        (Some(_), Some(_)) => Err(Fault::Malformed),
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
