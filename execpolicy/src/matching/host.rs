//! The host that a command connects to, beside the host of a network rule.

use shell_parser::Value;

use crate::{Certainty, Decision, NetworkRule, Protocol};

/// How surely a connection is to a rule's host, by its protocol.
///
/// A restriction counts for the host whatever the protocol: another one may reach the same service. An allow counts
/// for its protocol alone, as the URL says it.
pub(super) fn host(rule: &NetworkRule, value: &Value, decision: Decision) -> Option<Certainty> {
    match value {
        Value::Exact(text) => of_text(rule, text, decision),
        Value::OneOf(texts) => {
            let met = texts.iter().filter_map(|text| of_text(rule, text, decision));
            let met: Vec<Certainty> = met.collect();
            let is_sure = met.len() == texts.len() && met.iter().all(|met| *met == Certainty::Yes);
            match (met.is_empty(), is_sure) {
                (true, _) => None,
                (false, true) => Some(Certainty::Yes),
                (false, false) => Some(Certainty::Maybe),
            }
        }
        Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => Some(Certainty::Maybe),
    }
}

fn of_text(rule: &NetworkRule, text: &str, decision: Decision) -> Option<Certainty> {
    let (scheme, authority) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (
            None,
            text.strip_prefix("/dev/tcp/")
                .or(text.strip_prefix("/dev/udp/"))
                .unwrap_or(text),
        ),
    };
    // Programs differ in what they take for the host where a URL has odd characters.
    if authority.contains(['\\', '{', '}', '[', '#', '?']) && !authority.starts_with('[') {
        return (decision != Decision::Allow && authority.to_lowercase().contains(&*rule.host))
            .then_some(Certainty::Maybe);
    }
    let authority = authority.split('/').next().unwrap_or_default();
    let machine = authority.rsplit('@').next().unwrap_or_default();
    let machine = match machine.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None if machine.matches(':').count() > 1 => machine,
        None => machine.split(':').next().unwrap_or_default(),
    };
    if !machine.trim_end_matches('.').eq_ignore_ascii_case(&rule.host) {
        return None;
    }
    if decision != Decision::Allow {
        return Some(Certainty::Yes);
    }
    let protocol = match scheme.map(str::to_ascii_lowercase).as_deref() {
        Some("https") => Protocol::Https,
        Some("http") => Protocol::Http,
        _ => return None,
    };
    (protocol == rule.protocol).then_some(Certainty::Yes)
}

#[cfg(test)]
mod tests {
    use diagnostics::{Source, Span};

    use super::*;
    use crate::{Layer, Origin};

    #[test]
    fn a_host_is_found_in_what_is_connected_to() {
        use Certainty::{Maybe, Yes};
        let rule = NetworkRule {
            host: "api.example.org".into(),
            protocol: Protocol::Https,
            decision: Decision::Allow,
            justification: None,
            origin: Origin {
                source: Source::new("test", ""),
                span: Span::default(),
                layer: Layer::new("test"),
            },
        };
        for (text, restricted, allowed) in [
            ("https://api.example.org/x", Some(Yes), Some(Yes)),
            ("https://API.example.org.:8443/x?y#z", Some(Maybe), None),
            ("https://api.example.org:8443/", Some(Yes), Some(Yes)),
            ("http://api.example.org/", Some(Yes), None),
            ("api.example.org", Some(Yes), None),
            ("user@api.example.org:path", Some(Yes), None),
            ("https://api.example.org@evil.org/", None, None),
            ("https://evil.org/api.example.org", None, None),
            ("https://evil.org\\@api.example.org/", Some(Maybe), None),
            ("/dev/tcp/api.example.org/80", Some(Yes), None),
            ("https://[::1]/", None, None),
        ] {
            let value = Value::Exact(text.into());
            assert_eq!(host(&rule, &value, Decision::Forbidden), restricted, "{text}");
            assert_eq!(host(&rule, &value, Decision::Allow), allowed, "{text}");
        }
        assert_eq!(host(&rule, &Value::Many, Decision::Prompt), Some(Maybe));
    }
}
