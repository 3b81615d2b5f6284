//! What a command does, in a few words for people.

use diagnostics::visible;
use execpolicy::{EffectKind, Executed, Value};

/// What an effect is, such as `writes .git/config`.
pub(crate) fn done(kind: &EffectKind) -> String {
    let of = |verb: &str, value: &Value| format!("{verb} {}", shown(value));
    match kind {
        EffectKind::List(path) => of("lists", path),
        EffectKind::Read(path) => of("reads", path),
        EffectKind::Write(path) => of("writes", path),
        EffectKind::Delete(path) => of("deletes", path),
        EffectKind::DeleteAll(path) => format!("{} with all that is below", of("deletes", path)),
        EffectKind::Connect(host) => of("connects to", host),
        EffectKind::Execute(Executed::Startup(file)) => of("reads its start-up file", file),
        EffectKind::Execute(_) => "runs something else".to_owned(),
        EffectKind::Configured(directory) => of("runs what is configured in", directory),
        EffectKind::Escalate => "takes more rights".to_owned(),
        EffectKind::Signal => "signals other processes".to_owned(),
        EffectKind::Configure => "changes a configuration that lasts".to_owned(),
        EffectKind::Overwrite => "rewrites or removes what others have".to_owned(),
        EffectKind::Setting { name, .. } => format!("sets `{}`", visible(name)),
        EffectKind::Unknown(_) => "does something that is not known".to_owned(),
    }
}

/// A value in backticks where it is known, and cut where it is long.
pub(crate) fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let known = match value {
        Value::Exact(text) | Value::Glob(text) => Some(text.to_string()),
        Value::OneOf(texts) => Some(texts.join("` or `")),
        Value::Found(found) => Some(format!("{}/…", found.roots.join("/…` or `"))),
        Value::One { .. } | Value::Many => None,
    };
    let Some(text) = known else {
        return "what is only known when it runs".to_owned();
    };
    let text = visible(&text).into_owned();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}
