//! The values of the policy language.

use std::rc::Rc;

use diagnostics::Span;

use super::function::Builtin;
use crate::Token;

/// A value. Containers and functions are numbers into the heap, so that no chain of values, however long, is ever
/// walked by the machine's own stack.
#[derive(Clone, Debug)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Text(Text),
    List(usize),
    Tuple(usize),
    Dict(usize),
    Range(Range),
    Function(usize),
    Token(Rc<TokenValue>),
    Builtin(Builtin),
}

/// A token of a pattern that is more than a word, and the call that made it.
#[derive(Debug)]
pub(super) struct TokenValue {
    pub(super) token: Token,
    pub(super) place: Place,
}

/// A string, and where it stands if it was written as one literal.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: Rc<str>,
    pub(super) place: Option<Place>,
}

/// `range(start, end, step)`; the step is never zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) step: i64,
}

/// A stretch of one module's text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    pub(super) module: usize,
    pub(super) span: Span,
}

/// A value that a dict can find again.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    None,
    Bool(bool),
    Int(i64),
    Text(Rc<str>),
    Tuple(Vec<Key>),
}

impl Value {
    /// A string that was computed.
    pub(super) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text {
            text: text.into(),
            place: None,
        })
    }

    /// The string, if it is one.
    pub(super) fn as_text(&self) -> Option<&Text> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The number, if it is one.
    pub(super) fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    /// The name of its type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Dict(_) => "dict",
            Self::Range(_) => "range",
            Self::Token(_) => "token",
            Self::Function(_) | Self::Builtin(_) => "function",
        }
    }
}

impl Range {
    /// How many numbers it holds.
    pub(super) fn len(self) -> usize {
        let (from, to) = if self.step > 0 {
            (i128::from(self.start), i128::from(self.end))
        } else {
            (i128::from(self.end), i128::from(self.start))
        };
        let step = i128::from(self.step).abs();
        usize::try_from((to - from + step - 1) / step).unwrap_or(0)
    }

    /// The numbers.
    pub(super) fn numbers(self) -> impl Iterator<Item = i64> {
        let step = self.step;
        std::iter::successors((self.len() > 0).then_some(self.start), move |last| {
            last.checked_add(step)
        })
        .take(self.len())
    }
}
