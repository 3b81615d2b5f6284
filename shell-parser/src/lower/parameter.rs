//! Expansions: parameters, command substitutions, arithmetic.

use diagnostics::Span;

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Body, Direction, GapReason, Part, Quoting, Spread, Word};

impl<'c> Lowering<'c> {
    /// One expansion in a word or a string.
    pub(super) fn expansion(&mut self, node: Node<'c>, quoting: Quoting, word: &mut Word) {
        let known = match node.kind() {
            Kind::SimpleExpansion => self.simple_parameter(node),
            Kind::Expansion => {
                if let Some(name) = operated_parameter(node.text()) {
                    return word.parts.push(Part::Derived {
                        name: name.into(),
                        text: node.text().into(),
                        operand: Vec::new(),
                        quoting,
                    });
                }
                if let Some(derived) = self.operand_that_runs(node, quoting) {
                    return word.parts.push(derived);
                }
                braced_parameter(node)
            }
            Kind::CommandSubstitution => return self.substitution(node, quoting, word),
            Kind::ArithmeticExpansion if self.is_certain_sum(node) => {
                return word.parts.push(Part::Opaque {
                    text: node.text().into(),
                    body: Body::default(),
                    spread: Spread::One,
                });
            }
            _ => None,
        };
        match known {
            Some(name) => word.parts.push(Part::Parameter {
                name: name.into(),
                quoting,
            }),
            None => self.opaque(node, GapReason::Expansion, Spread::Many, word),
        }
    }

    /// `${name:-$(…)}` and its like: the operand is read as a string, and its commands kept.
    fn operand_that_runs(&mut self, node: Node<'c>, quoting: Quoting) -> Option<Part> {
        let (name, operand) = split_operated(node.text())?;
        let is_plain = !operand.contains(['\'', '"', '\\', '{', '}', '<', '>', '\n']);
        let start = node.span().end().checked_sub(1)?.checked_sub(operand.len())?;
        if !is_plain {
            return None;
        }
        let parts = self.reparse(Span::of(start, start.saturating_add(operand.len())))?;
        // `"${x:-$@}"` is as many fields as `"$@"`.
        let is_list = |part: &Part| matches!(part, Part::Parameter { name, .. } | Part::Derived { name, .. } if &**name == "@");
        let name = if parts.iter().any(is_list) { "@" } else { name };
        Some(Part::Derived {
            name: name.into(),
            text: node.text().into(),
            operand: parts,
            quoting,
        })
    }

    /// `$name`, where the name ends exactly where bash ends it.
    fn simple_parameter(&self, node: Node<'c>) -> Option<&'c str> {
        let name = node.text().strip_prefix('$')?;
        let follows = self.byte_after(node.span());
        let continues = follows.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_special(name) {
            return Some(name);
        }
        (is_name(name) && !continues && follows != Some(b'\\')).then_some(name)
    }

    /// `$(…)`, and backticks that hold no escape and pair as bash pairs them.
    fn substitution(&mut self, node: Node<'c>, quoting: Quoting, word: &mut Word) {
        let mut kinds = node.children().map(Node::kind);
        let is_plain = match (kinds.next(), kinds.last()) {
            (Some(Kind::DollarParen), Some(Kind::CloseParen)) => !node.text().starts_with("$(("),
            (Some(Kind::Backtick), Some(Kind::Backtick)) => self.cst.pairs_backticks(node),
            _ => false,
        };
        if !is_plain {
            return self.opaque(node, GapReason::Expansion, Spread::Many, word);
        }
        let body = self.nested(node.span(), |lowering| lowering.body(node.inner_children()));
        word.parts.push(Part::Substitution { body, quoting });
    }
}

impl<'c> Lowering<'c> {
    /// `<(…)` and `>(…)`: a command beside this one, and one word that names the pipe to it.
    pub(super) fn process_substitution(&mut self, node: Node<'c>, word: &mut Word) {
        let mut kinds = node.children().map(Node::kind);
        let direction = match kinds.next() {
            Some(Kind::LessParen) => Some(Direction::Read),
            Some(Kind::GreaterParen) => Some(Direction::Write),
            _ => None,
        };
        let is_plain = kinds.last() == Some(Kind::CloseParen) && node.text().as_bytes().get(2) != Some(&b'(');
        let Some(direction) = direction.filter(|_| is_plain) else {
            return self.opaque(node, GapReason::Expansion, Spread::Many, word);
        };
        let body = self.nested(node.span(), |lowering| lowering.body(node.inner_children()));
        word.parts.push(Part::Process { direction, body });
    }
}

/// `${name:-text}` and its like, where the text only holds plain characters and plain parameters, so that nothing
/// in it runs, assigns or is evaluated (bash manual, 3.5.3).
fn operated_parameter(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    if let Some(name) = inner.strip_prefix('#') {
        let array = name
            .strip_suffix("[@]")
            .or(name.strip_suffix("[*]"))
            .unwrap_or(name);
        return is_name(array).then_some("#");
    }
    let length = name_length(inner);
    let (name, rest) = inner.split_at_checked(length)?;
    if is_name(name)
        && let Some(subscript) = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
    {
        let digits = !subscript.is_empty() && subscript.bytes().all(|byte| byte.is_ascii_digit());
        return match subscript {
            "@" | "*" => Some("@"),
            _ => digits.then_some(name),
        };
    }
    let positional = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    if !is_name(name) && !positional {
        return None;
    }
    // `@P` expands the value as a prompt, and runs what is in it.
    if let Some(transformation) = rest.strip_prefix('@') {
        return matches!(transformation, "Q" | "U" | "u" | "L" | "E").then_some(name);
    }
    let operand = split_operated(text).map(|(_, operand)| operand);
    let is_text = match (operand, rest.strip_prefix(':')) {
        (Some(operand), _) => is_plain_operand(operand),
        // An offset and a length are arithmetic, where a name would be evaluated.
        (None, Some(offsets)) => is_offset_and_length(offsets),
        (None, None) => false,
    };
    is_text.then_some(name)
}

/// The variable and the operand of an expansion with an operator that neither assigns nor evaluates.
fn split_operated(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let length = name_length(inner);
    let (name, rest) = inner.split_at_checked(length)?;
    let operators = [
        ":-", ":+", ":?", "-", "+", "?", "##", "#", "%%", "%", "//", "/", "^^", "^", ",,", ",",
    ];
    let operand = operators
        .iter()
        .find_map(|operator| rest.strip_prefix(*operator))?;
    (!name.is_empty()).then_some((name, operand))
}

/// `1`, `1:2`, ` -1`. A negative length ends the whole line where the value is shorter, and so does what is no number.
fn is_offset_and_length(text: &str) -> bool {
    let (offset, length) = match text.split_once(':') {
        Some((offset, length)) => (offset, length),
        None => (text, "0"),
    };
    let is_number = |text: &str| {
        let is_decimal = text == "0" || !text.starts_with('0') && !text.is_empty();
        is_decimal && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let offset = offset.trim_matches(' ');
    is_number(offset.strip_prefix('-').unwrap_or(offset)) && is_number(length.trim_matches(' '))
}

/// Text without quotes, escapes or braces, in which nothing but plain parameters expands.
fn is_plain_operand(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        let length = name_length(after);
        let Some((name, tail)) = after.split_at_checked(length) else {
            return false;
        };
        if !is_inert(before) || !is_name(name) {
            return false;
        }
        rest = tail;
    }
    is_inert(rest)
}

/// Text that no shell acts on inside `${…}`.
fn is_inert(text: &str) -> bool {
    !text.contains([
        '`', '\'', '"', '\\', '{', '}', '(', ')', '<', '>', '\n', '&', ';', '|',
    ])
}

/// `${name}` and nothing more.
fn braced_parameter(node: Node<'_>) -> Option<&str> {
    let name = node.text().strip_prefix("${")?.strip_suffix('}')?;
    let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    (is_name(name) || digits || is_special(name)).then_some(name)
}

/// A parameter that is one character long: positional or special.
fn is_special(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        [b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-']
    )
}

/// How many bytes at the beginning of a text may belong to a variable's name.
pub(super) fn name_length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count()
}

/// A variable's name.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
