//! Text whose expansions the grammar does not name: read once more, as the string that bash makes of it.

use diagnostics::Span;

use super::Lowering;
use crate::Part;
use crate::cst::Kind;

impl Lowering<'_> {
    /// Reads a stretch as if it stood in double quotes, which is how bash expands a here-document's body and, where
    /// it holds no quotes and braces, an operand in `${name:-operand}`.
    ///
    /// The stretch keeps its place: it is read behind as many blanks as stand before it.
    pub(super) fn reparse(&mut self, span: Span) -> Option<Vec<Part>> {
        let raw = span.text(self.original.text)?;
        let padding = span.start().checked_sub(1)?;
        if raw.contains(['"', '\\']) {
            return None;
        }
        let padded = format!("{}\"{raw}\"", " ".repeat(padding));
        let outer = Span::of(padding, span.end().saturating_add(1));
        self.read_again(&padded, |inner, root| {
            // One string is all that there is.
            let string = root.descendants().find(|node| node.kind() == Kind::String)?;
            let only = root.children().all(|child| child.span() == outer) && string.span() == outer;
            only.then(|| inner.word(string).parts)
        })?
    }
}
