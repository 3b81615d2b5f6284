//! The concrete syntax tree of a script, checked byte by byte. The only room that knows tree-sitter.
//!
//! tree-sitter reads bash almost as bash does. What it passes over without a node is where the two differ unseen,
//! so reading the tree checks that every byte between two leaves is a blank, and that every token has the text of
//! its kind; what does not hold is a fault with its place.

mod kind;
mod mask;
mod node;

use std::ops::ControlFlow;

use diagnostics::Span;
use tree_sitter::{Language, ParseOptions, ParseState, Parser, TreeCursor};

use crate::{Gap, GapReason, Limits};

pub(crate) use kind::Kind;
pub(crate) use node::Node;

/// A checked tree: nodes in the order of the text, each before its children.
#[derive(Debug)]
pub(crate) struct Cst<'t> {
    text: &'t str,
    records: Vec<Record>,
    /// What the byte checks found.
    pub(crate) faults: Vec<Gap>,
    /// Where backticks stand that are no data, in order.
    backticks: Vec<usize>,
}

/// One node. Its descendants are the records up to `next`.
#[derive(Clone, Copy, Debug)]
struct Record {
    kind: Kind,
    span: Span,
    next: u32,
}

/// Parses a text within the limits, or says which bound it passed.
pub(crate) fn read<'t>(text: &'t str, limits: &Limits) -> Result<Cst<'t>, GapReason> {
    let mut parser = Parser::new();
    if parser
        .set_language(&Language::from(tree_sitter_bash::LANGUAGE))
        .is_err()
    {
        return Err(GapReason::Syntax);
    }
    let masked = mask::mask(text);
    let bytes = masked.as_bytes();
    let tree = if bytes.len() < SLOW_FROM {
        parser.parse(bytes, None)
    } else {
        let watch = Watch::start(limits);
        let mut watched = |_: &ParseState| watch.check();
        let mut input = |offset: usize, _| bytes.get(offset..).unwrap_or_default();
        parser.parse_with_options(
            &mut input,
            None,
            Some(ParseOptions::new().progress_callback(&mut watched)),
        )
    };
    let tree = tree.ok_or(GapReason::TooSlow)?;
    let mut reading = Reading {
        cst: Cst {
            text,
            records: Vec::new(),
            faults: Vec::new(),
            backticks: Vec::new(),
        },
        leaf_end: 0,
    };
    reading.walk(&mut tree.walk());
    reading.check_between(text.len());
    Ok(reading.cst)
}

/// Below this length no input is slow: the worst known one costs 20 µs a byte.
const SLOW_FROM: usize = 1024;

/// The one clock below the gatekeeper: it bounds a parse, and is no part of a verdict beyond the bound's name.
struct Watch {
    started: std::time::Instant,
    limit: std::time::Duration,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "a bound on time needs a clock")]
    fn start(limits: &Limits) -> Self {
        Self {
            started: std::time::Instant::now(),
            limit: limits.parse_time,
        }
    }

    fn check(&self) -> ControlFlow<()> {
        if self.started.elapsed() > self.limit {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// A walk over the tree that copies it and checks the bytes between its leaves.
struct Reading<'t> {
    cst: Cst<'t>,
    leaf_end: usize,
}

impl Reading<'_> {
    /// Walks in the order of the text, without recursion: a text may nest as deep as it is long.
    fn walk(&mut self, cursor: &mut TreeCursor<'_>) {
        let mut open: Vec<usize> = Vec::with_capacity(16);
        loop {
            let index = self.enter(cursor);
            // A here-document's body is read from its bytes, not from its nodes.
            let is_body = self
                .cst
                .records
                .get(index)
                .is_some_and(|record| record.kind == Kind::HeredocBody);
            if !is_body && cursor.goto_first_child() {
                open.push(index);
                continue;
            }
            self.check_leaf(index, &open);
            self.close(index);
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else { return };
                cursor.goto_parent();
                self.close(parent);
            }
        }
    }

    fn enter(&mut self, cursor: &TreeCursor<'_>) -> usize {
        let node = cursor.node();
        let span = Span::of(node.start_byte(), node.end_byte());
        let kind = Kind::of_symbol(node.kind_id());
        if kind == Kind::Error || node.is_missing() {
            self.fault(span, GapReason::Syntax);
        }
        let index = self.cst.records.len();
        self.cst.records.push(Record { kind, span, next: 0 });
        index
    }

    fn close(&mut self, index: usize) {
        let next = u32::try_from(self.cst.records.len()).unwrap_or(u32::MAX);
        if let Some(record) = self.cst.records.get_mut(index) {
            record.next = next;
        }
    }

    fn check_leaf(&mut self, index: usize, open: &[usize]) {
        let Some(Record { kind, span, .. }) = self.cst.records.get(index).copied() else {
            return;
        };
        let mut span = span;
        if let Some(token) = kind.token()
            && span.text(self.cst.text) != Some(token)
        {
            match self.without_string_blanks(kind, token, span, open) {
                Some(bare) => {
                    self.shrink(index, open, span, bare);
                    span = bare;
                }
                None => self.fault(span, GapReason::Skipped),
            }
        }
        let is_there = !span.is_empty();
        if is_there && is_reserved(kind, self.kind_of(open.last())) && !self.stands_apart(span) {
            self.fault(span, GapReason::Adjacency);
        }
        self.check_between(span.start());
        self.leaf_end = self.leaf_end.max(span.end());
        if !matches!(
            kind,
            Kind::RawString | Kind::AnsiCString | Kind::Comment | Kind::HeredocBody
        ) {
            let text = span.text(self.cst.text).unwrap_or_default();
            let here = text
                .match_indices('`')
                .map(|(offset, _)| span.start().saturating_add(offset));
            self.cst.backticks.extend(here);
        }
    }

    fn kind_of(&self, index: Option<&usize>) -> Option<Kind> {
        self.cst.records.get(*index?).map(|record| record.kind)
    }

    /// Whether bash takes a stretch for a word of its own: `else"x"` is one word, and no keyword.
    fn stands_apart(&self, span: Span) -> bool {
        let bytes = self.cst.text.as_bytes();
        let before = span.start().checked_sub(1).and_then(|before| bytes.get(before));
        let ends_word = |byte: Option<&u8>| byte.is_none_or(|byte| b" \t\n;&|()<>`".contains(byte));
        ends_word(before) && ends_word(bytes.get(span.end()))
    }

    /// In a string, blanks before an expansion or the closing quote are text that the grammar puts into the token.
    fn without_string_blanks(&self, kind: Kind, token: &str, span: Span, open: &[usize]) -> Option<Span> {
        let opens_in_string = open.iter().rev().take(2).any(|index| {
            self.cst
                .records
                .get(*index)
                .is_some_and(|record| record.kind == Kind::String)
        });
        let may_lead = matches!(
            kind,
            Kind::Dollar
                | Kind::DollarParen
                | Kind::DollarBrace
                | Kind::DollarDoubleParen
                | Kind::Backtick
                | Kind::DoubleQuote
        );
        let bare = span.text(self.cst.text)?.trim_start_matches([' ', '\t', '\n']);
        (opens_in_string && may_lead && bare == token)
            .then(|| Span::of(span.end().saturating_sub(bare.len()), span.end()))
    }

    /// Gives a token, and the expansion that it opens, the place without the blanks.
    fn shrink(&mut self, index: usize, open: &[usize], from: Span, to: Span) {
        for index in std::iter::once(index).chain(open.iter().copied().rev().take(1)) {
            if let Some(record) = self.cst.records.get_mut(index)
                && record.kind != Kind::String
                && record.span.start() == from.start()
            {
                record.span = Span::of(to.start(), record.span.end());
            }
        }
    }

    /// Every byte between two leaves is a blank, a newline, or a line continuation after one of these.
    fn check_between(&mut self, start: usize) {
        let between = Span::of(self.leaf_end, start);
        if start < self.leaf_end {
            self.fault(Span::of(start, self.leaf_end), GapReason::Skipped);
        } else if !between.is_empty() && !only_blanks(self.cst.text.as_bytes(), between) {
            self.fault(between, GapReason::Skipped);
        }
    }

    fn fault(&mut self, span: Span, reason: GapReason) {
        self.cst.faults.push(Gap { span, reason });
    }
}

/// Whether a token, in such a node, is a reserved word or a builtin that the grammar takes for one.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other kinds are operators, names and nodes"
)]
fn is_reserved(kind: Kind, parent: Option<Kind>) -> bool {
    match kind {
        Kind::OpenBrace | Kind::CloseBrace => parent == Some(Kind::CompoundStatement),
        Kind::KeywordCase
        | Kind::KeywordDeclare
        | Kind::KeywordDo
        | Kind::KeywordDone
        | Kind::KeywordElif
        | Kind::KeywordElse
        | Kind::KeywordEsac
        | Kind::KeywordExport
        | Kind::KeywordFi
        | Kind::KeywordFor
        | Kind::KeywordFunction
        | Kind::KeywordIf
        | Kind::KeywordIn
        | Kind::KeywordLocal
        | Kind::KeywordReadonly
        | Kind::KeywordSelect
        | Kind::KeywordThen
        | Kind::KeywordTypeset
        | Kind::KeywordUnset
        | Kind::KeywordUnsetenv
        | Kind::KeywordUntil
        | Kind::KeywordWhile => true,
        _ => false,
    }
}

/// Whether a stretch holds nothing but what both grammars take for blank.
///
/// bash deletes a line continuation, so one may only stand where a blank of the stretch is beside it: what it would
/// join otherwise is joined in bash and apart in the grammar.
fn only_blanks(bytes: &[u8], span: Span) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
    let mut rest = bytes.get(span.start()..span.end()).unwrap_or_default();
    // A blank that ends a leaf is text, an escaped one say: it does not count.
    let mut after_blank = span.start() == 0;
    while let Some((byte, tail)) = rest.split_first() {
        if is_blank(byte) {
            after_blank = true;
            rest = tail;
            continue;
        }
        let Some(tail) = rest.strip_prefix(b"\\\n") else {
            return false;
        };
        if !after_blank && !tail.first().is_some_and(|next| is_blank(next) || *next == b'\\') {
            return false;
        }
        rest = tail;
    }
    true
}

impl<'t> Cst<'t> {
    /// The node of the whole text.
    pub(crate) fn root(&self) -> Node<'_> {
        Node::new(self, 0)
    }

    /// The text it was read from.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Whether a substitution in backticks reaches from where bash opens one to where bash closes it.
    ///
    /// bash takes backticks in turn, whatever stands between them, and reads escapes between them by rules of
    /// their own: none may be there, and none before a backtick anywhere.
    pub(crate) fn pairs_backticks(&self, node: Node<'_>) -> bool {
        let text = node.text();
        let escapes = |at: &usize| {
            at.checked_sub(1)
                .and_then(|before| self.text.as_bytes().get(before))
                == Some(&b'\\')
        };
        let Ok(index) = self.backticks.binary_search(&node.span().start()) else {
            return false;
        };
        let last = node.span().end().checked_sub(1);
        index.is_multiple_of(2)
            && self.backticks.get(index.saturating_add(1)).copied() == last
            && text.matches('`').count() == 2
            && !text.contains('\\')
            && !self.backticks.iter().take(index).any(escapes)
    }

    fn record(&self, index: u32) -> Record {
        let nothing = Record {
            kind: Kind::Error,
            span: Span::default(),
            next: 0,
        };
        usize::try_from(index)
            .ok()
            .and_then(|index| self.records.get(index))
            .copied()
            .unwrap_or(nothing)
    }
}
