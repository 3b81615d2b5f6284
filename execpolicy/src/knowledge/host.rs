//! Hosts in URLs and in the ways that programs name machines.

use shell_parser::Value;

use crate::knowledge::effects::anything;

/// Where a destination leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Destination {
    /// A host, in lower case, without user and port; a name that a program knows stays as it is.
    Host(Value),
    /// A file of this machine: `file:///etc/passwd`, `../x`.
    File(Value),
    /// A program that is to connect: `ext::sh -c x`.
    Program,
}

/// Where a URL (`https://user@host:443/x`), a path on another machine (`user@host:x`) or a bare name leads. What is
/// not surely one host is any.
pub(crate) fn of(value: &Value) -> Destination {
    let text = match value {
        Value::Exact(text) => text,
        // `https://host/$x`: the host ends before what is not known.
        Value::One { prefix, .. } if authority(prefix).is_some_and(|(_, rest)| !rest.is_empty()) => prefix,
        Value::OneOf(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
            return Destination::Host(anything());
        }
    };
    if let Some(path) = text
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("file:"))
        .and(text.get(5..))
    {
        let path = path.strip_prefix("//").unwrap_or(path);
        return Destination::File(Value::Exact(path.into()));
    }
    if text.starts_with(['/', '~']) || text.starts_with("./") || text.starts_with("../") || &**text == ".." {
        return Destination::File(Value::Exact(text.clone()));
    }
    if text.contains("::") && !text.contains('[') {
        return Destination::Program;
    }
    Destination::Host(match authority(text) {
        Some((authority, _)) => host(authority).map_or_else(anything, |host| Value::Exact(host.into())),
        None => named(text),
    })
}

/// The host of what may be a URL, or a path on another machine, where a path of this machine stands otherwise.
pub(crate) fn of_remote(value: &Value) -> Option<Value> {
    let is_remote = |text: &str| {
        let first = text.split('/').next().unwrap_or_default();
        text.contains("://") || (first.contains('@') && first.contains(':'))
    };
    match value {
        Value::Exact(text) => is_remote(text).then(|| match of(value) {
            Destination::Host(host) => host,
            Destination::File(_) | Destination::Program => anything(),
        }),
        Value::OneOf(texts) => texts.iter().any(|text| is_remote(text)).then(anything),
        Value::One { prefix, .. } => is_remote(prefix).then(anything),
        Value::Glob(_) | Value::Found(_) | Value::Many => None,
    }
}

/// What stands between `scheme://` and the path, and the rest; `None` without a scheme.
fn authority(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    is_scheme.then(|| rest.split_at(end))
}

/// The host in `user@host:port`; `None` where programs may disagree on it.
fn host(authority: &str) -> Option<String> {
    let name = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(['@', '\\']) => return None,
        Some((_, name)) => name,
        None => authority,
    };
    let name = match name.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) if name.starts_with('[') && name.ends_with(']') => name,
        Some(_) => return None,
        None => name,
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_address = |name: &str| {
        name.strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'))
    };
    let is_name = !name.is_empty() && (name.bytes().all(is_plain) || is_address(name));
    is_name.then(|| name.to_ascii_lowercase())
}

/// The host of a destination without a scheme: `user@host:path`, `host/path`, or a name.
fn named(text: &str) -> Value {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let before_path = text.get(..end).unwrap_or_default();
    let machine = before_path
        .split_once(':')
        .map_or(before_path, |(machine, _)| machine);
    host(machine).map_or_else(anything, |host| Value::Exact(host.into()))
}

/// The file that a text to be sent names: `@file`, `name=@file`, `name=<file`. `None` where it names none.
pub(crate) fn sent_file(value: &Value) -> Option<Value> {
    match value {
        Value::Exact(text) => {
            let at = text.find(['@', '<'])?;
            let file = text.get(at.saturating_add(1)..).unwrap_or_default();
            // Several files, quotes and types may follow.
            let is_plain = !file.contains([',', ';', '"', '\\', '@', '<']);
            Some(if is_plain {
                Value::Exact(file.into())
            } else {
                anything()
            })
        }
        Value::One { prefix, .. } if prefix.starts_with(['{', '[']) => None,
        Value::OneOf(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
            Some(anything())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match of(&Value::Exact(text.into())) {
            Destination::Host(host) => host.exact().unwrap_or("any").to_owned(),
            Destination::File(file) => format!("file {}", file.exact().unwrap_or("any")),
            Destination::Program => "program".to_owned(),
        }
    }

    #[test]
    fn hosts_are_found_where_programs_find_them() {
        for (text, host) in [
            ("https://API.github.com/repos", "api.github.com"),
            ("http://user:pw@h:8080?x", "h"),
            ("https://good.com@evil.com/x", "evil.com"),
            ("https://good.com\\@evil.com/x", "any"),
            ("https://a@b@c/", "any"),
            ("https://[::1]:80/x", "[::1]"),
            ("https://{a,b}.com/", "any"),
            ("ssh://git@h:22/x", "h"),
            ("git@github.com:o/r.git", "github.com"),
            ("user@host", "host"),
            ("example.org/x", "example.org"),
            ("origin", "origin"),
            ("ext::sh -c x", "program"),
            ("../x", "file ../x"),
            ("file:///etc/passwd", "file /etc/passwd"),
            ("FILE:/etc/passwd", "file /etc/passwd"),
            ("", "any"),
        ] {
            assert_eq!(shown(text), host, "{text}");
        }
    }

    #[test]
    fn a_host_ends_where_the_path_begins() {
        let one = |prefix: &str| Value::One {
            prefix: prefix.into(),
            suffix: "".into(),
        };
        assert_eq!(
            of(&one("https://h/")),
            Destination::Host(Value::Exact("h".into()))
        );
        assert_eq!(of(&one("https://h")), Destination::Host(anything()));
    }

    #[test]
    fn files_that_are_sent_are_named_behind_an_at() {
        for (text, file) in [
            ("a=b", None),
            ("@x", Some(Value::Exact("x".into()))),
            ("f=@x", Some(Value::Exact("x".into()))),
            ("f=@x;type=y", Some(anything())),
            ("f=<x", Some(Value::Exact("x".into()))),
        ] {
            assert_eq!(sent_file(&Value::Exact(text.into())), file, "{text}");
        }
    }
}
