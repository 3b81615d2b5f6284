//! A token as a line of a compiled policy holds it.

use serde::{Deserialize, Serialize};

use crate::{Token, WordPattern};

/// A token.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TokenLine {
    /// One of these.
    Words(Vec<Box<str>>),
    /// A regular expression.
    Regex(Box<str>),
    /// Any one word.
    Any,
    /// What follows.
    Rest(Vec<TokenLine>),
}

impl From<&Token> for TokenLine {
    fn from(token: &Token) -> Self {
        match token {
            Token::Word(_) | Token::OneOf(_) => Self::Words(token.words().to_vec()),
            Token::Matching(pattern) => Self::Regex(pattern.as_str().into()),
            Token::Any => Self::Any,
            Token::Rest(tokens) => Self::Rest(tokens.iter().map(Self::from).collect()),
        }
    }
}

impl From<TokenLine> for Token {
    fn from(line: TokenLine) -> Self {
        match line {
            TokenLine::Words(words) => match <[Box<str>; 1]>::try_from(words) {
                Ok([word]) => Self::Word(word),
                Err(words) => Self::OneOf(words.into()),
            },
            TokenLine::Regex(regex) => Self::Matching(WordPattern::checked(regex)),
            TokenLine::Any => Self::Any,
            TokenLine::Rest(rest) => Self::Rest(rest.into_iter().map(Self::from).collect()),
        }
    }
}
