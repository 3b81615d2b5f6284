//! Here-documents as text.

use super::Printer;
use crate::{Part, Word};

impl Printer {
    /// The delimiter goes to the text, the body behind the line. A body that expands has a bare delimiter.
    pub(super) fn heredoc(&mut self, body: &Word) {
        let expands = !matches!(body.parts.as_slice(), [Part::Literal(_)]);
        let quote = if expands { "" } else { "'" };
        let mut inner = Self::default();
        inner.heredoc_parts(&body.parts);
        let delimiter = delimiter(&inner.text);
        for piece in [quote, &delimiter, quote] {
            self.text.push_str(piece);
        }
        self.incomplete |= inner.incomplete;
        self.pending.push_str(&inner.text);
        self.pending.push_str(&delimiter);
        self.pending.push('\n');
    }

    /// Text stands as it is: where it expands, it was read as text without escapes.
    fn heredoc_parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(text) | Part::Pattern(text) | Part::Derived { text, .. } => {
                    self.text.push_str(text);
                }
                Part::Opaque { text, .. } => self.opaque(text),
                Part::Parameter { name, .. } => self.parameter(name),
                Part::Substitution { body, .. } | Part::Process { body, .. } => {
                    self.parenthesized("$(", body);
                }
                Part::Array(elements) => elements.iter().for_each(|word| self.word(word)),
            }
        }
    }
}

/// A word that stands nowhere in the body: the grammar and bash differ in what they take for a closing line.
fn delimiter(body: &str) -> String {
    let numbered = (0_usize..).map(|number| match number {
        0 => "EOF".to_owned(),
        _ => format!("EOF{number}"),
    });
    numbered
        .into_iter()
        .find(|word| !body.contains(word.as_str()))
        .unwrap_or_default()
}
