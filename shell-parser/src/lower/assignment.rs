//! Assignments, alone, before a command, and in declarations.

use super::Lowering;
use super::arithmetic::Written;
use super::parameter::is_name;
use crate::cst::{Kind, Node};
use crate::{Assignment, AssignmentOperator, Command, GapReason, Invocation, Part, Word};

impl<'c> Lowering<'c> {
    /// Assignments that stand alone: they set the shell's own variables.
    pub(super) fn bare_assignments(&mut self, node: Node<'c>) -> Command {
        let nodes: Vec<Node<'c>> = match node.kind() {
            Kind::VariableAssignments => node.children().collect(),
            _ => vec![node],
        };
        let mut invocation = Invocation::default();
        let mut end = None;
        for node in nodes {
            self.assignment_item(node, &mut end, &mut invocation);
        }
        self.check_lasting(&invocation);
        self.settle_numbers(&invocation);
        // In a function it runs whenever that is called.
        for assignment in &invocation.assignments {
            let until = if self.functions > 0 {
                usize::MAX
            } else {
                assignment.span.start()
            };
            self.ledger.assigns(&assignment.name, until, assignment.span);
        }
        Command::Simple(invocation)
    }

    /// Variables that this command surely sets may stand in arithmetic after it.
    fn settle_numbers(&mut self, invocation: &Invocation) {
        if self.settles {
            for assignment in &invocation.assignments {
                self.numbers.settle(&assignment.name);
            }
        }
    }

    /// `export A=1`, `local x`, `readonly B=2` without options: assignments with the builtin as the program.
    pub(super) fn declaration(&mut self, node: Node<'c>) -> Command {
        let mut invocation = Invocation::default();
        let mut end = None;
        for child in node.children() {
            match child.kind() {
                Kind::VariableAssignment => self.assignment_item(child, &mut end, &mut invocation),
                Kind::KeywordExport | Kind::KeywordReadonly | Kind::KeywordLocal | Kind::KeywordDeclare
                    if invocation.words.is_empty() =>
                {
                    invocation.words.push(written(child));
                    end = Some(child.span().end());
                }
                Kind::VariableName if is_plain(child.text()) => {
                    self.check_separated(end, child);
                    end = Some(child.span().end());
                    invocation.words.push(written(child));
                    if node.child(Kind::KeywordReadonly).is_some() {
                        // What the environment gave it stays, and what sets it later fails.
                        self.numbers.wrote(child.text(), Written::Anything);
                        self.freezes(child.text(), node);
                    } else if node.child(Kind::KeywordExport).is_none() {
                        self.numbers.wrote(child.text(), Written::Nothing);
                    }
                }
                _ => self.gap(child.span(), GapReason::Builtin),
            }
        }
        self.check_lasting(&invocation);
        if node.child(Kind::KeywordReadonly).is_some() {
            for assignment in &invocation.assignments {
                self.freezes(&assignment.name, node);
            }
        }
        // Outside of a function `local` fails.
        if self.functions > 0 || node.child(Kind::KeywordLocal).is_none() {
            self.settle_numbers(&invocation);
        }
        Command::Simple(invocation)
    }

    /// Notes a read-only variable: from here on, or always where this may run before what stands before it.
    fn freezes(&mut self, name: &str, node: Node<'c>) {
        let is_outermost = self.depth <= OUTERMOST;
        let from = if is_outermost { node.span().start() } else { 0 };
        self.ledger.freezes(name, from);
    }

    /// `unset name…` without options.
    pub(super) fn unset(&mut self, node: Node<'c>) -> Command {
        let mut invocation = Invocation::default();
        let mut end = None;
        for child in node.children() {
            let known = child.kind() == Kind::KeywordUnset && invocation.words.is_empty()
                || child.kind() == Kind::VariableName && is_plain(child.text());
            if !known {
                self.gap(child.span(), GapReason::Builtin);
                continue;
            }
            if child.kind() == Kind::VariableName {
                self.check_separated(end, child);
                // In a function it may uncover another one. Where there is no such variable, it takes a function away.
                self.numbers.wrote(child.text(), Written::Anything);
                self.ledger
                    .is_no_function(child.text(), child.span(), GapReason::Builtin);
            }
            end = Some(child.span().end());
            invocation.words.push(written(child));
        }
        Command::Simple(invocation)
    }

    /// Assignments that last must not change how the shell reads what follows.
    pub(super) fn check_lasting(&mut self, invocation: &Invocation) {
        for assignment in &invocation.assignments {
            if is_shells_own(&assignment.name) {
                self.gap(assignment.span, GapReason::Assignment);
            }
        }
    }

    /// `name=value` among the items of a command.
    pub(super) fn assignment_item(
        &mut self,
        node: Node<'c>,
        end: &mut Option<usize>,
        invocation: &mut Invocation,
    ) {
        self.check_separated(*end, node);
        *end = Some(node.span().end());
        match self.assignment(node) {
            Some(assignment) => {
                let is_sum = node.children().last().map(Node::kind) == Some(Kind::ArithmeticExpansion);
                let written = if is_sum {
                    Written::Number
                } else {
                    Written::of(&assignment.value)
                };
                self.numbers.wrote(&assignment.name, written);
                invocation.assignments.push(Assignment {
                    words_before: invocation.words.len(),
                    ..assignment
                });
            }
            None => self.gap(node.span(), GapReason::Assignment),
        }
    }

    /// Items of a command stand apart by blanks on one line.
    pub(super) fn check_separated(&mut self, end: Option<usize>, node: Node<'c>) {
        if let Some(end) = end
            && !self.separated(end, node)
        {
            self.gap(node.span(), GapReason::Adjacency);
        }
    }

    /// `name=value` or `name+=value`, byte by byte side by side, ended by a blank or an operator.
    fn assignment(&mut self, node: Node<'c>) -> Option<Assignment> {
        let mut children = node.children();
        let (name, operator, value) = (children.next()?, children.next()?, children.next());
        let plain_operator = matches!(operator.kind(), Kind::Equal | Kind::PlusEqual);
        if name.kind() != Kind::VariableName
            || !is_name(name.text())
            || !plain_operator
            || children.next().is_some()
        {
            return None;
        }
        let end = value.map_or(operator.span().end(), |value| value.span().end());
        let ends = matches!(
            self.text.as_bytes().get(end),
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' | b'<' | b'>')
        );
        let adjacent = name.span().end() == operator.span().start()
            && value.is_none_or(|value| value.span().start() == operator.span().end())
            && end == node.span().end();
        if !ends || !adjacent {
            return None;
        }
        let mut word = match value {
            Some(value) if value.kind() == Kind::Array => self.array(value),
            Some(value) => self.word(value),
            None => Word {
                parts: Vec::new(),
                span: diagnostics::Span::of(end, end),
            },
        };
        let appends = operator.kind() == Kind::PlusEqual;
        if appends {
            let before = Part::Parameter {
                name: name.text().into(),
                quoting: crate::Quoting::Quoted,
            };
            word.parts.insert(0, before);
        }
        Some(Assignment {
            words_before: 0,
            name: name.text().into(),
            operator: if appends {
                AssignmentOperator::Append
            } else {
                AssignmentOperator::Set
            },
            value: word,
            span: node.span(),
        })
    }
}

impl<'c> Lowering<'c> {
    /// `(a "b c" $(d))`: the elements' expansions run; the value is not followed.
    fn array(&mut self, node: Node<'c>) -> Word {
        let mut elements = Vec::new();
        for child in node.children() {
            match child.kind() {
                Kind::OpenParen | Kind::CloseParen => {}
                Kind::Comment => self.comment(child),
                _ => {
                    // `[x + 1]=2` evaluates the subscript as arithmetic, blanks and all.
                    if child.text().starts_with('[') {
                        self.gap(child.span(), GapReason::Assignment);
                    }
                    elements.push(self.word(child));
                }
            }
        }
        Word {
            parts: vec![Part::Array(elements)],
            span: node.span(),
        }
    }
}

/// How deep a command stands that is in nothing but its list.
const OUTERMOST: usize = 3;

/// A word whose text is what is written.
fn written(node: Node<'_>) -> Word {
    Word {
        parts: vec![Part::Literal(node.text().into())],
        span: node.span(),
    }
}

/// A name that a loop, `read` or a declaration may set without changing how the shell reads what follows.
pub(super) fn is_plain(name: &str) -> bool {
    is_name(name) && !is_shells_own(name)
}

/// Variables that change how the shell reads, finds or runs later commands, or whose value it evaluates.
///
/// bash manual 5.1-5.2: word splitting, look-up, start-up files, prompts that expand, globbing, `cd`, tildes; the
/// locale decides which bytes are blanks; variables with the integer attribute evaluate what they are given.
pub(super) fn is_shells_own(name: &str) -> bool {
    name.starts_with("BASH")
        || name.starts_with("LC_")
        || name.starts_with("COMP_")
        || matches!(
            name,
            "PATH"
                | "IFS"
                | "ENV"
                | "SHELLOPTS"
                | "PS0"
                | "PS1"
                | "PS2"
                | "PS3"
                | "PS4"
                | "PROMPT_COMMAND"
                | "GLOBIGNORE"
                | "CDPATH"
                | "HOME"
                | "PWD"
                | "OLDPWD"
                | "DIRSTACK"
                | "LANG"
                | "LANGUAGE"
                | "TEXTDOMAIN"
                | "TEXTDOMAINDIR"
                | "POSIXLY_CORRECT"
                | "FUNCNAME"
                | "FUNCNEST"
                | "FPATH"
                | "EXECIGNORE"
                | "TIMEFORMAT"
                | "SHELL"
                | "MAPFILE"
                | "READLINE_LINE"
                | "COPROC"
                | "RANDOM"
                | "SRANDOM"
                | "SECONDS"
                | "LINENO"
                | "HISTCMD"
                | "OPTIND"
                | "OPTARG"
                | "OPTERR"
                | "UID"
                | "EUID"
                | "PPID"
                | "GROUPS"
                | "EPOCHSECONDS"
                | "EPOCHREALTIME"
                | "HISTFILE"
                | "INPUTRC"
                | "MAILCHECK"
                | "MAIL"
                | "MAILPATH"
                | "ZDOTDIR"
                | "NULLCMD"
                | "READNULLCMD"
                | "CHILD_MAX"
                | "FCEDIT"
                | "TMOUT"
        )
}
