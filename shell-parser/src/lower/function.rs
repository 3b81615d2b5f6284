//! Function definitions.

use super::Lowering;
use super::builtin::is_followed;
use super::parameter::is_name;
use super::simple::is_reserved;
use crate::cst::{Kind, Node};
use crate::{Body, Command, Enclosure, GapReason};

impl<'c> Lowering<'c> {
    /// `name() { body; }` and `function name { body; }`.
    pub(super) fn function(&mut self, node: Node<'c>) -> Command {
        let name = node.child(Kind::Word).map(Node::text).unwrap_or_default();
        let own = |name: &str| is_name(name) && !is_reserved(name) && !is_followed(name);
        let plain = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':'))
        };
        let body = node
            .children()
            .find(|child| matches!(child.kind(), Kind::CompoundStatement | Kind::Subshell));
        let Some(body) = body.filter(|_| own(&name.replace(['-', '.', ':'], "_")) && plain(name)) else {
            return Command::Unknown(self.unknown(node, GapReason::Construct));
        };
        let known = |child: &Node<'_>| {
            matches!(
                child.kind(),
                Kind::Word | Kind::KeywordFunction | Kind::OpenParen | Kind::CloseParen
            ) || child.span() == body.span()
        };
        if !node.children().all(|child| known(&child)) {
            self.gap(node.span(), GapReason::Construct);
        }
        self.ledger.defines(name);
        self.functions = self.functions.saturating_add(1);
        let lowered = self.nested(body.span(), |lowering| lowering.function_body(body));
        self.functions = self.functions.saturating_sub(1);
        let (enclosure, body) = match lowered {
            Command::Subshell(body) => (Enclosure::Subshell, body),
            Command::Group(body) | Command::Unknown(body) => (Enclosure::Group, body),
            _ => (Enclosure::Group, Body::default()),
        };
        Command::Function {
            name: name.into(),
            enclosure,
            body,
        }
    }

    fn function_body(&mut self, node: Node<'c>) -> Command {
        match node.kind() {
            Kind::Subshell => self.subshell(node),
            _ => self.group(node),
        }
    }
}
