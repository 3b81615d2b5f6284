//! Expansions: parameters, command substitutions, arithmetic.

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Body, GapReason, Part, Quoting, Spread, Word};

impl<'c> Lowering<'c> {
    /// One expansion in a word or a string.
    pub(super) fn expansion(&mut self, node: Node<'c>, quoting: Quoting, word: &mut Word) {
        let known = match node.kind() {
            Kind::SimpleExpansion => self.simple_parameter(node),
            Kind::Expansion => braced_parameter(node),
            Kind::CommandSubstitution => return self.substitution(node, quoting, word),
            Kind::ArithmeticExpansion if is_digits_only(node.text()) => {
                return word.parts.push(Part::Opaque {
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

    /// `$(…)`; backticks are read by other rules of escaping, and are a gap.
    fn substitution(&mut self, node: Node<'c>, quoting: Quoting, word: &mut Word) {
        let mut kinds = node.children().map(Node::kind);
        let is_plain = kinds.next() == Some(Kind::DollarParen)
            && kinds.last() == Some(Kind::CloseParen)
            && !node.text().starts_with("$((");
        if !is_plain {
            return self.opaque(node, GapReason::Expansion, Spread::Many, word);
        }
        let count = node.children().count();
        let inner = node.children().take(count.saturating_sub(1)).skip(1);
        let body = self.nested(node.span(), |lowering| lowering.body(inner));
        word.parts.push(Part::Substitution { body, quoting });
    }
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

/// A variable's name.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Arithmetic that holds no name, so that nothing in it is evaluated twice.
fn is_digits_only(text: &str) -> bool {
    text.strip_prefix("$((")
        .and_then(|rest| rest.strip_suffix("))"))
        .is_some_and(|inner| {
            inner.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b' ' | b'+' | b'-' | b'*' | b'/' | b'%' | b'(' | b')')
            })
        })
}
