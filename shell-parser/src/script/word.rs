//! Words and their pieces.

use diagnostics::Span;

use crate::Body;

/// A shell word: what stands between blanks.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Word {
    /// Its pieces, side by side; none is the empty string.
    pub parts: Vec<Part>,
    /// Its text.
    pub span: Span,
}

/// A piece of a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    /// Text as the program will see it, quotes and escapes resolved.
    Literal(Box<str>),
    /// Unquoted text with `*`, `?` or `[`, escapes kept: paths, or itself.
    Pattern(Box<str>),
    /// `$name`, `${name}`
    Parameter {
        /// The variable, or the special parameter's character.
        name: Box<str>,
        /// Whether it stands in double quotes.
        quoting: Quoting,
    },
    /// `${name:-text}` and its like: something made of a variable's value.
    Derived {
        /// The variable; `#` where it is the length of one.
        name: Box<str>,
        /// As it is written, from `${` to `}`.
        text: Box<str>,
        /// What runs in its operand.
        operand: Vec<Part>,
        /// Whether it stands in double quotes.
        quoting: Quoting,
    },
    /// `$(…)`
    Substitution {
        /// What runs.
        body: Body,
        /// Whether it stands in double quotes.
        quoting: Quoting,
    },
    /// `<(…)`, `>(…)`: a command beside this one, and one word that names the pipe to it.
    Process {
        /// Which end the word names.
        direction: Direction,
        /// What runs.
        body: Body,
    },
    /// `(a "b c")` behind an assignment: the elements.
    Array(Vec<Word>),
    /// An expansion that is not followed further: a brace list, a tilde, a gap. What runs in it is in `body`.
    Opaque {
        /// As it is written, where it is no gap.
        text: Box<str>,
        /// Commands seen inside, which may run.
        body: Body,
        /// How many fields it may become.
        spread: Spread,
    },
}

/// Which end of a process substitution's pipe the command gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// `<(…)`
    Read,
    /// `>(…)`
    Write,
}

/// How many fields an expansion may become.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spread {
    /// Exactly one.
    One,
    /// Any number.
    Many,
}

/// Whether an expansion is split into fields.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quoting {
    /// In double quotes: one field (`"$@"` and its like excepted).
    Quoted,
    /// Bare: split and globbed.
    Unquoted,
}
