//! Options that are whole words with one dash or two: `-run X`, `--run=X`, `-race`, as the flag package of Go has them.

use shell_parser::{Argument, Value};

use super::Arguments;

impl<'a> Arguments<'a, '_, '_> {
    /// A word of such a program. There are no clusters, and nothing is attached but behind `=`.
    pub(super) fn flags_word(&mut self, word: &'a Argument) {
        match &word.value {
            Value::Exact(text) if text.starts_with('-') && !matches!(&**text, "-" | "--") => {
                self.long(one_dash(text), None, word.span);
            }
            Value::One { prefix, suffix } if prefix.starts_with('-') => {
                if prefix.contains('=') {
                    self.long(one_dash(prefix), Some(suffix), word.span);
                } else {
                    self.unknown_word(word);
                }
            }
            Value::Exact(_)
            | Value::OneOf(_)
            | Value::One { .. }
            | Value::Glob(_)
            | Value::Found(_)
            | Value::Many => {
                self.getopt_word(word);
            }
        }
    }
}

/// The word with one dash where it has two.
pub(crate) fn one_dash(text: &str) -> &str {
    match text.strip_prefix('-') {
        Some(rest) if rest.starts_with('-') => rest,
        Some(_) | None => text,
    }
}
