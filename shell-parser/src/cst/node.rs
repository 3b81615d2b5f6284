//! One node of the tree.

use diagnostics::Span;

use super::{Cst, Kind};

/// A node: its kind, its bytes, its children.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'c> {
    cst: &'c Cst<'c>,
    index: u32,
}

impl<'c> Node<'c> {
    pub(super) fn new(cst: &'c Cst<'_>, index: u32) -> Self {
        Self { cst, index }
    }

    /// What it is.
    pub(crate) fn kind(self) -> Kind {
        self.cst.record(self.index).kind
    }

    /// Where it stands.
    pub(crate) fn span(self) -> Span {
        self.cst.record(self.index).span
    }

    /// Its text.
    pub(crate) fn text(self) -> &'c str {
        self.span().text(self.cst.text()).unwrap_or_default()
    }

    /// Its children, tokens included, in the order of the text.
    pub(crate) fn children(self) -> Children<'c> {
        Children {
            cst: self.cst,
            index: self.index.saturating_add(1),
            end: self.cst.record(self.index).next,
        }
    }

    /// Its children without the first and the last: what stands between two brackets or keywords.
    pub(crate) fn inner_children(self) -> impl Iterator<Item = Self> + use<'c> {
        let count = self.children().count();
        self.children().take(count.saturating_sub(1)).skip(1)
    }

    /// The first child of a kind.
    pub(crate) fn child(self, kind: Kind) -> Option<Self> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Whether it has no child.
    pub(crate) fn is_leaf(self) -> bool {
        self.children().next().is_none()
    }

    /// Everything below it, each node before its children.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Self> {
        (self.index.saturating_add(1)..self.cst.record(self.index).next)
            .map(move |index| Self { index, ..self })
    }
}

/// The children of a node.
#[derive(Clone, Debug)]
pub(crate) struct Children<'c> {
    cst: &'c Cst<'c>,
    index: u32,
    end: u32,
}

impl<'c> Iterator for Children<'c> {
    type Item = Node<'c>;

    fn next(&mut self) -> Option<Node<'c>> {
        if self.index >= self.end {
            return None;
        }
        let node = Node {
            cst: self.cst,
            index: self.index,
        };
        // A node ends after itself, whatever its record says: the walk always goes on.
        self.index = self.cst.record(self.index).next.max(self.index.saturating_add(1));
        Some(node)
    }
}
