//! The first word: whether it is the program that a rule names.

use shell_parser::{Segment, Value, WorkingDirectory};

use super::words::literal_ends;
use crate::path::{base_name, lexical, plain};
use crate::{Certainty, Context, HostExecutable, Lookup, PolicySet, Rule};

/// How surely a restriction is about a program called by this name: by base name, wherever it lives. A rule that
/// names a path may mean any program of that base name, since paths have many spellings and links.
pub(super) fn restricted(rule: &Rule, name: &str, context: &Context) -> Option<Certainty> {
    let program = &*rule.pattern.program;
    if base_name(program) != base_name(name) || base_name(name).is_empty() {
        return None;
    }
    if !program.contains('/') || program == name || lexical(program) == lexical(name) {
        return Some(Certainty::Yes);
    }
    match resolved(name, context) {
        Some(path) if path == program => Some(Certainty::Yes),
        Some(_) | None => Some(Certainty::Maybe),
    }
}

/// How surely an allow is about a program called by this name: the bare name that leads where it should, the very
/// path that the rule names, or a path that is known to be the program's.
pub(super) fn allowed(
    policy: &PolicySet,
    rule: &Rule,
    name: &str,
    segment: &Segment,
    context: &Context,
) -> Option<Certainty> {
    let program = &*rule.pattern.program;
    if program == name {
        return Some(if name.contains('/') {
            path_as_written(name, segment)
        } else {
            bare_name(name, context)
        });
    }
    if program.contains('/') || !name.starts_with('/') || base_name(name) != program {
        return None;
    }
    match policy.host_executable(program) {
        Some(host) => listed(host, name, context),
        None => (resolved(program, context)? == name && bare_name(program, context) == Certainty::Yes)
            .then_some(Certainty::Yes),
    }
}

/// Whether a value that is not known to the byte can name a program of that base name.
pub(super) fn may_be(name: &Value, program: &str) -> bool {
    let suffix = match name {
        Value::Exact(text) => return base_name(text) == base_name(program),
        Value::OneOf(texts) => return texts.iter().any(|text| base_name(text) == base_name(program)),
        Value::Found(_) | Value::Many => return true,
        Value::One { suffix, .. } => &**suffix,
        Value::Glob(pattern) => literal_ends(pattern).1,
    };
    // What is between may hold a slash, so the beginning says nothing of the base name.
    match suffix.rsplit_once('/') {
        Some((_, base)) if !base.is_empty() => base == base_name(program),
        Some(_) => true,
        None => base_name(program).ends_with(suffix),
    }
}

/// Whether a rule's program is called by this name, as policies of openai/codex mean it: literally, or by an absolute
/// path that the list for its base name holds; any such path where there is no list.
pub(crate) fn upstream_names(program: &str, host: Option<&HostExecutable>, name: &str) -> bool {
    if program == name {
        return true;
    }
    let path = lexical(name);
    name.starts_with('/')
        && base_name(&path) == program
        && host.is_none_or(|host| host.paths.iter().any(|listed| lexical(listed) == path))
}

/// A path is what the rule's author wrote; a relative one only where the script started.
fn path_as_written(name: &str, segment: &Segment) -> Certainty {
    match &segment.directory {
        WorkingDirectory::Start => Certainty::Yes,
        _ if name.starts_with('/') => Certainty::Yes,
        WorkingDirectory::Moved(_) | WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => {
            Certainty::Maybe
        }
    }
}

/// A bare name leads where it should, unless the table says otherwise.
fn bare_name(name: &str, context: &Context) -> Certainty {
    match &context.lookup {
        Lookup::AssumedBut(replaceable) if replaceable.contains(name) => Certainty::Maybe,
        Lookup::Assumed | Lookup::AssumedBut(_) => Certainty::Yes,
        Lookup::Table(table) => match table.get(name) {
            Some(found) if !found.replaceable => Certainty::Yes,
            Some(_) | None => Certainty::Maybe,
        },
    }
}

/// The file that a bare name leads to, where that is known.
fn resolved<'a>(name: &str, context: &'a Context) -> Option<&'a str> {
    match &context.lookup {
        Lookup::Assumed | Lookup::AssumedBut(_) => None,
        Lookup::Table(table) => table.get(name).map(|found| &*found.path),
    }
}

/// Whether a path is in the list. One with `..` is only so by its text, which an allow does not trust.
fn listed(host: &HostExecutable, name: &str, context: &Context) -> Option<Certainty> {
    let path = plain(name);
    let spelled = path.clone().unwrap_or_else(|| lexical(name));
    let in_list = host.paths.iter().any(|listed| match listed.strip_prefix("~/") {
        Some(below) => context
            .home
            .as_ref()
            .is_some_and(|home| lexical(&format!("{home}/{below}")) == spelled),
        None => lexical(listed) == spelled,
    });
    in_list.then_some(if path.is_some() {
        Certainty::Yes
    } else {
        Certainty::Maybe
    })
}
