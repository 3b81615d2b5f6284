//! The lines that a statement takes up.

use diagnostics::Span;

/// The whole lines of a call that is a statement of its own at the outermost level, with a comment behind it. `None`
/// where something else stands before or behind it.
pub(super) fn lines_of(text: &str, call: Span) -> Option<Span> {
    let (before, behind) = (text.get(..call.start())?, text.get(call.end()..)?);
    let rest = behind.split_inclusive('\n').next().unwrap_or_default();
    let (blank, comment) = rest.split_once('#').unwrap_or((rest, ""));
    let stands_alone = (before.is_empty() || before.ends_with('\n')) && blank.trim().is_empty();
    // A carriage return may end a line in the middle of what is taken for a comment.
    let ends = comment.trim_end_matches(['\r', '\n']);
    let is_one_line = !ends.contains('\r');
    (stands_alone && is_one_line).then(|| Span::of(call.start(), call.end().saturating_add(rest.len())))
}

/// What ends the lines of a text.
pub(super) fn end_of_line(text: &str) -> &'static str {
    if text.ends_with("\r\n") || !text.ends_with('\n') && text.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    }
}
