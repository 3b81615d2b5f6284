//! From a word to the value of the argument that it becomes.

use crate::variables::Variables;
use crate::{Part, Quoting, Spread, Value, Word};

/// How many texts a word is told apart into.
const FEW: usize = 64;

/// How long, in bytes, a word may grow by what variables hold; past that it ends in something unknown.
const LONG: usize = 1 << 16;

/// What the program will see of this word.
pub(crate) fn value(word: &Word, variables: &Variables) -> Value {
    if let Some(pattern) = whole_pattern(word, variables) {
        return Value::Glob(pattern.into());
    }
    let mut field = Field::default();
    for part in &word.parts {
        field.push(part, variables);
    }
    field.finish()
}

/// What an assignment or a redirect makes of a word: one field, whatever it expands to.
pub(crate) fn single(word: &Word, variables: &Variables) -> Value {
    match value(word, variables) {
        Value::Found(_) | Value::Many => Value::One {
            prefix: "".into(),
            suffix: "".into(),
        },
        // A variable that holds a path of a pattern stays so; a pattern that is written is text.
        Value::Glob(pattern) if whole_pattern(word, variables).is_some() => Value::Glob(pattern),
        Value::Glob(pattern) => Value::Exact(unescape(&pattern)),
        value @ (Value::Exact(_) | Value::OneOf(_) | Value::One { .. }) => value,
    }
}

/// The pattern of a loop over paths, where a word is that loop's variable in quotes and nothing else.
fn whole_pattern<'a>(word: &Word, variables: &'a Variables) -> Option<&'a str> {
    match word.parts.as_slice() {
        [
            Part::Parameter {
                name,
                quoting: Quoting::Quoted,
            },
        ] => match variables.value(name) {
            Some(Value::Glob(pattern)) => Some(pattern),
            Some(Value::Exact(_) | Value::OneOf(_) | Value::One { .. } | Value::Found(_) | Value::Many)
            | None => None,
        },
        _ => None,
    }
}

/// A value in the making.
#[derive(Debug)]
struct Field {
    /// The texts that the word may be so far, or that stand before its first unknown part; never empty.
    texts: Vec<String>,
    /// The text after the last unknown part; `None` while everything is known.
    suffix: Option<String>,
    /// The pattern, where one was seen.
    pattern: Option<String>,
    many: bool,
}

impl Default for Field {
    fn default() -> Self {
        Self {
            texts: vec![String::new()],
            suffix: None,
            pattern: None,
            many: false,
        }
    }
}

impl Field {
    fn push(&mut self, part: &Part, variables: &Variables) {
        match part {
            Part::Literal(text) => self.text(text),
            Part::Pattern(raw) => match self.texts.as_slice() {
                [text] if self.suffix.is_none() && !opens_class(raw) => {
                    let before = self.pattern.take().unwrap_or_else(|| escape(text));
                    self.pattern = Some(before + raw);
                }
                _ => self.many = true,
            },
            Part::Parameter { name, quoting } => match variables.value(name) {
                Some(Value::Exact(text)) => self.known(std::slice::from_ref(text), *quoting),
                Some(Value::OneOf(texts)) => self.known(texts, *quoting),
                Some(Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many) | None => {
                    self.parameter(name, *quoting);
                }
            },
            Part::Derived { name, quoting, .. } => self.parameter(name, *quoting),
            Part::Substitution {
                quoting: Quoting::Quoted,
                ..
            }
            | Part::Process { .. }
            | Part::Opaque {
                spread: Spread::One, ..
            } => {
                self.unknown();
            }
            Part::Substitution {
                quoting: Quoting::Unquoted,
                ..
            }
            | Part::Array(_)
            | Part::Opaque {
                spread: Spread::Many, ..
            } => {
                self.many = true;
            }
        }
    }

    /// A parameter of which only the number of fields is known.
    fn parameter(&mut self, name: &str, quoting: Quoting) {
        match (quoting, name) {
            // These are digits: nothing to split, no pattern.
            (_, "#" | "?" | "$") => self.unknown(),
            (Quoting::Quoted, "@") | (Quoting::Unquoted, _) => self.many = true,
            (Quoting::Quoted, _) => self.unknown(),
        }
    }

    /// A parameter that holds one of these texts. Bare, it is split and globbed: only plain text stays what it is.
    fn known(&mut self, values: &[Box<str>], quoting: Quoting) {
        let splits = |text: &str| text.is_empty() || text.contains([' ', '\t', '\n', '*', '?', '[', '\\']);
        if quoting == Quoting::Unquoted && values.iter().any(|value| splits(value)) {
            self.many = true;
            return;
        }
        let own = self.texts.iter().chain(&self.suffix).chain(&self.pattern);
        let sizes = own.map(String::len).chain(values.iter().map(|value| value.len()));
        if sizes.sum::<usize>() > LONG {
            self.unknown();
            return;
        }
        match values {
            [value] => self.text(value),
            _ if self.suffix.is_some() || self.pattern.is_some() => self.unknown(),
            _ if self.texts.len().saturating_mul(values.len()) > FEW => self.unknown(),
            _ => {
                let joined = |text: &String| {
                    values
                        .iter()
                        .map(|value| format!("{text}{value}"))
                        .collect::<Vec<_>>()
                };
                self.texts = self.texts.iter().flat_map(joined).collect();
            }
        }
    }

    fn text(&mut self, text: &str) {
        match (&mut self.pattern, &mut self.suffix) {
            (Some(pattern), _) => pattern.push_str(&escape(text)),
            (None, Some(suffix)) => suffix.push_str(text),
            (None, None) => self.texts.iter_mut().for_each(|known| known.push_str(text)),
        }
    }

    fn unknown(&mut self) {
        self.suffix = Some(String::new());
        self.many |= self.pattern.is_some();
    }

    fn finish(mut self) -> Value {
        self.texts.sort();
        self.texts.dedup();
        match (self.pattern, self.suffix, self.texts.as_slice()) {
            _ if self.many => Value::Many,
            (Some(_), Some(_), _) => Value::Many,
            (Some(pattern), None, _) => Value::Glob(pattern.into()),
            (None, Some(suffix), texts) => Value::One {
                prefix: common_prefix(texts).into(),
                suffix: suffix.into(),
            },
            (None, None, [text]) => Value::Exact(text.as_str().into()),
            (None, None, texts) => Value::OneOf(texts.iter().map(|text| text.as_str().into()).collect()),
        }
    }
}

/// Whether a piece of a pattern may begin a class that ends in a later piece: `[a"b"]`.
fn opens_class(raw: &str) -> bool {
    raw.rfind('[')
        .is_some_and(|open| !raw.get(open..).is_some_and(|class| class.contains(']')))
}

/// What all of some texts begin with.
fn common_prefix(texts: &[String]) -> &str {
    let Some((first, rest)) = texts.split_first() else {
        return "";
    };
    let shared = |length: &usize| {
        let prefix = first.get(..*length);
        prefix.is_some_and(|prefix| rest.iter().all(|text| text.starts_with(prefix)))
    };
    let longest = (0..=first.len()).rev().find(shared).unwrap_or(0);
    first.get(..longest).unwrap_or_default()
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
