//! Simple commands: assignments, words and redirects in the order of the text.

use diagnostics::Span;

use super::Lowering;
use super::assignment::is_shells_own;
use crate::cst::{Kind, Node};
use crate::wrapper::Head;
use crate::{Command, GapReason, Invocation, Part, Stage, Word};

impl<'c> Lowering<'c> {
    /// `A=1 git status >f`
    pub(super) fn simple(&mut self, node: Node<'c>) -> Stage {
        let head = self.keyword_head(node);
        if self.commands >= self.limits.segments {
            if self.commands == self.limits.segments {
                self.commands = self.commands.saturating_add(1);
                self.gap(node.span(), GapReason::TooMany);
            }
            return Stage {
                command: Command::Simple(Invocation::default()),
                ..Stage::default()
            };
        }
        self.commands = self.commands.saturating_add(1);
        let mut stage = Stage::default();
        let mut invocation = Invocation::default();
        let mut end = None;
        for child in node.children() {
            match child.kind() {
                Kind::VariableAssignment => self.assignment_item(child, &mut end, &mut invocation),
                Kind::FileRedirect | Kind::HerestringRedirect | Kind::HeredocRedirect => {
                    let mut extra = self.redirect(child, &mut stage.redirects);
                    if invocation.words.is_empty() && !extra.is_empty() {
                        self.gap(child.span(), GapReason::Redirection);
                    }
                    invocation.words.append(&mut extra);
                    end = Some(child.span().end());
                }
                Kind::CommandName => {
                    self.check_separated(end, child);
                    let inner = child.children().next().unwrap_or(child);
                    let mut words = self.words(inner);
                    match words.first() {
                        Some(word) => self.check_name(inner, word),
                        None => self.gap(inner.span(), GapReason::DynamicName),
                    }
                    invocation.words.append(&mut words);
                    end = Some(child.span().end());
                }
                Kind::Subshell | Kind::Comment => self.gap(child.span(), GapReason::Construct),
                _ => {
                    self.check_separated(end, child);
                    let mut words = self.words(child);
                    invocation.words.append(&mut words);
                    end = Some(child.span().end());
                }
            }
        }
        self.check_assignments(&invocation);
        self.check_builtin(&mut invocation, node.span(), head);
        stage.command = Command::Simple(invocation);
        stage
    }

    /// `time` is a keyword only as the very first word, and a word must follow it at once: what stands behind a
    /// redirect there is read as the beginning of a command again.
    fn keyword_head(&mut self, node: Node<'c>) -> Head {
        let mut children = node.children();
        let is_first = children
            .next()
            .is_some_and(|first| first.kind() == Kind::CommandName);
        let redirected = children.next().is_some_and(|second| {
            matches!(
                second.kind(),
                Kind::FileRedirect | Kind::HerestringRedirect | Kind::HeredocRedirect
            )
        });
        if is_first && redirected && node.text().starts_with("time") {
            self.gap(node.span(), GapReason::Builtin);
        }
        if is_first { self.head } else { Head::Stage }
    }

    /// The redirects after a command; words that the grammar takes for a second target are arguments.
    pub(super) fn redirect_stage(&mut self, nodes: impl Iterator<Item = Node<'c>>, stage: &mut Stage) {
        for node in nodes {
            if node.kind() == Kind::Comment {
                self.comment(node);
                continue;
            }
            let mut redirects = Vec::new();
            let mut extra = self.redirect(node, &mut redirects);
            stage.redirects.append(&mut redirects);
            if extra.is_empty() {
                continue;
            }
            match &mut stage.command {
                Command::Simple(invocation) if !invocation.words.is_empty() => {
                    invocation.words.append(&mut extra);
                    // The words that were missing may make another builtin of it.
                    let head = if invocation.wrappers > 0 {
                        Head::Pipeline
                    } else {
                        Head::Stage
                    };
                    self.check_builtin(invocation, node.span(), head);
                }
                _ => self.gap(node.span(), GapReason::Redirection),
            }
        }
    }

    /// A program's name: exact, no reserved word, nothing that bash would take for an assignment.
    fn check_name(&mut self, node: Node<'c>, word: &Word) {
        let Some(name) = word.literal() else {
            return self.gap(node.span(), GapReason::DynamicName);
        };
        // A name in two pieces may be a keyword, or the name of a variable that is set.
        if is_reserved(node.text()) || node.text().contains(super::quote::CONTINUATION) {
            self.gap(node.span(), GapReason::Construct);
        }
        let first_is_bare = matches!(node.kind(), Kind::Word | Kind::Concatenation | Kind::Number);
        // An escape in it makes it no name.
        let variable = node.text().split(['=', '[', '+']).next().unwrap_or_default();
        if first_is_bare && name.contains('=') && super::parameter::is_name(variable) {
            self.gap(node.span(), GapReason::Assignment);
        }
    }

    /// Assignments before a command change its environment, and some change how the shell finds it.
    fn check_assignments(&mut self, invocation: &Invocation) {
        if invocation.words.is_empty() {
            return self.check_lasting(invocation);
        }
        let name = invocation.words.first().and_then(Word::literal);
        for assignment in &invocation.assignments {
            // `IFS= read -r line`: it is set for that builtin's own splitting, and nothing else.
            let is_reads = &*assignment.name == "IFS" && name.as_deref() == Some("read");
            if is_shells_own(&assignment.name) && !is_reads && !is_programs(&assignment.name) {
                self.gap(assignment.span, GapReason::Assignment);
            }
            if &*assignment.name == "HOME" {
                self.check_home(invocation, assignment.span);
            }
        }
    }
}

impl Lowering<'_> {
    /// `HOME=/x cd` leads there, and so does a `~` in a function that is called with it.
    fn check_home(&mut self, invocation: &Invocation, span: Span) {
        let literals = invocation.words.iter().filter_map(Word::literal);
        if literals.clone().any(|word| &*word == "cd") {
            self.gap(span, GapReason::Assignment);
        }
        if let Some(name) = literals.take(1).next() {
            self.ledger.is_no_function(&name, span, GapReason::Assignment);
        }
    }
}

/// The shell's own variables that only matter to the program where they are set for one command.
fn is_programs(name: &str) -> bool {
    name.starts_with("LC_") || matches!(name, "LANG" | "LANGUAGE" | "HOME")
}

/// Words that are no program's name where they stand bare.
pub(crate) fn is_reserved(text: &str) -> bool {
    matches!(
        text,
        "!" | "case"
            | "do"
            | "done"
            | "elif"
            | "else"
            | "esac"
            | "fi"
            | "for"
            | "function"
            | "if"
            | "in"
            | "select"
            | "then"
            | "until"
            | "while"
            | "{"
            | "}"
            | "[["
            | "]]"
    )
}

impl Word {
    /// The text of a word that holds nothing to expand.
    pub(crate) fn literal(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self.parts.as_slice() {
            [] => Some("".into()),
            [Part::Literal(text)] => Some((&**text).into()),
            parts => {
                let mut joined = String::new();
                for part in parts {
                    match part {
                        Part::Literal(text) => joined.push_str(text),
                        Part::Pattern(_)
                        | Part::Parameter { .. }
                        | Part::Derived { .. }
                        | Part::Substitution { .. }
                        | Part::Process { .. }
                        | Part::Array(_)
                        | Part::Opaque { .. } => return None,
                    }
                }
                Some(joined.into())
            }
        }
    }
}
