//! Tree to script: every construct whose meaning is proved gets a node, everything else is a gap.
//!
//! Lowering is total. A construct that is not on the list becomes [`Command::Unknown`] or [`Part::Opaque`] with a
//! gap, and the commands seen inside it are kept, because a restriction needs only the possibility that they run.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "lowering is a list of the kinds it admits: whatever is not named, new kinds included, is a gap"
)]

mod arithmetic;
mod assignment;
mod block;
mod brace;
pub(crate) mod builtin;
mod case;
mod evaluated;
mod function;
mod heredoc;
mod ledger;
mod lifted;
mod parameter;
mod quote;
mod redirect;
mod reparse;
mod simple;
mod stage;
mod statement;
mod sum;
mod test_builtin;
mod test_command;
mod word;

use diagnostics::Span;

pub(crate) use simple::is_reserved;

use crate::cst::{self, Cst, Kind, Node};
use crate::documents::Document;
use crate::wrapper::Head;
use crate::{Body, Dialect, Gap, GapReason, Limits, Script, dialect};
use arithmetic::Numbers;
use ledger::Ledger;

/// How much text is read once more at the most, in bytes of text and of the blanks before it; past it the text is a
/// gap.
const REPARSED: usize = 256 * 1024;

/// Lowers a checked tree.
pub(crate) fn lower(cst: &Cst<'_>, original: Original<'_>, limits: &Limits) -> Script {
    let mut lowering = Lowering::new(cst, original, limits);
    let body = lowering.body(cst.root().children());
    let unsure: Vec<Span> = lowering.numbers.unsure().collect();
    for expression in unsure {
        lowering.gap(expression, GapReason::Expansion);
    }
    let mut contradictions = lowering.ledger.contradictions();
    lowering.gaps.append(&mut contradictions);
    if lowering.documents_seen != original.documents.len() {
        lowering.gap(cst.root().span(), GapReason::Heredoc);
    }
    Script {
        body,
        gaps: lowering.gaps,
    }
}

/// What a tree was made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Original<'c> {
    /// The text with its here-documents. The tree's own text is as long and has blanks where these were taken out.
    pub(crate) text: &'c str,
    /// The documents that were taken out.
    pub(crate) documents: &'c [Document],
    /// The language it is in.
    pub(crate) dialect: Dialect,
}

/// The state of one lowering.
struct Lowering<'c> {
    cst: &'c Cst<'c>,
    text: &'c str,
    original: Original<'c>,
    /// How many of the original's documents the tree has a redirect for.
    documents_seen: usize,
    limits: &'c Limits,
    gaps: Vec<Gap>,
    commands: usize,
    depth: usize,
    /// What the grammar hangs below a here-document though it follows the command: `<<EOF | next`.
    tails: Vec<(Kind, Node<'c>)>,
    /// What the next simple command stands at the head of.
    head: Head,
    /// How many bytes were read once more.
    reparsed: usize,
    /// What may stand in arithmetic.
    numbers: Numbers,
    /// What is compared at the end.
    ledger: Ledger,
    /// Whether what is read runs, in this shell, whenever its statement does.
    settles: bool,
    /// How many functions are open.
    functions: usize,
}

impl<'c> Lowering<'c> {
    fn new(cst: &'c Cst<'c>, original: Original<'c>, limits: &'c Limits) -> Self {
        Self {
            cst,
            text: cst.text(),
            original,
            documents_seen: 0,
            limits,
            gaps: Vec::new(),
            commands: 0,
            depth: 0,
            tails: Vec::new(),
            head: Head::Pipeline,
            reparsed: 0,
            numbers: Numbers::default(),
            ledger: Ledger::default(),
            settles: true,
            functions: 0,
        }
    }

    fn gap(&mut self, span: Span, reason: GapReason) {
        self.gaps.push(Gap { span, reason });
    }

    /// Goes one level deeper, or says that the text nests too deep and goes no further.
    fn nested<T: Default>(&mut self, span: Span, lower: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= self.limits.depth {
            self.gap(span, GapReason::TooDeep);
            return T::default();
        }
        self.depth = self.depth.saturating_add(1);
        let lowered = lower(self);
        self.depth = self.depth.saturating_sub(1);
        lowered
    }

    /// Reads a piece of the text once more, with blanks before it that keep its place, as a part of this script;
    /// `None` where too much was read more than once already.
    fn read_again<T>(
        &mut self,
        padded: &str,
        lower: impl for<'i> FnOnce(&mut Lowering<'i>, Node<'i>) -> T,
    ) -> Option<T> {
        self.reparsed = self.reparsed.saturating_add(padded.len());
        if self.reparsed > REPARSED {
            return None;
        }
        let mut cst = cst::read(padded, self.limits).ok()?;
        self.gaps.append(&mut cst.faults);
        self.gaps
            .append(&mut dialect::dialect_gaps(self.original.dialect, &cst));
        let original = Original {
            text: padded,
            documents: &[],
            ..self.original
        };
        let mut inner = Lowering {
            commands: self.commands,
            depth: self.depth,
            reparsed: self.reparsed,
            numbers: std::mem::take(&mut self.numbers),
            ledger: std::mem::take(&mut self.ledger),
            functions: self.functions,
            ..Lowering::new(&cst, original, self.limits)
        };
        let lowered = lower(&mut inner, cst.root());
        self.commands = inner.commands;
        self.reparsed = inner.reparsed;
        self.numbers = inner.numbers;
        self.ledger = inner.ledger;
        self.gaps.append(&mut inner.gaps);
        Some(lowered)
    }

    /// A construct that is not followed: a gap, and the commands seen inside.
    fn unknown(&mut self, node: Node<'c>, reason: GapReason) -> Body {
        self.gap(node.span(), reason);
        self.nested(node.span(), |lowering| lowering.harvest(node))
    }

    /// The commands seen anywhere inside a node, outermost first; what surrounds them is not vouched for.
    fn harvest(&mut self, node: Node<'c>) -> Body {
        let mut body = Body::default();
        let mut skip_to = node.span().start();
        for inside in node.descendants() {
            let is_command = matches!(
                inside.kind(),
                Kind::Command | Kind::RedirectedStatement | Kind::DeclarationCommand | Kind::TestCommand
            );
            if is_command && inside.span().start() >= skip_to {
                body.statements.push(self.statement(inside));
                skip_to = inside.span().end();
            }
        }
        body
    }
}
