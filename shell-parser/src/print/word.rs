//! Words as text.

use super::{Printer, quoting};
use crate::{Direction, Part, Quoting, Word};

impl Printer {
    pub(super) fn word(&mut self, word: &Word) {
        self.parts(&word.parts);
    }

    /// A word that is plain text stands bare where it can.
    pub(super) fn parts(&mut self, parts: &[Part]) {
        match parts {
            [] => quoting::literal("", &mut self.text),
            [Part::Literal(text)] => quoting::literal(text, &mut self.text),
            parts => self.quoted_parts(parts),
        }
    }

    /// A word whose text is quoted, as it must be beside a pattern and where bare text may be an operator.
    pub(super) fn quoted_parts(&mut self, parts: &[Part]) {
        if parts.is_empty() {
            quoting::quoted("", &mut self.text);
        }
        for (index, part) in parts.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| parts.get(before));
            let after = parts.get(index.saturating_add(1));
            match part {
                // A tilde only acts behind bare text and before a bare slash.
                Part::Literal(text) if after.is_some_and(is_tilde) => {
                    quoting::literal_before_tilde(text, &mut self.text);
                }
                // Behind a `~` that begins the word the slash was quoted: else it were the home directory.
                Part::Literal(text)
                    if before.is_some_and(is_tilde)
                        && text.starts_with('/')
                        && !(index == 1 && is_bare_tilde(before)) =>
                {
                    self.text.push('/');
                    let rest = text.get(1..).unwrap_or_default();
                    if !rest.is_empty() {
                        quoting::quoted(rest, &mut self.text);
                    }
                }
                Part::Literal(_)
                | Part::Pattern(_)
                | Part::Parameter { .. }
                | Part::Derived { .. }
                | Part::Substitution { .. }
                | Part::Process { .. }
                | Part::Array(_)
                | Part::Opaque { .. } => self.part(part),
            }
        }
    }

    /// What stands behind `=~`, where the grammar takes single quotes and braces for parts of the expression.
    pub(super) fn regex(&mut self, word: &Word) {
        match word.parts.as_slice() {
            [Part::Literal(text)] => quoting::double_quoted(text, &mut self.text),
            [
                Part::Parameter {
                    name,
                    quoting: Quoting::Unquoted,
                },
            ] => {
                self.text.push('$');
                self.text.push_str(name);
            }
            parts => self.quoted_parts(parts),
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Literal(text) => quoting::quoted(text, &mut self.text),
            Part::Pattern(raw) => self.text.push_str(raw),
            Part::Parameter { name, quoting } => self.quoting(*quoting, |printer| printer.parameter(name)),
            Part::Derived { text, quoting, .. } => {
                self.quoting(*quoting, |printer| printer.text.push_str(text));
            }
            Part::Substitution { body, quoting } => {
                self.quoting(*quoting, |printer| printer.parenthesized("$(", body));
            }
            Part::Process { direction, body } => {
                let open = match direction {
                    Direction::Read => "<(",
                    Direction::Write => ">(",
                };
                self.parenthesized(open, body);
            }
            Part::Array(elements) => {
                self.text.push('(');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.text.push(' ');
                    }
                    self.word(element);
                }
                self.text.push(')');
            }
            Part::Opaque { text, .. } => self.opaque(text),
        }
    }

    pub(super) fn opaque(&mut self, text: &str) {
        self.incomplete |= text.is_empty();
        self.text.push_str(text);
    }

    fn quoting(&mut self, quoting: Quoting, print: impl FnOnce(&mut Self)) {
        let quote = match quoting {
            Quoting::Quoted => "\"",
            Quoting::Unquoted => "",
        };
        self.text.push_str(quote);
        print(self);
        self.text.push_str(quote);
    }

    /// A name in braces, so that it ends where it ends; the grammar reads a special parameter better without.
    pub(super) fn parameter(&mut self, name: &str) {
        let special =
            name.len() == 1 && !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        self.text.push('$');
        if special {
            self.text.push_str(name);
        } else {
            self.text.push('{');
            self.text.push_str(name);
            self.text.push('}');
        }
    }
}

fn is_bare_tilde(part: Option<&Part>) -> bool {
    matches!(part, Some(Part::Opaque { text, .. }) if &**text == "~")
}

fn is_tilde(part: &Part) -> bool {
    matches!(part, Part::Opaque { text, .. } if text.starts_with('~'))
}
