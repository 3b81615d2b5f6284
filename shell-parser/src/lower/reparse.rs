//! Text whose expansions the grammar does not name: read once more, as the string that bash makes of it.

use diagnostics::Span;

use super::Lowering;
use crate::cst::{self, Kind};
use crate::dialect::dialect_gaps;
use crate::{GapReason, Part};

/// How much text is read once more at the most, in bytes of padding and text; past it the text is a gap.
const BUDGET: usize = 256 * 1024;

impl Lowering<'_> {
    /// Reads a stretch as if it stood in double quotes, which is how bash expands a here-document's body and, where
    /// it holds no quotes and braces, an operand in `${name:-operand}`.
    ///
    /// The stretch keeps its place: it is read behind as many blanks as stand before it.
    pub(super) fn reparse(&mut self, span: Span) -> Option<Vec<Part>> {
        let raw = span.text(self.text)?;
        let padding = span.start().checked_sub(1)?;
        let length = padding.saturating_add(raw.len());
        if raw.contains(['"', '\\']) || self.reparsed.saturating_add(length) > BUDGET {
            return None;
        }
        self.reparsed = self.reparsed.saturating_add(length);
        let padded = format!("{}\"{raw}\"", " ".repeat(padding));
        let cst = cst::read(&padded, self.limits).ok()?;
        let outer = Span::of(padding, span.end().saturating_add(1));
        let string = cst
            .root()
            .descendants()
            .find(|node| node.kind() == Kind::String)?;
        let only = cst.root().children().all(|child| child.span() == outer) && string.span() == outer;
        if !only || !cst.faults.is_empty() {
            return None;
        }
        let mut inner = Lowering {
            commands: self.commands,
            depth: self.depth,
            dialect: self.dialect,
            ..Lowering::new(&cst, self.limits)
        };
        inner.reparsed = self.reparsed;
        let word = inner.word(string);
        if !inner.dashes.is_empty() {
            inner.gap(span, GapReason::Skipped);
        }
        inner.gaps.append(&mut dialect_gaps(self.dialect, &cst));
        let (commands, reparsed, mut gaps) = (inner.commands, inner.reparsed, inner.gaps);
        self.commands = commands;
        self.reparsed = reparsed;
        self.gaps.append(&mut gaps);
        Some(word.parts)
    }
}
