//! One token of a pattern.

use std::fmt;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// Bytes that a compiled regular expression may take.
const COMPILED: usize = 64 << 10;

/// One token of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Token {
    /// Exactly this word.
    Word(Box<str>),
    /// One of these words (two or more).
    OneOf(Box<[Box<str>]>),
    /// A word that a regular expression matches whole.
    Matching(WordPattern),
    /// Any one word.
    Any,
    /// Only in last place: every word that follows meets one of these, which are none of `Any` and `Rest`; without
    /// any, no word follows.
    Rest(Box<[Token]>),
}

/// A regular expression for a whole word, in the syntax of the `regex` crate, which takes linear time.
#[derive(Clone, Debug)]
pub struct WordPattern {
    text: Box<str>,
    /// Compiled when it is first asked: shipped policies are read at every start.
    compiled: OnceLock<Option<Regex>>,
}

/// Why a text is no regular expression for words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WordPatternError {
    /// It is not one.
    #[error("it is no regular expression: {0}")]
    Syntax(Box<str>),
    /// It takes more memory than there is for one.
    #[error("it is too large a regular expression")]
    Large,
}

impl Token {
    /// The words it stands for, where it names them.
    pub fn words(&self) -> &[Box<str>] {
        match self {
            Self::Word(word) => std::slice::from_ref(word),
            Self::OneOf(words) => words,
            Self::Matching(_) | Self::Any | Self::Rest(_) => &[],
        }
    }
}

/// As a policy writes it.
impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(formatter, "{word:?}"),
            Self::OneOf(words) => write!(formatter, "{words:?}"),
            Self::Matching(pattern) => write!(formatter, "regex({:?})", pattern.text),
            Self::Any => formatter.write_str("any_token()"),
            Self::Rest(tokens) => {
                formatter.write_str("rest(")?;
                for (number, token) in tokens.iter().enumerate() {
                    let comma = if number > 0 { ", " } else { "" };
                    write!(formatter, "{comma}{token}")?;
                }
                formatter.write_str(")")
            }
        }
    }
}

impl WordPattern {
    /// Checks and compiles it.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn new(text: &str) -> Result<Self, WordPatternError> {
        // Alone first: inside the anchors, `a)|(b` would be one.
        compile(text)?;
        let compiled = compile(&anchored(text))?;
        Ok(Self {
            text: text.into(),
            compiled: OnceLock::from(Some(compiled)),
        })
    }

    /// Of a text that was checked before.
    pub(crate) fn checked(text: Box<str>) -> Self {
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches the whole word.
    pub(crate) fn matches(&self, word: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| compile(&anchored(&self.text)).ok());
        compiled.as_ref().is_some_and(|compiled| compiled.is_match(word))
    }
}

impl PartialEq for WordPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for WordPattern {}

/// The expression for a whole word. A comment at its end would hide the anchor, and is refused for that.
fn anchored(text: &str) -> String {
    format!("\\A(?:{text})\\z")
}

fn compile(text: &str) -> Result<Regex, WordPatternError> {
    RegexBuilder::new(text)
        .size_limit(COMPILED)
        .dfa_size_limit(COMPILED)
        .nest_limit(32)
        .build()
        .map_err(|error| {
            let regex::Error::Syntax(message) = error else {
                return WordPatternError::Large;
            };
            let line = message.lines().last().unwrap_or_default();
            WordPatternError::Syntax(line.trim_start_matches("error: ").into())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_for_whole_words() {
        for (pattern, word, matches) in [
            ("test(:.*)?", "test", true),
            ("test(:.*)?", "test:unit", true),
            ("test(:.*)?", "testing", false),
            ("test(:.*)?", "a test", false),
            ("a|b", "b", true),
            ("a|b", "ab", false),
            ("(?i)get", "GET", true),
            ("(?x) a b", "ab", true),
            ("a$", "a\n", false),
            ("(?m)^a$", "a\nb", false),
        ] {
            assert_eq!(
                WordPattern::new(pattern).unwrap().matches(word),
                matches,
                "{pattern} {word}"
            );
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for wrong in ["(", "a)|(b", "[", "*", "(?x)a # b"] {
            assert!(
                matches!(WordPattern::new(wrong), Err(WordPatternError::Syntax(_))),
                "{wrong}"
            );
        }
        assert_eq!(WordPattern::new("(a{900}){900}"), Err(WordPatternError::Large));
    }
}
