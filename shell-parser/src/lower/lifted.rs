//! Here-documents that were taken out of the text: the tree has `< A` in their place.

use super::Lowering;
use super::heredoc::unknown_text;
use crate::cst::{Kind, Node};
use crate::documents::Document;
use crate::{GapReason, Redirect, RedirectMode, RedirectTarget, Word};

impl<'c> Lowering<'c> {
    /// The document that began where an operator stands now.
    pub(super) fn lifted_at(&self, operator: Node<'c>) -> Option<&'c Document> {
        let documents = self.original.documents;
        documents
            .iter()
            .find(|document| document.operator.start() == operator.span().start())
    }

    /// The redirect that it is, if the tree saw the operator and the delimiter where they are. The words after it are
    /// given back.
    pub(super) fn lifted(
        &mut self,
        node: Node<'c>,
        operator: Node<'c>,
        document: &Document,
        redirects: &mut Vec<Redirect>,
    ) -> Vec<Word> {
        let mut targets = node
            .children()
            .skip_while(|child| child.span() != operator.span())
            .skip(1);
        let word = targets.next();
        let parts = self.document_parts(document);
        if operator.kind() != Kind::Less || word.map(Node::span) != Some(document.word) || parts.is_none() {
            self.gap(node.span(), GapReason::Heredoc);
        }
        self.documents_seen = self.documents_seen.saturating_add(1);
        let body = Word {
            parts: parts.unwrap_or_else(|| unknown_text("")),
            span: document.body,
        };
        let fd = self.descriptor(node, operator).unwrap_or(0);
        redirects.push(Redirect {
            fd,
            mode: RedirectMode::Heredoc,
            target: RedirectTarget::Heredoc(body),
            span: node.span(),
        });
        self.further_words(word.unwrap_or(operator), targets)
    }
}
