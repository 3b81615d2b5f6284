//! Compound commands: groups, subshells, conditionals, loops.

use super::Lowering;
use super::arithmetic::Written;
use crate::cst::{Kind, Node};
use crate::{Body, Command, GapReason, Word};

impl<'c> Lowering<'c> {
    pub(super) fn group(&mut self, node: Node<'c>) -> Command {
        self.bracketed(node, Kind::OpenBrace, Kind::CloseBrace, Command::Group)
    }

    pub(super) fn subshell(&mut self, node: Node<'c>) -> Command {
        self.bracketed(node, Kind::OpenParen, Kind::CloseParen, Command::Subshell)
    }

    /// `((` begins arithmetic in bash and may begin a subshell in the grammar, so it is left alone.
    fn bracketed(
        &mut self,
        node: Node<'c>,
        open: Kind,
        close: Kind,
        command: fn(Body) -> Command,
    ) -> Command {
        let mut kinds = node.children().map(Node::kind);
        // `{` is a word of its own: `{}` is a program's name.
        let joined =
            open == Kind::OpenBrace && !matches!(node.text().as_bytes().get(1), Some(b' ' | b'\t' | b'\n'));
        if joined
            || node.text().starts_with("((")
            || kinds.next() != Some(open)
            || kinds.last() != Some(close)
        {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        }
        command(self.body(node.inner_children()))
    }

    /// `if`, `elif`, `else`: each clause is a run of statements between keywords.
    pub(super) fn conditional(&mut self, node: Node<'c>) -> Command {
        let mut branches = Vec::new();
        let mut otherwise = Body::default();
        branches.push(self.branch(node));
        for child in node.children() {
            match child.kind() {
                Kind::ElifClause => branches.push(self.branch(child)),
                Kind::ElseClause => {
                    otherwise = self.body(child.children().filter(|inside| !is_keyword(*inside)));
                }
                _ => {}
            }
        }
        Command::If { branches, otherwise }
    }

    /// The condition before `then`, and the statements after it.
    fn branch(&mut self, node: Node<'c>) -> (Body, Body) {
        let is_clause = |child: &Node<'_>| matches!(child.kind(), Kind::ElifClause | Kind::ElseClause);
        let is_then = |child: &Node<'_>| child.kind() == Kind::KeywordThen;
        let condition = node
            .children()
            .take_while(|child| !is_then(child))
            .filter(|child| !is_keyword(*child));
        let condition = self.body(condition);
        let then = node.children().skip_while(|child| !is_then(child)).skip(1);
        let then = self.body(then.filter(|child| !is_keyword(*child) && !is_clause(child)));
        (condition, then)
    }

    pub(super) fn while_loop(&mut self, node: Node<'c>) -> Command {
        let condition = node
            .children()
            .filter(|child| !is_keyword(*child) && child.kind() != Kind::DoGroup);
        let condition = self.body(condition);
        let Some(group) = node.child(Kind::DoGroup) else {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        };
        Command::While {
            condition,
            body: self.body(group.inner_children()),
        }
    }

    pub(super) fn for_loop(&mut self, node: Node<'c>) -> Command {
        let is_for = node.children().next().map(Node::kind) == Some(Kind::KeywordFor);
        let (Some(name), Some(group)) = (node.child(Kind::VariableName), node.child(Kind::DoGroup)) else {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        };
        if !is_for || !super::assignment::is_plain(name.text()) {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        }
        let mut words = node.child(Kind::KeywordIn).map(|_| Vec::new());
        let mut end = name.span().end();
        for child in node.children().skip(2) {
            match child.kind() {
                Kind::KeywordIn => end = child.span().end(),
                Kind::Semicolon | Kind::DoGroup => {}
                Kind::Comment => self.comment(child),
                _ => {
                    if !self.separated(end, child) {
                        self.gap(child.span(), GapReason::Adjacency);
                    }
                    let mut more = self.words(child);
                    end = child.span().end();
                    words.get_or_insert_default().append(&mut more);
                }
            }
        }
        let is_number = |word: &Word| Written::of(word) == Written::Number;
        let mark = self.numbers.mark();
        if words.as_deref().is_some_and(|words| words.iter().all(is_number)) {
            self.numbers.settle(name.text());
        } else {
            self.numbers.wrote(name.text(), Written::Anything);
        }
        let body = self.body(group.inner_children());
        self.numbers.forget_since(mark);
        Command::For {
            name: name.text().into(),
            name_span: name.span(),
            words,
            body,
        }
    }
}

/// Whether a child is one of the keywords that hold a conditional or loop together.
fn is_keyword(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        Kind::KeywordIf
            | Kind::KeywordThen
            | Kind::KeywordElif
            | Kind::KeywordElse
            | Kind::KeywordFi
            | Kind::KeywordWhile
            | Kind::KeywordUntil
    )
}
