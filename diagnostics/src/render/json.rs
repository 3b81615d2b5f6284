//! Findings as JSON.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::visible::is_hidden;
use crate::{Diagnostic, LabelRole, Severity};

/// The finding as one line of JSON, without a newline.
pub fn json(finding: &Diagnostic) -> String {
    to_json(&Shape::of(finding))
}

/// A value as one line of JSON in which every character that [`visible`](crate::visible) would rewrite stands as
/// JSON's `\u` escape: safe on a terminal, and the same value for every reader.
///
/// A value that cannot be written as JSON (a map with keys that are no strings) gives an empty text.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut bytes = Vec::with_capacity(512);
    let mut serializer = Serializer::with_formatter(&mut bytes, Escaping);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// Writes hidden characters as escapes.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        if text.is_ascii() && !text.contains('\u{7f}') {
            return writer.write_all(text.as_bytes());
        }
        let mut units = [0_u16; 2];
        for character in text.chars() {
            if is_hidden(character) {
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{character}")?;
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Shape<'a> {
    code: String,
    severity: &'static str,
    message: &'a str,
    labels: Vec<LabelShape<'a>>,
    notes: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct LabelShape<'a> {
    source: &'a str,
    line: usize,
    column: usize,
    span: [usize; 2],
    role: &'static str,
    text: &'a str,
}

impl<'a> Shape<'a> {
    fn of(finding: &'a Diagnostic) -> Self {
        let labels = finding.labels.iter().map(|label| {
            let position = label.source.position(label.span.start());
            LabelShape {
                source: label.source.name(),
                line: position.line,
                column: position.column,
                span: [label.span.start(), label.span.end()],
                role: match label.role {
                    LabelRole::Primary => "primary",
                    LabelRole::Context => "context",
                },
                text: &label.text,
            }
        });
        Self {
            code: finding.code.to_string(),
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            },
            message: &finding.message,
            labels: labels.collect(),
            notes: &finding.notes,
            help: &finding.help,
        }
    }
}
