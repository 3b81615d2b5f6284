//! Paths by their text alone.

use shell_parser::{Segment, Value, WorkingDirectory};

use crate::links::{Last, ways};
use crate::path_glob::{Located, Spelling};
use crate::{Context, Directory};

/// Bytes of a path that is followed: the kernel takes no longer one (`PATH_MAX`).
pub(crate) const MAX_BYTES: usize = 4096;

/// Bytes of a directory that relative paths are joined to. Longer ones exist; judging each word of a long command
/// from deep inside one would cost too much, so it counts as anywhere.
pub(crate) const MAX_DIRECTORY_BYTES: usize = 1024;

/// `path` as seen from `base`, without `.` and with `..` resolved where a name stands before it. Relative where both
/// are, and then it may begin with `..`.
pub(crate) fn join(base: &str, path: &str) -> String {
    let absolute = path.starts_with('/') || base.starts_with('/');
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{base}/{path}")
    };
    let mut names: Vec<&str> = Vec::new();
    for name in whole.split('/') {
        match name {
            "" | "." => {}
            ".." => match names.last() {
                Some(&"..") => names.push(".."),
                Some(_) => {
                    names.pop();
                }
                None if absolute => {}
                None => names.push(".."),
            },
            _ => names.push(name),
        }
    }
    let joined = names.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Whether `path` is `root` or below it; both normalised.
pub(crate) fn is_within(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || root.ends_with('/'))
}

/// Where a segment runs: absolute where the start is known, else relative to the start; `None` is anywhere, as is a
/// path that is too long to be one.
pub(crate) fn directory(segment: &Segment, context: &Context) -> Option<String> {
    let start = match &context.cwd {
        Directory::Known(start) => start,
        Directory::Unknown => "",
    };
    let to = match &segment.directory {
        WorkingDirectory::Start => ".",
        WorkingDirectory::Moved(to) => to,
        WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => return None,
    };
    (start.len().saturating_add(to.len()) <= MAX_DIRECTORY_BYTES).then(|| join(start, to))
}

/// Whether the directory that a segment runs in, or that an option leads it to, is the workspace or below it. Where
/// no workspace is known, the directory that the script starts in is taken for it.
pub(crate) fn is_in_workspace(
    segment: &Segment,
    entered: Option<&Value>,
    last: Last,
    context: &Context,
) -> bool {
    let Some(mut directory) = directory(segment, context) else {
        return false;
    };
    if let Some(entered) = entered {
        let entered = match entered {
            Value::Exact(text) => text,
            Value::Glob(pattern) if stays_below(pattern) => pattern,
            Value::OneOf(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
                return false;
            }
        };
        if entered.len() > MAX_BYTES || climbs(entered) {
            return false;
        }
        directory = join(&directory, entered);
    }
    let Some(workspace) = context.workspace_root() else {
        return !directory.starts_with('/') && directory != ".." && !directory.starts_with("../");
    };
    let names = context.names_of(workspace);
    let lies = |directory: &str| {
        directory.starts_with('/') && names.iter().any(|name| is_within(directory, &join("/", name)))
    };
    lies(&directory) && (context.links.is_empty() || leads_to(&directory, entered, last, context, &lies))
}

/// Whether all links on a path lead to such places.
fn leads_to(
    path: &str,
    entered: Option<&Value>,
    last: Last,
    context: &Context,
    lies: &dyn Fn(&str) -> bool,
) -> bool {
    let spelling = match entered {
        Some(Value::Glob(_)) => Spelling::Pattern,
        Some(Value::Exact(_) | Value::OneOf(_) | Value::One { .. } | Value::Found(_) | Value::Many)
        | None => Spelling::Plain,
    };
    let mut located = Located::of_path(path);
    for (_, own) in &mut located.written {
        *own = spelling;
    }
    let ways = ways(&context.links, &located, last);
    !ways.is_unknown && ways.ends().all(|end| end.text().is_some_and(|end| lies(&end)))
}

/// Whether `..` follows a name in the path. The name may be a link, and then it leads elsewhere.
fn climbs(path: &str) -> bool {
    let mut names = path
        .split('/')
        .skip_while(|name| matches!(*name, "" | "." | ".."));
    names.any(|name| name == "..")
}

/// Whether all that the pattern matches is below the directories that its text names: no part of it may match `..`.
fn stays_below(pattern: &str) -> bool {
    !pattern.contains(['\\', '['])
        && pattern
            .split('/')
            .all(|name| !name.starts_with('.') || !name.contains(['*', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_by_their_text() {
        for (base, path, joined) in [
            ("/w/repo", "src", "/w/repo/src"),
            ("/w/repo", "../x", "/w/x"),
            ("/w", "../../../x", "/x"),
            ("/w", "/etc//./passwd", "/etc/passwd"),
            ("", "src/..", "."),
            ("", "..", ".."),
            ("..", "../x", "../../x"),
            ("a", "../../b", "../b"),
            ("", "/", "/"),
            ("/", "a", "/a"),
        ] {
            assert_eq!(join(base, path), joined, "{base} {path}");
        }
    }

    #[test]
    fn a_directory_holds_itself_and_what_is_below() {
        assert!(is_within("/w/repo", "/w/repo"));
        assert!(is_within("/w/repo/src", "/w/repo"));
        assert!(!is_within("/w/repository", "/w/repo"));
        assert!(is_within("/etc", "/"));
    }
}
