//! `[ … ]` as the command that it is: words between blanks.

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Command, GapReason, Invocation, Part, Word};

impl<'c> Lowering<'c> {
    /// The grammar reads an expression where bash reads arguments; only where every item of it is a word between
    /// blanks do the two agree.
    pub(super) fn test_command(&mut self, node: Node<'c>) -> Command {
        let mut items = Vec::new();
        if node.text().starts_with("[[") {
            return self.conditional_expression(node);
        }
        let is_single = node.text().starts_with('[');
        if !is_single || !flatten(node, &mut items) {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        }
        self.commands = self.commands.saturating_add(1);
        let mut invocation = Invocation::default();
        let mut end = None;
        for item in items {
            self.check_separated(end, item);
            end = Some(item.span().end());
            let word = match item.kind().token() {
                Some(token) => Word {
                    parts: vec![Part::Literal(token.into())],
                    span: item.span(),
                },
                None => self.word(item),
            };
            invocation.words.push(word);
        }
        let arguments = invocation.words.get(1..).unwrap_or_default();
        if !self.is_certain_test("[", arguments) {
            self.gap(node.span(), GapReason::Builtin);
        }
        Command::Simple(invocation)
    }
}

impl<'c> Lowering<'c> {
    /// `[[ … ]]`: no program runs but those in its expansions, if no operator evaluates a string.
    ///
    /// `-eq` and its like evaluate their operands as arithmetic, `-v` and `-R` a subscript.
    fn conditional_expression(&mut self, node: Node<'c>) -> Command {
        let mut words = Vec::new();
        let mut kinds = node.children().map(Node::kind);
        let brackets = (kinds.next(), kinds.last());
        let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t' | b'\n'));
        let text = node.text().as_bytes();
        // `[[a` is a program's name.
        let apart = blank(text.get(2)) && blank(text.len().checked_sub(3).and_then(|index| text.get(index)));
        let whole = apart && brackets == (Some(Kind::DoubleOpenBracket), Some(Kind::DoubleCloseBracket));
        if !whole || !self.operands(node, &mut words) {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        }
        Command::Test(words)
    }

    fn operands(&mut self, node: Node<'c>, words: &mut Vec<Word>) -> bool {
        let compares = node
            .children()
            .any(|child| child.kind() == Kind::TestOperator && evaluates(child.text()));
        if compares {
            return self.compared_numbers(node, words);
        }
        node.children().all(|child| match child.kind() {
            Kind::UnaryExpression | Kind::BinaryExpression | Kind::ParenthesizedExpression => {
                self.operands(child, words)
            }
            Kind::TestOperator
            | Kind::DoubleOpenBracket
            | Kind::DoubleCloseBracket
            | Kind::OpenParen
            | Kind::CloseParen
            | Kind::Bang
            | Kind::AndAnd
            | Kind::OrOr
            | Kind::Equal
            | Kind::EqualEqual
            | Kind::BangEqual
            | Kind::EqualTilde
            | Kind::Less
            | Kind::Greater => true,
            Kind::ExtglobPattern | Kind::Regex => {
                words.push(self.pattern(child));
                true
            }
            Kind::Word
            | Kind::Number
            | Kind::String
            | Kind::RawString
            | Kind::Concatenation
            | Kind::SimpleExpansion
            | Kind::Expansion
            | Kind::CommandSubstitution => {
                words.push(self.word(child));
                true
            }
            _ => false,
        })
    }
}

impl<'c> Lowering<'c> {
    /// `$i -lt 3`: each operand is evaluated, so each must be a number.
    fn compared_numbers(&mut self, node: Node<'c>, words: &mut Vec<Word>) -> bool {
        let children: Vec<Node<'c>> = node.children().collect();
        let [left, operator, right] = children.as_slice() else {
            return false;
        };
        if operator.kind() != Kind::TestOperator || matches!(operator.text(), "-v" | "-R") {
            return false;
        }
        [left, right].into_iter().all(|operand| {
            let word = self.word(*operand);
            let is_number = self.is_number(&word);
            words.push(word);
            is_number
        })
    }
}

/// Operators of `[[` that evaluate what they are given.
fn evaluates(operator: &str) -> bool {
    matches!(
        operator,
        "-v" | "-R" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge"
    )
}

/// Collects the words of a test in the order of the text; false where it holds what is no word.
fn flatten<'c>(node: Node<'c>, items: &mut Vec<Node<'c>>) -> bool {
    node.children().all(|child| match child.kind() {
        Kind::UnaryExpression | Kind::BinaryExpression => flatten(child, items),
        Kind::Word
        | Kind::Number
        | Kind::String
        | Kind::RawString
        | Kind::AnsiCString
        | Kind::Concatenation
        | Kind::SimpleExpansion
        | Kind::Expansion
        | Kind::CommandSubstitution
        | Kind::ArithmeticExpansion
        | Kind::TestOperator
        | Kind::VariableName
        | Kind::OpenBracket
        | Kind::CloseBracket
        | Kind::Bang
        | Kind::Equal
        | Kind::EqualEqual
        | Kind::BangEqual
        | Kind::MinusA
        | Kind::MinusO => {
            items.push(child);
            true
        }
        _ => false,
    })
}
