//! Redirects: descriptor, what is done to it, and where it leads.

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{GapReason, Part, Redirect, RedirectMode, RedirectTarget, Word};

impl<'c> Lowering<'c> {
    /// One redirect. The words after its target, which the grammar hangs below it, are given back.
    pub(super) fn redirect(&mut self, node: Node<'c>, redirects: &mut Vec<Redirect>) -> Vec<Word> {
        self.check_start(node);
        if node.kind() == Kind::HeredocRedirect {
            return self.heredoc(node, redirects);
        }
        let Some(operator) = node.children().find(|child| mode(child.kind()).is_some()) else {
            // A redirect of another kind, such as a construct that the grammar puts in its place.
            self.gap(node.span(), GapReason::Redirection);
            return Vec::new();
        };
        if let Some(document) = self.lifted_at(operator) {
            return self.lifted(node, operator, document, redirects);
        }
        let Some(mut mode) = mode(operator.kind()) else {
            return Vec::new();
        };
        let mut targets = node
            .children()
            .skip_while(|child| child.span() != operator.span())
            .skip(1);
        let first = if mode == RedirectMode::Close {
            None
        } else {
            targets.next()
        };
        let names_file = first.is_some_and(|first| is_certain_file(first.text()));
        if operator.kind() == Kind::GreaterAmpersand
            && names_file
            && node.child(Kind::FileDescriptor).is_none()
        {
            mode = RedirectMode::WriteBoth;
        }
        let target = self.target(mode, operator, first);
        let fd = self
            .descriptor(node, operator)
            .unwrap_or(default_fd(mode, operator.kind()));
        redirects.push(Redirect {
            fd,
            mode,
            target,
            span: node.span(),
        });
        self.further_words(first.unwrap_or(operator), targets)
    }

    /// Words behind a target are arguments of the command: each stands apart by a blank.
    pub(super) fn further_words(
        &mut self,
        before: Node<'c>,
        nodes: impl Iterator<Item = Node<'c>>,
    ) -> Vec<Word> {
        let mut end = before.span().end();
        let mut words = Vec::new();
        for node in nodes {
            if !self.separated(end, node) {
                self.gap(node.span(), GapReason::Adjacency);
            }
            end = node.span().end();
            words.append(&mut self.words(node));
        }
        words
    }

    /// A redirect that touches the word before it takes that word for its descriptor where it can.
    fn check_start(&mut self, node: Node<'c>) {
        let before = self.text.get(..node.span().start()).unwrap_or_default();
        let word_start = before.rfind([' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>']);
        let touching = before
            .get(word_start.map_or(0, |index| index.saturating_add(1))..)
            .unwrap_or_default();
        let taken = touching.bytes().all(|byte| byte.is_ascii_digit()) || touching.ends_with('}');
        let own = node.child(Kind::FileDescriptor).is_some();
        if !touching.is_empty() && (taken || own) {
            self.gap(node.span(), GapReason::Adjacency);
        }
    }

    /// The digits before the operator.
    pub(super) fn descriptor(&mut self, node: Node<'c>, operator: Node<'c>) -> Option<u16> {
        let fd = node.child(Kind::FileDescriptor)?;
        let glued = fd.span().end() == operator.span().start();
        let takes_one = !matches!(
            operator.kind(),
            Kind::AmpersandGreater | Kind::AmpersandGreaterGreater
        );
        let is_number = fd.text().bytes().all(|byte| byte.is_ascii_digit());
        match fd.text().parse() {
            Ok(number) if is_number && glued && takes_one && fd.text().len() <= 3 => Some(number),
            _ => {
                self.gap(node.span(), GapReason::Redirection);
                None
            }
        }
    }

    fn target(&mut self, mode: RedirectMode, operator: Node<'c>, first: Option<Node<'c>>) -> RedirectTarget {
        let follows = self.byte_after(first.unwrap_or(operator).span());
        let ends = matches!(
            follows,
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' | b'<' | b'>')
        );
        match (mode, first) {
            (RedirectMode::Close, _) => {
                if !ends {
                    self.gap(operator.span(), GapReason::Redirection);
                }
                RedirectTarget::Closed
            }
            // bash expands the operand of `>&word` twice, so only a bare number is certain.
            (RedirectMode::Duplicate, Some(first)) => {
                let glued = first.span().start() == operator.span().end();
                match first.text().parse() {
                    Ok(number) if glued && ends && first.text().bytes().all(|byte| byte.is_ascii_digit()) => {
                        RedirectTarget::Descriptor(number)
                    }
                    _ => {
                        self.gap(first.span().to(operator.span()), GapReason::Redirection);
                        RedirectTarget::Word(self.word(first))
                    }
                }
            }
            (_, Some(first)) => {
                if self.has_newline(operator.span().end(), first.span().start()) {
                    self.gap(operator.span(), GapReason::Redirection);
                }
                RedirectTarget::Word(self.word(first))
            }
            (_, None) => {
                self.gap(operator.span(), GapReason::Redirection);
                RedirectTarget::Word(Word {
                    parts: vec![Part::Literal("".into())],
                    span: operator.span(),
                })
            }
        }
    }
}

/// Whether the operand of `>&`, where it is `&>` in other words, names a file, and nothing in it expands however often it is read.
fn is_certain_file(operand: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/');
    operand.bytes().all(plain) && operand.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn mode(operator: Kind) -> Option<RedirectMode> {
    match operator {
        Kind::Less => Some(RedirectMode::Read),
        Kind::Greater => Some(RedirectMode::Write),
        Kind::GreaterGreater => Some(RedirectMode::Append),
        Kind::GreaterPipe => Some(RedirectMode::Clobber),
        Kind::AmpersandGreater => Some(RedirectMode::WriteBoth),
        Kind::AmpersandGreaterGreater => Some(RedirectMode::AppendBoth),
        Kind::GreaterAmpersand | Kind::LessAmpersand => Some(RedirectMode::Duplicate),
        Kind::GreaterAmpersandMinus | Kind::LessAmpersandMinus => Some(RedirectMode::Close),
        Kind::LessLessLess => Some(RedirectMode::Herestring),
        _ => None,
    }
}

/// The descriptor that an operator changes where none is written.
fn default_fd(mode: RedirectMode, operator: Kind) -> u16 {
    let reads = matches!(
        mode,
        RedirectMode::Read | RedirectMode::Herestring | RedirectMode::Heredoc
    ) || matches!(operator, Kind::LessAmpersand | Kind::LessAmpersandMinus);
    u16::from(!reads)
}
