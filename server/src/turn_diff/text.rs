//! One file of a diff, in the words of git.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use similar::{Algorithm, TextDiff};

use super::content::{Content, is_plain};

/// How long it is looked for the shortest diff of one file; after that, a longer one does.
const PATIENCE: Duration = Duration::from_millis(200);

/// Adds what became of one path; nothing where nothing did. No more than the time that is left is spent on it.
pub(super) fn add(diff: &mut String, path: &Path, before: &Content, after: &Content, left: Duration) {
    if before == after {
        return;
    }
    // What git does, too: a link that becomes a file is one taken away and another made.
    let are_kinds = matches!(before, Content::Link(_)) != matches!(after, Content::Link(_));
    if are_kinds && *before != Content::Nothing && *after != Content::Nothing {
        add(diff, path, before, &Content::Nothing, left);
        add(diff, path, &Content::Nothing, after, left);
        return;
    }
    let (old, new) = (named("a", path), named("b", path));
    line(diff, &format!("diff --git {old} {new}"));
    match (mode(before), mode(after)) {
        (None, Some(mode)) => line(diff, &format!("new file mode {mode}")),
        (Some(mode), None) => line(diff, &format!("deleted file mode {mode}")),
        (Some(before), Some(after)) if before != after => {
            line(diff, &format!("old mode {before}"));
            line(diff, &format!("new mode {after}"));
        }
        _ => {}
    }
    let old = if mode(before).is_some() {
        old
    } else {
        "/dev/null".to_owned()
    };
    let new = if mode(after).is_some() {
        new
    } else {
        "/dev/null".to_owned()
    };
    match (text(before), text(after)) {
        (Some(before), Some(after)) if before == after => {}
        (Some(before), Some(after)) => {
            let lines = TextDiff::configure()
                .algorithm(Algorithm::Myers)
                .timeout(PATIENCE.min(left))
                .diff_lines(before, after);
            diff.push_str(&lines.unified_diff().header(&old, &new).to_string());
        }
        _ => {
            line(diff, &format!("Binary files {old} and {new} differ"));
            for why in [before, after].into_iter().filter_map(why).take(1) {
                line(diff, &format!("# not kept: {why}"));
            }
        }
    }
}

/// Adds a path that nobody has looked at any more.
pub(super) fn add_unseen(diff: &mut String, path: &Path) {
    line(
        diff,
        &format!("# changed, and not looked at any more: {}", named("b", path)),
    );
}

fn line(diff: &mut String, line: &str) {
    diff.push_str(line);
    diff.push('\n');
}

fn text(content: &Content) -> Option<&str> {
    match content {
        Content::Nothing => Some(""),
        Content::Text { text, .. } => Some(text),
        Content::Link(leads) => Some(leads),
        Content::Binary { .. } | Content::Unkept { .. } => None,
    }
}

fn mode(content: &Content) -> Option<&'static str> {
    let of_file = |is_executable| if is_executable { "100755" } else { "100644" };
    match content {
        Content::Nothing => None,
        Content::Link(_) => Some("120000"),
        Content::Text { is_executable, .. } | Content::Binary { is_executable, .. } => {
            Some(of_file(*is_executable))
        }
        Content::Unkept { .. } => Some(of_file(false)),
    }
}

fn why(content: &Content) -> Option<&'static str> {
    match content {
        Content::Unkept { why, .. } => Some(why),
        Content::Nothing | Content::Text { .. } | Content::Link(_) | Content::Binary { .. } => None,
    }
}

/// A path as git writes it: quoted as in C where something in it is not plain.
fn named(side: &str, path: &Path) -> String {
    if is_plain(path) {
        let path = path.to_string_lossy();
        return format!("{side}/{}", path.trim_start_matches('/'));
    }
    let mut quoted = format!("\"{side}/");
    let bytes = path.as_os_str().as_bytes();
    for byte in bytes.strip_prefix(b"/").unwrap_or(bytes) {
        match byte {
            b'"' => quoted.push_str("\\\""),
            b'\\' => quoted.push_str("\\\\"),
            b'\n' => quoted.push_str("\\n"),
            b'\t' => quoted.push_str("\\t"),
            0x20..=0x7e => quoted.push(char::from(*byte)),
            _ => {
                let _infallible = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted.push('"');
    quoted
}
