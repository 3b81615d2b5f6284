//! Statements, and-or lists and pipelines.

use diagnostics::Span;

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::wrapper::Head;
use crate::{Body, Command, Condition, GapReason, Launch, Link, Negation, Pipeline, Stage, Statement};

impl<'c> Lowering<'c> {
    /// Statements one after the other, with the separators and comments between them.
    pub(super) fn body(&mut self, nodes: impl Iterator<Item = Node<'c>>) -> Body {
        let outer_tails = std::mem::take(&mut self.tails);
        let outer_settles = self.settles;
        let outer_numbers = self.numbers.mark();
        let mut before = outer_numbers;
        let mut body = Body::default();
        // The end of the statement that no separator has closed yet.
        let mut open: Option<usize> = None;
        for node in nodes {
            match node.kind() {
                Kind::Semicolon => open = None,
                Kind::Ampersand => match (open.take(), body.statements.last_mut()) {
                    (Some(_), Some(statement)) => {
                        statement.launch = Launch::Background;
                        self.numbers.forget_since(before);
                    }
                    _ => self.gap(node.span(), GapReason::Construct),
                },
                Kind::Comment => self.comment(node),
                _ => {
                    if let Some(end) = open
                        && !self.has_newline(end, node.span().start())
                    {
                        self.gap(Span::of(end, node.span().start()), GapReason::Adjacency);
                    }
                    before = self.numbers.mark();
                    body.statements.push(self.statement(node));
                    open = Some(node.span().end());
                }
            }
        }
        self.numbers.forget_since(outer_numbers);
        self.settles = outer_settles;
        self.tails = outer_tails;
        body
    }

    /// One and-or list.
    pub(super) fn statement(&mut self, node: Node<'c>) -> Statement {
        self.head = Head::Pipeline;
        self.settles = true;
        Statement {
            links: self.links(node),
            launch: Launch::Foreground,
            span: node.span(),
        }
    }

    /// The pipelines of a list, in the order in which bash reads them.
    ///
    /// The grammar binds a redirect, a `!` or a `|` to more than bash does where a list stands before it:
    /// `a && b >f | c` is a pipeline of a redirected list to it. Reading from left to right gives bash's order.
    fn links(&mut self, node: Node<'c>) -> Vec<Link> {
        self.nested(node.span(), |lowering| lowering.links_here(node))
    }

    fn links_here(&mut self, node: Node<'c>) -> Vec<Link> {
        match node.kind() {
            Kind::List => self.list(node),
            Kind::Pipeline => self.pipeline(node),
            Kind::NegatedCommand => self.negated(node),
            Kind::RedirectedStatement if holds_several(node) => self.redirected(node),
            _ => {
                let stages = self.stage(node).into_iter().collect();
                let mut links = vec![Link::first(stages)];
                self.tails(&mut links);
                links
            }
        }
    }

    fn list(&mut self, node: Node<'c>) -> Vec<Link> {
        let mut links = Vec::new();
        let mut condition = Condition::Always;
        for child in node.children() {
            match child.kind() {
                // A list may stand behind a `|`, so that its first operand is a later stage.
                Kind::AndAnd => {
                    condition = Condition::OnSuccess;
                    self.head = Head::Pipeline;
                }
                Kind::OrOr => {
                    condition = Condition::OnFailure;
                    self.head = Head::Pipeline;
                }
                Kind::Comment => self.comment(child),
                _ => {
                    let operand = self.links(child);
                    append(&mut links, condition, operand);
                    // The next one may not run.
                    self.settles = false;
                }
            }
        }
        links
    }

    fn pipeline(&mut self, node: Node<'c>) -> Vec<Link> {
        let mut links = Vec::new();
        // Each stage runs in a shell of its own.
        self.settles = false;
        for child in node.children() {
            match child.kind() {
                Kind::Pipe | Kind::PipeAmpersand => self.head = Head::Stage,
                Kind::Comment => self.comment(child),
                _ => {
                    let operand = self.links(child);
                    self.join(&mut links, operand, child.span());
                }
            }
        }
        links
    }

    /// `! a`: the first pipeline is turned round.
    fn negated(&mut self, node: Node<'c>) -> Vec<Link> {
        let mut children = node.children();
        match (children.next().map(Node::kind), children.next(), children.next()) {
            (Some(Kind::Bang), Some(inner), None)
                if self.separated(node.span().start().saturating_add(1), inner) =>
            {
                let mut links = self.links(inner);
                match links.first_mut() {
                    Some(link) if link.pipeline.negation == Negation::Plain => {
                        link.pipeline.negation = Negation::Negated;
                    }
                    _ => self.gap(node.span(), GapReason::Construct),
                }
                links
            }
            _ => {
                let stage = Stage {
                    command: Command::Unknown(self.unknown(node, GapReason::Construct)),
                    ..Stage::default()
                };
                vec![Link::first(vec![stage])]
            }
        }
    }

    /// Redirects after a list or pipeline belong to its last command.
    fn redirected(&mut self, node: Node<'c>) -> Vec<Link> {
        let mut children = node.children();
        let mut links = children.next().map(|first| self.links(first)).unwrap_or_default();
        match links.last_mut().and_then(|link| link.pipeline.stages.last_mut()) {
            Some(stage) => {
                stage.span = stage
                    .span
                    .to(node.children().last().map_or(stage.span, Node::span));
                self.redirect_stage(children, stage);
            }
            None => self.gap(node.span(), GapReason::Construct),
        }
        self.tails(&mut links);
        links
    }

    /// What follows a here-document's start on its line continues the list where the document stands.
    fn tails(&mut self, links: &mut Vec<Link>) {
        for (operator, node) in std::mem::take(&mut self.tails) {
            self.settles = false;
            self.head = match operator {
                Kind::AndAnd | Kind::OrOr => Head::Pipeline,
                _ => Head::Stage,
            };
            let more = self.links(node);
            match operator {
                Kind::AndAnd => append(links, Condition::OnSuccess, more),
                Kind::OrOr => append(links, Condition::OnFailure, more),
                _ => self.join(links, more, node.span()),
            }
        }
    }

    /// Pipes what is there into what follows: the two pipelines that meet become one.
    fn join(&mut self, links: &mut Vec<Link>, more: Vec<Link>, span: Span) {
        let mut more = more.into_iter();
        match (links.last_mut(), more.next()) {
            (None, Some(first)) => links.push(first),
            (Some(last), Some(first)) => {
                // bash takes `!` only at the head of a pipeline.
                if first.pipeline.negation == Negation::Negated {
                    self.gap(span, GapReason::Construct);
                }
                last.pipeline.stages.extend(first.pipeline.stages);
            }
            (_, None) => self.gap(span, GapReason::Construct),
        }
        links.extend(more);
    }

    /// A comment begins after a blank or an operator and does not end in a backslash.
    pub(super) fn comment(&mut self, node: Node<'c>) {
        let before = node
            .span()
            .start()
            .checked_sub(1)
            .and_then(|index| self.text.as_bytes().get(index));
        let begins = matches!(
            before,
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')')
        );
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
        let between = Span::of(end, node.span().start())
            .text(self.text)
            .unwrap_or_default();
        between.contains([' ', '\t']) && !self.has_newline(end, node.span().start())
    }
}

/// Whether a redirected statement holds a list or pipeline, and not one command.
fn holds_several(node: Node<'_>) -> bool {
    node.children().next().is_some_and(|first| match first.kind() {
        Kind::List | Kind::Pipeline | Kind::NegatedCommand => true,
        Kind::RedirectedStatement => holds_several(first),
        _ => false,
    })
}

fn append(links: &mut Vec<Link>, condition: Condition, more: Vec<Link>) {
    let mut more = more.into_iter();
    links.extend(more.next().map(|first| Link { condition, ..first }));
    links.extend(more);
}

impl Link {
    /// A pipeline that stands first in its list.
    fn first(stages: Vec<Stage>) -> Self {
        Self {
            condition: Condition::Always,
            pipeline: Pipeline {
                negation: Negation::Plain,
                stages,
            },
        }
    }
}
