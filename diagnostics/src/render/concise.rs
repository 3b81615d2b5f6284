//! One line for a finding.

use crate::{Diagnostic, Label, LabelRole, visible};

/// The finding as `source:line:column: EPnnnn message`, without a newline: what scripts and agents read.
///
/// Facts follow in brackets, what to do after an arrow, and the places that help to understand it last, in square
/// brackets: nothing needs a second line.
pub fn concise(finding: &Diagnostic) -> String {
    let primary = finding
        .labels
        .iter()
        .find(|label| label.role == LabelRole::Primary);
    let context = finding
        .labels
        .iter()
        .filter(|label| label.role == LabelRole::Context);
    let mut pieces = Vec::new();
    pieces.extend(primary.map(|label| format!("{}:", place(label))));
    pieces.push(finding.code.to_string());
    pieces.push(visible(&finding.message).into_owned());
    if !finding.notes.is_empty() {
        pieces.push(format!("({})", visible(&finding.notes.join("; "))));
    }
    if !finding.help.is_empty() {
        pieces.push(format!("-> {}", visible(&finding.help.join("; "))));
    }
    pieces.extend(context.map(|label| format!("[{}]", place(label))));
    pieces.join(" ")
}

fn place(label: &Label) -> String {
    let position = label.source.position(label.span.start());
    let name = visible(label.source.name());
    format!("{name}:{}:{}", position.line, position.column)
}
