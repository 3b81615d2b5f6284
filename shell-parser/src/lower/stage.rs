//! One command of a pipeline: simple, compound, or a gap.

use super::Lowering;
use crate::cst::{Kind, Node};
use crate::{Command, GapReason, Stage};

impl<'c> Lowering<'c> {
    /// A command with its redirects; `None` where the text nests too deep.
    pub(super) fn stage(&mut self, node: Node<'c>) -> Option<Stage> {
        self.nested(node.span(), |lowering| Some(lowering.stage_here(node)))
    }

    fn stage_here(&mut self, node: Node<'c>) -> Stage {
        if node.kind() != Kind::RedirectedStatement {
            return Stage {
                span: node.span(),
                ..self.bare_stage(node)
            };
        }
        // A redirect that fails keeps the command from running.
        self.settles = false;
        let mut children = node.children().peekable();
        let is_redirect = |kind: Kind| {
            matches!(
                kind,
                Kind::FileRedirect | Kind::HeredocRedirect | Kind::HerestringRedirect
            )
        };
        let mut stage = match children.peek().copied() {
            Some(first) if !is_redirect(first.kind()) => {
                children.next();
                self.bare_stage(first)
            }
            _ => Stage {
                command: Command::Simple(crate::Invocation::default()),
                ..Stage::default()
            },
        };
        stage.span = node.span();
        self.redirect_stage(children, &mut stage);
        stage
    }

    fn bare_stage(&mut self, node: Node<'c>) -> Stage {
        let command = match node.kind() {
            Kind::Command => return self.simple(node),
            Kind::VariableAssignment | Kind::VariableAssignments => self.bare_assignments(node),
            Kind::DeclarationCommand => self.declaration(node),
            Kind::TestCommand => self.test_command(node),
            Kind::CompoundStatement if node.text().starts_with("((") => self.arithmetic(node),
            Kind::CompoundStatement => self.group(node),
            Kind::Subshell => self.subshell(node),
            Kind::IfStatement => self.conditional(node),
            Kind::WhileStatement => self.while_loop(node),
            Kind::ForStatement => self.for_loop(node),
            Kind::CStyleForStatement => self.arithmetic_for(node),
            Kind::CaseStatement => self.case(node),
            Kind::FunctionDefinition => self.function(node),
            Kind::RedirectedStatement => return self.stage_here(node),
            // `$(<file)`
            Kind::FileRedirect => {
                let mut stage = Stage::default();
                self.redirect_stage(std::iter::once(node), &mut stage);
                return stage;
            }
            Kind::UnsetCommand => self.unset(node),
            // A construct that is not on the list above, an error node among them.
            _ => {
                let reason = if node.kind() == Kind::Error {
                    GapReason::Syntax
                } else {
                    GapReason::Construct
                };
                Command::Unknown(self.unknown(node, reason))
            }
        };
        Stage {
            command,
            ..Stage::default()
        }
    }
}
