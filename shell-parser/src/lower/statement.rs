//! Statements, and-or lists and pipelines.

use diagnostics::Span;

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Body, Condition, GapReason, Launch, Link, Negation, Pipeline, Statement};

impl<'c> Lowering<'c> {
    /// Statements one after the other, with the separators and comments between them.
    pub(super) fn body(&mut self, nodes: impl Iterator<Item = Node<'c>>) -> Body {
        let outer_tails = std::mem::take(&mut self.tails);
        let mut body = Body::default();
        // The end of the statement that no separator has closed yet.
        let mut open: Option<usize> = None;
        for node in nodes {
            match node.kind() {
                Kind::Semicolon => open = None,
                Kind::Ampersand => {
                    match (open.take(), body.statements.last_mut()) {
                        (Some(_), Some(statement)) => statement.launch = Launch::Background,
                        _ => self.gap(node.span(), GapReason::Construct),
                    }
                }
                Kind::Comment => self.comment(node),
                _ => {
                    if let Some(end) = open
                        && !self.has_newline(end, node.span().start())
                    {
                        self.gap(Span::of(end, node.span().start()), GapReason::Adjacency);
                    }
                    body.statements.push(self.statement(node));
                    open = Some(node.span().end());
                }
            }
        }
        self.tails = outer_tails;
        body
    }

    /// One and-or list.
    pub(super) fn statement(&mut self, node: Node<'c>) -> Statement {
        let mut links = Vec::new();
        self.links(node, Condition::Always, &mut links);
        Statement { links, launch: Launch::Foreground, span: node.span() }
    }

    fn links(&mut self, node: Node<'c>, condition: Condition, links: &mut Vec<Link>) {
        if node.kind() == Kind::List {
            self.nested(node.span(), |lowering| lowering.list(node, condition, links));
            return;
        }
        let mut inner = self.operand(node, condition);
        links.append(&mut inner);
        for (operator, tail) in std::mem::take(&mut self.tails) {
            self.tail(operator, tail, links);
        }
    }

    fn list(&mut self, node: Node<'c>, condition: Condition, links: &mut Vec<Link>) {
        let mut condition = condition;
        for child in node.children() {
            match child.kind() {
                Kind::AndAnd => condition = Condition::OnSuccess,
                Kind::OrOr => condition = Condition::OnFailure,
                Kind::Comment => self.comment(child),
                _ => self.links(child, condition, links),
            }
        }
    }

    /// What stands between two operators of a list. Redirects after a list or pipeline belong to its last command.
    fn operand(&mut self, node: Node<'c>, condition: Condition) -> Vec<Link> {
        if node.kind() == Kind::RedirectedStatement
            && let Some(first) = node.children().next()
            && matches!(first.kind(), Kind::List | Kind::Pipeline | Kind::NegatedCommand)
        {
            let mut links = Vec::new();
            self.nested(node.span(), |lowering| lowering.links(first, condition, &mut links));
            match links.last_mut().and_then(|link| link.pipeline.stages.last_mut()) {
                Some(stage) => self.redirect_stage(node.children().skip(1), stage),
                None => self.gap(node.span(), GapReason::Construct),
            }
            return links;
        }
        vec![Link { condition, pipeline: self.pipeline(node) }]
    }

    /// What follows a here-document's start on its line.
    fn tail(&mut self, operator: Kind, node: Node<'c>, links: &mut Vec<Link>) {
        match operator {
            Kind::AndAnd => self.links(node, Condition::OnSuccess, links),
            Kind::OrOr => self.links(node, Condition::OnFailure, links),
            _ => {
                let mut rest = Vec::new();
                self.links(node, Condition::Always, &mut rest);
                let mut rest = rest.into_iter();
                match (links.last_mut(), rest.next()) {
                    (Some(last), Some(first)) if first.pipeline.negation == Negation::Plain => {
                        last.pipeline.stages.extend(first.pipeline.stages);
                    }
                    _ => self.gap(node.span(), GapReason::Heredoc),
                }
                links.extend(rest);
            }
        }
    }

    fn pipeline(&mut self, node: Node<'c>) -> Pipeline {
        if node.kind() == Kind::Pipeline {
            return self.nested(node.span(), |lowering| lowering.stages(node));
        }
        let (negation, inner) = self.negated(node);
        Pipeline { negation, stages: self.stage(inner).into_iter().collect() }
    }

    fn stages(&mut self, node: Node<'c>) -> Pipeline {
        let mut pipeline = Pipeline::default();
        for child in node.children() {
            match child.kind() {
                Kind::Pipe | Kind::PipeAmpersand => {
                    if !self.tails.is_empty() {
                        self.tails.clear();
                        self.gap(node.span(), GapReason::Heredoc);
                    }
                }
                Kind::Comment => self.comment(child),
                Kind::Pipeline => {
                    let inner = self.nested(child.span(), |lowering| lowering.stages(child));
                    pipeline.stages.extend(inner.stages);
                }
                _ => {
                    let (negation, inner) = self.negated(child);
                    match (negation, pipeline.stages.is_empty()) {
                        (Negation::Negated, false) => self.gap(child.span(), GapReason::Construct),
                        (Negation::Negated, true) => pipeline.negation = negation,
                        (Negation::Plain, _) => {}
                    }
                    pipeline.stages.extend(self.stage(inner));
                }
            }
        }
        pipeline
    }

    /// Takes `! ` off; what is left is a single command or a gap.
    fn negated(&mut self, node: Node<'c>) -> (Negation, Node<'c>) {
        if node.kind() != Kind::NegatedCommand {
            return (Negation::Plain, node);
        }
        let mut children = node.children();
        match (children.next().map(Node::kind), children.next(), children.next()) {
            (Some(Kind::Bang), Some(inner), None) if self.separated(node.span().start().saturating_add(1), inner) => {
                (Negation::Negated, inner)
            }
            _ => {
                self.gap(node.span(), GapReason::Construct);
                (Negation::Negated, node)
            }
        }
    }

    /// A comment begins after a blank or an operator and does not end in a backslash.
    pub(super) fn comment(&mut self, node: Node<'c>) {
        let before = node.span().start().checked_sub(1).and_then(|index| self.text.as_bytes().get(index));
        let begins = matches!(before, None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')'));
        if !begins || node.text().ends_with('\\') || node.text().contains('\n') {
            self.gap(node.span(), GapReason::Adjacency);
        }
    }

    /// Whether a newline that is no line continuation stands between two offsets.
    pub(super) fn has_newline(&self, start: usize, end: usize) -> bool {
        let between = Span::of(start, end).text(self.text).unwrap_or_default();
        between.strip_prefix('\n').is_some() || between.replace("\\\n", "").contains('\n')
    }

    /// Whether at least one blank, and no line end, stands between an offset and a node.
    pub(super) fn separated(&self, end: usize, node: Node<'c>) -> bool {
        let between = Span::of(end, node.span().start()).text(self.text).unwrap_or_default();
        !between.is_empty() && !self.has_newline(end, node.span().start())
    }
}
