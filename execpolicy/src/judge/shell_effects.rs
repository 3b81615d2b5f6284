//! What the shell does around a program: redirects to and from files, and variables it sets.

use shell_parser::{FileRedirect, RedirectMode, Segment, Value};

use crate::{Effect, EffectKind, Standing};

/// The effects of a segment's redirects and assignments. None of them is ordinary for any program.
pub(super) fn of(segment: &Segment) -> Vec<Effect> {
    let redirects = segment.redirects.iter().flat_map(of_redirect);
    let settings = segment.assignments.iter().map(|setting| Effect {
        kind: EffectKind::Setting {
            name: setting.name.clone(),
            value: setting.value.clone(),
        },
        cause: setting.span,
        standing: Standing::Extra,
    });
    redirects.chain(settings).collect()
}

/// A redirect reads or writes its file; one that only moves descriptors or feeds a text does neither.
fn of_redirect(redirect: &FileRedirect) -> Vec<Effect> {
    let target = || redirect.target.clone();
    let kinds = match redirect.mode {
        RedirectMode::Heredoc | RedirectMode::Herestring | RedirectMode::Close => Vec::new(),
        RedirectMode::Duplicate if is_descriptor(&redirect.target) => of_duplicate(redirect),
        _ if is_network_path(&redirect.target) => vec![EffectKind::Connect(target())],
        // Whoever opens `/dev/stdout` then opens this file anew, to write.
        RedirectMode::Read if is_output(redirect.fd) => {
            vec![EffectKind::Read(target()), EffectKind::Write(target())]
        }
        RedirectMode::Read => vec![EffectKind::Read(target())],
        RedirectMode::Write
        | RedirectMode::Append
        | RedirectMode::Clobber
        | RedirectMode::WriteBoth
        | RedirectMode::AppendBoth => vec![EffectKind::Write(target())],
        // `>&$x` may be a descriptor or a file.
        RedirectMode::ReadWrite | RedirectMode::Duplicate => {
            vec![EffectKind::Read(target()), EffectKind::Write(target())]
        }
    };
    let effects = kinds.into_iter().map(|kind| Effect {
        kind,
        cause: redirect.span,
        standing: Standing::Extra,
    });
    effects.collect()
}

/// Whether a descriptor is standard output or standard error.
fn is_output(fd: u16) -> bool {
    matches!(fd, 1 | 2)
}

/// A descriptor of an output that becomes another one. What that one was opened for is not known here, and who opens
/// `/dev/stdout` opens its file anew, to write; so it counts as written.
fn of_duplicate(redirect: &FileRedirect) -> Vec<EffectKind> {
    let text = redirect.target.exact().unwrap_or_default();
    let number = text.strip_suffix('-').unwrap_or(text);
    if !is_output(redirect.fd) || matches!(number, "" | "1" | "2") {
        return Vec::new();
    }
    vec![EffectKind::Write(Value::Exact(
        format!("/dev/fd/{number}").into(),
    ))]
}

/// `2>&1`, `3>&-`, `1<&3-`.
fn is_descriptor(target: &Value) -> bool {
    target.exact().is_some_and(|text| {
        let number = text.strip_suffix('-').unwrap_or(text);
        number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Names that bash opens as connections: `/dev/tcp/host/port`.
fn is_network_path(target: &Value) -> bool {
    let beginning = match target {
        Value::Exact(text) | Value::One { prefix: text, .. } => text,
        Value::OneOf(texts) => match texts.first() {
            Some(text) => text,
            None => return false,
        },
        Value::Glob(_) | Value::Found(_) | Value::Many => return false,
    };
    beginning.starts_with("/dev/tcp/") || beginning.starts_with("/dev/udp/")
}
