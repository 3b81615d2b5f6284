//! From a word to the value of the argument that it becomes.

use crate::{Part, Quoting, Spread, Value, Word};

/// What the program will see of this word.
pub(crate) fn value(word: &Word) -> Value {
    let mut field = Field::default();
    for part in &word.parts {
        field.push(part);
    }
    field.finish()
}

/// What an assignment or a redirect makes of a word: one field, whatever it expands to.
pub(crate) fn single(word: &Word) -> Value {
    match value(word) {
        Value::Many => Value::One {
            prefix: "".into(),
            suffix: "".into(),
        },
        Value::Glob(pattern) => Value::Exact(unescape(&pattern)),
        value @ (Value::Exact(_) | Value::OneOf(_) | Value::One { .. }) => value,
    }
}

/// A value in the making.
#[derive(Debug, Default)]
struct Field {
    /// The text before the first unknown part.
    prefix: String,
    /// The text after the last unknown part; `None` while everything is known.
    suffix: Option<String>,
    /// The pattern, where one was seen.
    pattern: Option<String>,
    many: bool,
}

impl Field {
    fn push(&mut self, part: &Part) {
        match part {
            Part::Literal(text) => self.text(text),
            Part::Pattern(raw) => {
                let before = self.pattern.take().unwrap_or_else(|| escape(&self.prefix));
                self.pattern = Some(before + raw);
            }
            Part::Parameter { name, quoting } | Part::Derived { name, quoting } => match (quoting, &**name) {
                // These are digits: nothing to split, no pattern.
                (_, "#" | "?" | "$") => self.unknown(),
                (Quoting::Quoted, "@") | (Quoting::Unquoted, _) => self.many = true,
                (Quoting::Quoted, _) => self.unknown(),
            },
            Part::Substitution {
                quoting: Quoting::Quoted,
                ..
            }
            | Part::Opaque {
                spread: Spread::One, ..
            } => {
                self.unknown();
            }
            Part::Substitution {
                quoting: Quoting::Unquoted,
                ..
            }
            | Part::Opaque {
                spread: Spread::Many, ..
            } => {
                self.many = true;
            }
        }
    }

    fn text(&mut self, text: &str) {
        match (&mut self.pattern, &mut self.suffix) {
            (Some(pattern), _) => pattern.push_str(&escape(text)),
            (None, Some(suffix)) => suffix.push_str(text),
            (None, None) => self.prefix.push_str(text),
        }
    }

    fn unknown(&mut self) {
        self.suffix = Some(String::new());
        self.many |= self.pattern.is_some();
    }

    fn finish(self) -> Value {
        match (self.pattern, self.suffix) {
            _ if self.many => Value::Many,
            (Some(_), Some(_)) => Value::Many,
            (Some(pattern), None) => Value::Glob(pattern.into()),
            (None, Some(suffix)) => Value::One {
                prefix: self.prefix.into(),
                suffix: suffix.into(),
            },
            (None, None) => Value::Exact(self.prefix.into()),
        }
    }
}

/// Text as a pattern that matches only itself.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A pattern as the text that stands there where nothing is globbed.
fn unescape(pattern: &str) -> Box<str> {
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            _ => text.push(character),
        }
    }
    text.into()
}
