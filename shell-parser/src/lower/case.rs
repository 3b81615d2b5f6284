//! `case`: what is compared, the patterns, the bodies.

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Arm, Command, GapReason, NextArm, Part, Word};

impl<'c> Lowering<'c> {
    /// Every arm may run: which pattern matches is not asked.
    pub(super) fn case(&mut self, node: Node<'c>) -> Command {
        let mut children = node.children();
        let (Some(Kind::KeywordCase), Some(subject)) = (children.next().map(Node::kind), children.next())
        else {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        };
        let word = self.word(subject);
        let mut arms = Vec::new();
        for child in children {
            match child.kind() {
                Kind::CaseItem => arms.push(self.arm(child)),
                Kind::KeywordIn | Kind::KeywordEsac | Kind::Semicolon => {}
                Kind::Comment => self.comment(child),
                _ => self.gap(child.span(), GapReason::Construct),
            }
        }
        Command::Case { word, arms }
    }

    fn arm(&mut self, node: Node<'c>) -> Arm {
        let mut patterns = Vec::new();
        let is_close = |child: &Node<'_>| child.kind() == Kind::CloseParen;
        for child in node.children().take_while(|child| !is_close(child)) {
            match child.kind() {
                Kind::OpenParen | Kind::Pipe => {}
                _ => patterns.push(self.pattern(child)),
            }
        }
        let body = node
            .children()
            .skip_while(|child| !is_close(child))
            .skip(1)
            .filter(|child| {
                !matches!(
                    child.kind(),
                    Kind::DoubleSemicolon | Kind::SemicolonAmpersand | Kind::DoubleSemicolonAmpersand
                )
            });
        let body = self.body(body);
        let next = node
            .children()
            .last()
            .map_or(NextArm::Leave, |last| match last.kind() {
                Kind::SemicolonAmpersand => NextArm::Run,
                Kind::DoubleSemicolonAmpersand => NextArm::Try,
                _ => NextArm::Leave,
            });
        Arm { patterns, body, next }
    }

    /// A pattern; one with blanks, operators or expansions in a single leaf is not certain.
    pub(super) fn pattern(&mut self, node: Node<'c>) -> Word {
        let is_bare = matches!(node.kind(), Kind::ExtglobPattern | Kind::Regex);
        if !is_bare {
            return self.word(node);
        }
        let acts = |text: &str| {
            text.contains([
                '`', '$', '(', ')', '<', '>', '&', ';', '|', ' ', '\t', '\n', '\'', '"',
            ])
        };
        if !node.is_leaf() || acts(node.text()) {
            self.gap(node.span(), GapReason::Construct);
        }
        // The grammar takes a plain word for a pattern in one place and for a word in the next.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:,@%+=-".contains(&byte);
        let is_text = node.kind() == Kind::ExtglobPattern && node.text().bytes().all(plain);
        let part = if is_text { Part::Literal } else { Part::Pattern };
        Word {
            parts: vec![part(node.text().into())],
            span: node.span(),
        }
    }
}
