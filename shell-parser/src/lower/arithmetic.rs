//! Arithmetic over numbers, and over variables that surely hold numbers.
//!
//! bash evaluates what a variable in an expression holds as an expression of its own, subscripts with the commands in
//! them included (manual, 6.5): `x='a[$(id)]'; echo $((x))` runs `id`. So a name may stand in an expression only where
//! something before it surely set it to a number, and nothing in the whole script may set it to anything else.

use std::collections::BTreeSet;

use diagnostics::Span;

use super::parameter::{is_name, name_length};
use super::{Lowering, sum};
use crate::cst::{Kind, Node};
use crate::{Command, GapReason, Part, Word};

/// What a script does with variables that may hold numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Those that what runs before this place surely set to a number.
    set: Vec<Box<str>>,
    /// Those that something anywhere may set to what is no number.
    spoiled: BTreeSet<Box<str>>,
    /// Those that may be empty or not set, which is 0 but for what `$name` puts in the expression's text.
    emptied: BTreeSet<Box<str>>,
    /// Those that an expression reads, with its place.
    read: Vec<(Box<str>, Span)>,
    /// Those whose text an expression takes in.
    taken_in: Vec<(Box<str>, Span)>,
}

/// How much is surely set at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

impl Numbers {
    /// Notes that a variable is set somewhere.
    pub(super) fn wrote(&mut self, name: &str, value: Written) {
        match value {
            Written::Number => {}
            Written::Nothing => {
                self.emptied.insert(name.into());
            }
            Written::Anything => {
                self.spoiled.insert(name.into());
            }
        }
    }

    /// Notes that a variable surely holds a number from here to the end of this body.
    pub(super) fn settle(&mut self, name: &str) {
        self.set.push(name.into());
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.set.len())
    }

    /// Forgets what was surely set since.
    pub(super) fn forget_since(&mut self, mark: Mark) {
        self.set.truncate(mark.0);
    }

    /// The places of expressions that read what may be no number.
    pub(super) fn unsure(&self) -> impl Iterator<Item = Span> {
        let spoiled = self.read.iter().filter(|(name, _)| self.spoiled.contains(name));
        let taken_in = self.taken_in.iter();
        let emptied = taken_in.filter(|(name, _)| self.emptied.contains(name));
        spoiled.chain(emptied).map(|(_, span)| *span)
    }

    fn reads(&mut self, name: &str, span: Span) -> bool {
        self.read.push((name.into(), span));
        self.set.iter().any(|set| **set == *name)
    }
}

/// What a variable is set to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Written {
    /// Digits, with a minus or without.
    Number,
    /// Nothing, which counts as 0.
    Nothing,
    /// Any text.
    Anything,
}

impl Written {
    /// What a word is, as the value of a variable.
    pub(super) fn of(word: &Word) -> Self {
        let is_number = match word.parts.as_slice() {
            [Part::Parameter { name, .. }] => matches!(&**name, "#" | "?" | "$"),
            [Part::Derived { name, .. }] => &**name == "#",
            _ => word.literal().is_some_and(|text| is_integer(&text)),
        };
        if is_number {
            Self::Number
        } else if word.parts.is_empty() {
            Self::Nothing
        } else {
            Self::Anything
        }
    }
}

impl<'c> Lowering<'c> {
    /// Whether `$((…))` reads numbers alone and sets nothing.
    pub(super) fn is_certain_sum(&mut self, node: Node<'c>) -> bool {
        let inner = node
            .text()
            .strip_prefix("$((")
            .and_then(|text| text.strip_suffix("))"));
        inner.is_some_and(|text| {
            let sets = self.expression(text, node.span());
            sets.is_some_and(|sets| sets.is_empty()) && sum::has_value(text)
        })
    }

    /// `((…))`
    pub(super) fn arithmetic(&mut self, node: Node<'c>) -> Command {
        let inner = node
            .text()
            .strip_prefix("((")
            .and_then(|text| text.strip_suffix("))"));
        let read = inner.and_then(|text| Some((text, self.expression(text, node.span())?)));
        match read {
            Some((text, sets)) => Command::Arithmetic {
                text: text.into(),
                sets,
            },
            None => Command::Unknown(self.unknown(node, GapReason::Construct)),
        }
    }

    /// `for ((i = 0; i < 3; i++)); do …; done`
    pub(super) fn arithmetic_for(&mut self, node: Node<'c>) -> Command {
        let between = |open: Node<'c>, close: Node<'c>| Span::of(open.span().end(), close.span().start());
        let header = match (
            node.child(Kind::DoubleOpenParen),
            node.child(Kind::DoubleCloseParen),
        ) {
            (Some(open), Some(close)) => between(open, close).text(self.text),
            _ => None,
        };
        let group = node
            .child(Kind::DoGroup)
            .or_else(|| node.child(Kind::CompoundStatement));
        let (Some(header), Some(group)) = (header, group) else {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        };
        for child in node.children().filter(|child| child.kind() == Kind::Comment) {
            self.comment(child);
        }
        let mark = self.numbers.mark();
        self.settles = true;
        let mut sets = Vec::new();
        let is_certain = header.split(';').all(|text| {
            let more = self.expression(text, node.span());
            // Only the first of them surely runs before the body.
            self.settles = false;
            let is_certain = more.is_some();
            sets.extend(more.into_iter().flatten());
            is_certain
        });
        if !is_certain || header.split(';').count() != 3 {
            self.numbers.forget_since(mark);
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        }
        let body = self.body(group.inner_children());
        self.numbers.forget_since(mark);
        Command::ForArithmetic {
            header: header.into(),
            sets,
            body,
        }
    }

    /// Whether an operand of `-lt` and its like in `[[ … ]]` is a number.
    pub(super) fn is_number(&mut self, word: &Word) -> bool {
        match word.parts.as_slice() {
            [Part::Parameter { name, .. }] if is_name(name) => {
                !is_set_unseen(name) && self.numbers.reads(name, word.span)
            }
            _ => Written::of(word) == Written::Number,
        }
    }

    /// The variables that an expression sets; `None` where not all that it reads are numbers.
    fn expression(&mut self, text: &str, span: Span) -> Option<Vec<Box<str>>> {
        let mut sets = Vec::new();
        let mut settles = self.settles;
        for clause in text.split(',') {
            let constant = constant_assignment(clause);
            let mut rest = clause;
            let mut last = Token::Operator;
            loop {
                rest = rest.trim_start_matches([' ', '\t', '\n']);
                let from = clause.len().saturating_sub(rest.len());
                let Some(token) = next_token(&mut rest)? else {
                    break;
                };
                // `a$x` is another name.
                if last != Token::Operator && token != Token::Operator {
                    return None;
                }
                last = token;
                let Token::Name(name) = token else { continue };
                let (before, here) = clause.split_at_checked(from)?;
                if here.starts_with('$') {
                    // `y-$x` is `y--1` where that is negative.
                    if before.ends_with('-') {
                        return None;
                    }
                    self.numbers.taken_in.push((name.into(), span));
                }
                if super::assignment::is_shells_own(name) || is_set_unseen(name) {
                    return None;
                }
                let follows = rest.trim_start_matches([' ', '\t', '\n']);
                let plain = follows.starts_with('=') && !follows.starts_with("==");
                let is_set = plain || changes(follows) || rest_before(clause, rest, name);
                // The text that `$x` puts there is what is set: nothing, and then the name before it, or a number.
                if is_set && here.starts_with('$') {
                    return None;
                }
                if is_set {
                    self.numbers.wrote(name, Written::Number);
                    sets.push(name.into());
                }
                if !plain && !self.numbers.reads(name, span) {
                    return None;
                }
            }
            // What follows a division by zero does not run.
            match constant {
                Some(name) if settles => self.numbers.settle(name),
                Some(_) => {}
                None => settles = false,
            }
        }
        Some(sets)
    }
}

/// Variables that commands set without naming them: `read` the one, every command the other.
fn is_set_unseen(name: &str) -> bool {
    matches!(name, "REPLY" | "_")
}

/// Whether `++` or `--` stands before the name that was just read.
fn rest_before(clause: &str, rest: &str, name: &str) -> bool {
    let end = clause.len().saturating_sub(rest.len()).saturating_sub(name.len());
    let before = clause
        .get(..end)
        .unwrap_or_default()
        .trim_end_matches([' ', '\t', '\n']);
    before.ends_with("++") || before.ends_with("--")
}

/// Whether an operator changes the name before it.
fn changes(follows: &str) -> bool {
    let operators = [
        "++", "--", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|=",
    ];
    operators.iter().any(|operator| follows.starts_with(operator))
}

/// The name in `name = 12`.
fn constant_assignment(clause: &str) -> Option<&str> {
    let (name, value) = clause.split_once('=')?;
    let (name, value) = (
        name.trim_matches([' ', '\t', '\n']),
        value.trim_matches([' ', '\t', '\n']),
    );
    // A zero before digits makes them octal, and what is too large for that an error.
    let is_decimal = value == "0" || (1..=18).contains(&value.len()) && !value.starts_with(['0', '-', '+']);
    (is_name(name) && is_integer(value) && is_decimal).then_some(name)
}

/// A piece of an expression.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Token<'t> {
    /// A variable, with `$` or without.
    Name(&'t str),
    /// Digits.
    Number,
    /// An operator or a blank.
    Operator,
}

/// Takes the next piece off; `None` where it is none of these: a subscript, a quote, a substitution.
#[expect(
    clippy::option_option,
    reason = "no piece is left, or one that is not understood"
)]
fn next_token<'t>(rest: &mut &'t str) -> Option<Option<Token<'t>>> {
    let Some(first) = rest.bytes().next() else {
        return Some(None);
    };
    let (token, length) = match first {
        b'$' => {
            let after = rest.get(1..)?;
            let (name, around) = match after.strip_prefix('{') {
                Some(inner) => (inner.split_once('}')?.0, 3),
                None if after.starts_with(['#', '?']) => (after.get(..1)?, 1),
                None => (after.get(..name_length(after))?, 1),
            };
            let token = match name {
                "#" | "?" => Token::Number,
                _ if is_name(name) => Token::Name(name),
                _ => return None,
            };
            (token, name.len().checked_add(around)?)
        }
        b'0'..=b'9' => {
            let length = name_length(rest);
            let digits = rest.get(..length)?;
            let hexadecimal = digits
                .strip_prefix("0x")
                .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            if !hexadecimal && !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            (Token::Number, length)
        }
        _ if first.is_ascii_alphabetic() || first == b'_' => {
            let length = name_length(rest);
            (Token::Name(rest.get(..length)?), length)
        }
        _ if b" \t\n+-*/%()<>=!&|^~?:".contains(&first) => (Token::Operator, 1),
        _ => return None,
    };
    *rest = rest.get(length..)?;
    Some(Some(token))
}

/// Digits with a minus or without, that are no octal number.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_decimal = digits == "0" || !digits.starts_with('0') && !digits.is_empty();
    is_decimal && digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit())
}
