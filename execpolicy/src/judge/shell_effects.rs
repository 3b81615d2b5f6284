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
        RedirectMode::Duplicate if is_descriptor(&redirect.target) => Vec::new(),
        _ if is_harmless_device(&redirect.target) => Vec::new(),
        _ if is_network_path(&redirect.target) => vec![EffectKind::Connect(target())],
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

/// `2>&1`, `3>&-`, `1<&3-`.
fn is_descriptor(target: &Value) -> bool {
    target.exact().is_some_and(|text| {
        let number = text.strip_suffix('-').unwrap_or(text);
        number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Devices that keep nothing and give nothing, and the process's own descriptors, which were opened before. Not the
/// terminal: what is written there is acted upon, and what is read there is typed by a person.
fn is_harmless_device(target: &Value) -> bool {
    const HARMLESS: &[&str] = &[
        "/dev/null",
        "/dev/zero",
        "/dev/full",
        "/dev/stdin",
        "/dev/stdout",
        "/dev/stderr",
    ];
    target.exact().is_some_and(|path| HARMLESS.contains(&path))
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
