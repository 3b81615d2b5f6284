//! `network_rule`: connections to one host.

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::Given;
use crate::{NetworkRule, Protocol};

const PARAMETERS: &[&str] = &["host", "protocol", "decision", "justification"];

/// Makes the rule of one call.
pub(super) fn call(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(run, "network_rule", PARAMETERS, arguments);
    let host = host(run, &given)?;
    let protocol = protocol(run, &given);
    let decision = match given.needed(run, "decision") {
        Some(_) => given.decision(run, Some("deny")),
        None => None,
    };
    let justification = given.justification(run)?;
    if let (Some(host), Some(protocol), Some(decision), Some(origin)) =
        (host, protocol, decision, run.origin(given.place))
    {
        run.store.network.push(NetworkRule {
            host,
            protocol,
            decision,
            justification,
            origin,
        });
    }
    Ok(())
}

fn host(run: &mut Interpreter<'_>, given: &Given) -> Result<Option<Box<str>>, Stop> {
    let Some(value) = given.needed(run, "host") else {
        return Ok(None);
    };
    let Some(text) = given.text(run, "host", &value) else {
        return Ok(None);
    };
    run.heap.meter.keep(&text.text)?;
    let normal = normal_host(&text.text);
    if normal.is_none() {
        let place = run.place_of(&value, given.place);
        let message = format!("`{}` is not a host name or address", text.text);
        let stop = Stop::new(LoadCode::Host, message).at(place);
        run.report(stop.help("a host is named without scheme, path or wildcard: `api.github.com`"));
    }
    Ok(normal)
}

fn protocol(run: &mut Interpreter<'_>, given: &Given) -> Option<Protocol> {
    let value = given.needed(run, "protocol")?;
    let word = given.text(run, "protocol", &value)?;
    match &*word.text {
        "http" => Some(Protocol::Http),
        "https" | "https_connect" | "http-connect" => Some(Protocol::Https),
        "socks5_tcp" => Some(Protocol::Socks5Tcp),
        "socks5_udp" => Some(Protocol::Socks5Udp),
        other => {
            let place = run.place_of(&value, given.place);
            let stop = Stop::new(LoadCode::Protocol, format!("`{other}` is not a protocol")).at(place);
            run.report(stop.help("a protocol is `http`, `https`, `socks5_tcp` or `socks5_udp`"));
            None
        }
    }
}

/// The host alone, in lower case: without blanks around it, port, brackets of an IPv6 address and final dots.
/// `None` where it is a URL, holds blanks or wildcards, or nothing is left.
fn normal_host(text: &str) -> Option<Box<str>> {
    let text = text.trim();
    if text.contains("://") || text.contains(['/', '?', '#', '*']) || text.contains(char::is_whitespace) {
        return None;
    }
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let host = if let Some(bracketed) = text.strip_prefix('[') {
        let (address, after) = bracketed.split_once(']')?;
        let port = after.strip_prefix(':');
        if !after.is_empty() && !port.is_some_and(is_port) {
            return None;
        }
        address
    } else {
        match text.split_once(':') {
            // More than one colon is an IPv6 address without brackets.
            Some((_, rest)) if rest.contains(':') => text,
            Some((host, port)) if is_port(port) => host,
            Some(_) => return None,
            None => text,
        }
    };
    let host = host.trim_end_matches('.').to_lowercase();
    (!host.is_empty()).then(|| host.into())
}

#[cfg(test)]
mod tests {
    use super::normal_host;

    #[test]
    fn hosts_are_normalised() {
        for (text, host) in [
            (" API.GitHub.com. ", Some("api.github.com")),
            ("example.org:8443", Some("example.org")),
            ("[::1]:80", Some("::1")),
            ("[::1]", Some("::1")),
            ("fe80::1", Some("fe80::1")),
            ("https://example.org", None),
            ("example.org/path", None),
            ("*.example.org", None),
            ("a b", None),
            ("example.org:http", None),
            ("...", None),
            ("", None),
        ] {
            assert_eq!(normal_host(text).as_deref(), host, "{text}");
        }
    }
}
