//! `[ … ]` as the command that it is: words between blanks.

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Command, GapReason, Invocation, Part, TestItem, Word};

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
        let mut items = Vec::new();
        let mut kinds = node.children().map(Node::kind);
        let brackets = (kinds.next(), kinds.last());
        let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t' | b'\n'));
        let text = node.text().as_bytes();
        // `[[a` is a program's name.
        let apart = blank(text.get(2)) && blank(text.len().checked_sub(3).and_then(|index| text.get(index)));
        let whole = apart && brackets == (Some(Kind::DoubleOpenBracket), Some(Kind::DoubleCloseBracket));
        if !whole || !self.items(node, &mut items) {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        }
        Command::Test(items)
    }

    fn items(&mut self, node: Node<'c>, items: &mut Vec<TestItem>) -> bool {
        let compares = node
            .children()
            .any(|child| child.kind() == Kind::TestOperator && evaluates(child.text()));
        if compares {
            return self.compared_numbers(node, items);
        }
        node.children().all(|child| match child.kind() {
            Kind::UnaryExpression | Kind::BinaryExpression | Kind::ParenthesizedExpression => {
                self.items(child, items)
            }
            Kind::DoubleOpenBracket | Kind::DoubleCloseBracket => true,
            Kind::TestOperator
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
            | Kind::Greater => {
                items.push(TestItem::Operator(child.text().into()));
                !evaluates(child.text())
            }
            Kind::ExtglobPattern | Kind::Regex => {
                let pattern = self.pattern(child);
                push_operand(items, pattern);
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
                let operand = self.word(child);
                push_operand(items, operand);
                true
            }
            _ => false,
        })
    }

    /// `$i -lt 3`: each operand is evaluated, so each must be a number.
    fn compared_numbers(&mut self, node: Node<'c>, items: &mut Vec<TestItem>) -> bool {
        let children: Vec<Node<'c>> = node.children().collect();
        let [left, operator, right] = children.as_slice() else {
            return false;
        };
        if operator.kind() != Kind::TestOperator || matches!(operator.text(), "-v" | "-R") {
            return false;
        }
        let (left, right) = (self.word(*left), self.word(*right));
        let are_numbers = self.is_number(&left) && self.is_number(&right);
        items.push(TestItem::Operand(left));
        items.push(TestItem::Operator(operator.text().into()));
        items.push(TestItem::Operand(right));
        are_numbers
    }
}

/// Adds an operand, or a piece of the one that it touches: `*"a b"*`.
fn push_operand(items: &mut Vec<TestItem>, operand: Word) {
    match items.last_mut() {
        Some(TestItem::Operand(before)) if before.span.end() == operand.span.start() => {
            before.parts.extend(operand.parts);
            before.span = before.span.to(operand.span);
            super::word::join_literals(&mut before.parts);
        }
        Some(TestItem::Operand(_) | TestItem::Operator(_)) | None => items.push(TestItem::Operand(operand)),
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
