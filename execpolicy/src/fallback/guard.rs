//! Files that hold secrets, by name.

use shell_parser::{Segment, Value, WorkingDirectory};

use crate::knowledge::{may_match, path};
use crate::{Context, Directory};

/// Names that are guarded wherever they stand, with everything below them. Each is one or more path components.
const ANYWHERE: &[&[&str]] = &[
    &[".ssh"],
    &[".gnupg"],
    &[".aws"],
    &[".azure"],
    &[".kube"],
    &[".docker"],
    &[".password-store"],
    &[".config", "gh"],
    &[".config", "gcloud"],
    &[".config", "hub"],
    &[".config", "op"],
    &[".cargo", "credentials"],
    &[".cargo", "credentials.toml"],
    &[".netrc"],
    &[".git-credentials"],
    &[".npmrc"],
    &[".pypirc"],
    &[".pgpass"],
    &[".my.cnf"],
    &[".vault-token"],
    &[".env"],
    &[".env.local"],
    &[".env.development"],
    &[".env.production"],
    &[".env.staging"],
    &[".env.test"],
    &[".bash_history"],
    &[".zsh_history"],
    &[".python_history"],
    &[".node_repl_history"],
    &[".psql_history"],
    &[".mysql_history"],
];

/// Names that are guarded below the root of the file system; `*` is any one component.
const ABSOLUTE: &[&[&str]] = &[
    &["etc", "shadow"],
    &["etc", "shadow-"],
    &["etc", "gshadow"],
    &["etc", "gshadow-"],
    &["etc", "sudoers"],
    &["etc", "sudoers.d"],
    &["etc", "ssl", "private"],
    &["etc", "ssh", "ssh_host_rsa_key"],
    &["etc", "ssh", "ssh_host_ecdsa_key"],
    &["etc", "ssh", "ssh_host_ed25519_key"],
    &["proc", "*", "environ"],
    &["proc", "*", "mem"],
    &["run", "secrets"],
    &["var", "run", "secrets"],
];

/// How a read meets a guarded file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meeting {
    /// By its name.
    Named,
    /// The path, or the directory it is relative to, is only known when the command runs.
    Unresolved,
}

/// Whether reading this path may read a guarded file; `None` is no.
///
/// Judged by the text: a path that is not known might be any. A directory that is read whole counts where it is
/// guarded, inside a guarded one, the home directory or above it; secrets deeper inside others are left to the
/// confinement.
pub(super) fn meeting(value: &Value, segment: &Segment, context: &Context) -> Option<Meeting> {
    match value {
        Value::Exact(text) => meeting_of_text(text, Text::Plain, segment, context),
        Value::Glob(pattern) => meeting_of_text(pattern, Text::Pattern, segment, context),
        Value::OneOf(texts) => texts
            .iter()
            .find_map(|text| meeting_of_text(text, Text::Plain, segment, context)),
        Value::One { .. } | Value::Many => Some(Meeting::Unresolved),
    }
}

/// What a path's characters are.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Text {
    Plain,
    Pattern,
}

fn meeting_of_text(text: &str, kind: Text, segment: &Segment, context: &Context) -> Option<Meeting> {
    let directory = match (&segment.directory, &context.cwd) {
        _ if text.starts_with('/') => String::new(),
        (WorkingDirectory::Unknown, _) => return Some(Meeting::Unresolved),
        (WorkingDirectory::Start, Directory::Unknown) => String::new(),
        (WorkingDirectory::Start | WorkingDirectory::Moved(_), _) => path::directory(segment, context)?,
    };
    // As written, and with `..` resolved by the text: either may be what the kernel finds.
    let written = format!("{directory}/{text}");
    let resolved = if text.starts_with('/') {
        path::join("/", text)
    } else {
        path::join(&directory, text)
    };
    let is_absolute = resolved.starts_with('/');
    let is_guarded = [&*written, &*resolved].into_iter().any(|path| {
        let names: Vec<&str> = path
            .split('/')
            .filter(|name| !matches!(*name, "" | "."))
            .collect();
        let anywhere = (0..names.len()).any(|from| {
            let names = names.get(from..).unwrap_or_default();
            ANYWHERE.iter().any(|guarded| begins_with(names, guarded, kind))
        });
        let absolute = is_absolute && ABSOLUTE.iter().any(|guarded| begins_with(&names, guarded, kind));
        anywhere || absolute
    });
    let holds_home = is_absolute
        && context
            .home
            .as_ref()
            .is_some_and(|home| path::is_within(&path::join("/", home), &resolved));
    (is_guarded || holds_home || resolved == "/").then_some(Meeting::Named)
}

/// Whether the first names are, or may be, the guarded ones.
fn begins_with(names: &[&str], guarded: &[&str], kind: Text) -> bool {
    names.len() >= guarded.len()
        && names.iter().zip(guarded).all(|(name, guarded)| match kind {
            _ if *guarded == "*" || name == guarded => true,
            Text::Plain => false,
            // The shell does not match a leading dot with `*` or `?`.
            Text::Pattern if guarded.starts_with('.') && name.starts_with(['*', '?']) => false,
            Text::Pattern => may_match(name, guarded),
        })
}
