//! Commands as text.

use super::Printer;
use crate::{
    Arm, Assignment, AssignmentOperator, Body, Command, Enclosure, Invocation, NextArm, Repeat, TestItem,
};

impl Printer {
    pub(super) fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(invocation) => self.invocation(invocation),
            Command::Group(body) => self.group(body),
            Command::Subshell(body) => self.parenthesized("(", body),
            Command::If { branches, otherwise } => self.conditional(branches, otherwise),
            Command::While {
                repeat,
                condition,
                body,
            } => {
                self.text.push_str(match repeat {
                    Repeat::WhileTrue => "while ",
                    Repeat::UntilTrue => "until ",
                });
                self.block(condition);
                self.round(body);
            }
            Command::For {
                name, words, body, ..
            } => {
                self.text.push_str("for ");
                self.text.push_str(name);
                if let Some(words) = words {
                    self.text.push_str(" in");
                    for word in words {
                        self.text.push(' ');
                        self.word(word);
                    }
                }
                self.text.push_str("; ");
                self.round(body);
            }
            Command::ForArithmetic { header, body, .. } => {
                self.text.push_str("for ((");
                self.text.push_str(header);
                self.text.push_str(")); ");
                self.round(body);
            }
            Command::Arithmetic { text, .. } => {
                self.text.push_str("((");
                self.text.push_str(text);
                self.text.push_str("))");
            }
            Command::Case { word, arms } => {
                self.text.push_str("case ");
                self.word(word);
                self.text.push_str(" in");
                for arm in arms {
                    self.arm(arm);
                }
                self.text.push_str(" esac");
            }
            Command::Test(items) => self.test(items),
            Command::Function {
                name,
                enclosure,
                body,
            } => {
                self.text.push_str(name);
                self.text.push_str("() ");
                match enclosure {
                    Enclosure::Group => self.group(body),
                    Enclosure::Subshell => self.parenthesized("(", body),
                }
            }
            // It is a gap, so nothing with one comes here.
            Command::Unknown(body) => self.body(body),
        }
    }

    /// Assignments stand where they stood: before the words, or among those of a declaration.
    fn invocation(&mut self, invocation: &Invocation) {
        let mut separator = "";
        let mut assignments = invocation.assignments.iter().peekable();
        for index in 0..=invocation.words.len() {
            while let Some(assignment) = assignments.next_if(|next| next.words_before <= index) {
                self.text.push_str(separator);
                self.assignment(assignment);
                separator = " ";
            }
            if let Some(word) = invocation.words.get(index) {
                self.text.push_str(separator);
                match word.literal().as_deref() {
                    // The keyword, which is no program's name.
                    Some("time") if index < invocation.wrappers => self.text.push_str("time"),
                    // It is read as it is spelled: as a whole in quotes, or in several bare words.
                    Some(text) if invocation.code.is_some() && index > invocation.wrappers => {
                        let is_alone = invocation.words.len() == invocation.wrappers.saturating_add(2);
                        self.code(text, is_alone);
                    }
                    _ => self.word(word),
                }
                separator = " ";
            }
        }
    }

    /// A word of `eval` or `trap`.
    fn code(&mut self, text: &str, is_alone: bool) {
        let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte);
        let quote = match text {
            _ if !is_alone && text.bytes().all(bare) => "",
            _ if text.contains('\'') => "\"",
            _ => "'",
        };
        self.text.push_str(quote);
        self.text.push_str(text);
        self.text.push_str(quote);
    }

    fn assignment(&mut self, assignment: &Assignment) {
        self.text.push_str(&assignment.name);
        let parts = assignment.value.parts.as_slice();
        match assignment.operator {
            AssignmentOperator::Set => {
                self.text.push('=');
                self.parts(parts);
            }
            AssignmentOperator::Append => {
                self.text.push_str("+=");
                self.parts(parts.get(1..).unwrap_or_default());
            }
        }
    }

    fn group(&mut self, body: &Body) {
        self.text.push_str("{ ");
        self.block(body);
        self.text.push('}');
    }

    /// A body between an opening and `)`, which must not look like arithmetic.
    pub(super) fn parenthesized(&mut self, open: &str, body: &Body) {
        let one_line = self.in_heredoc_line();
        self.text.push_str(open);
        let start = self.text.len();
        self.body(body);
        if self.text.get(start..).is_some_and(|inner| inner.starts_with('(')) {
            self.text.insert(start, ' ');
        }
        if !one_line && self.must_break() {
            self.break_line();
        }
        self.text.push(')');
    }

    fn conditional(&mut self, branches: &[(Body, Body)], otherwise: &Body) {
        let mut keyword = "if ";
        for (condition, then) in branches {
            self.text.push_str(keyword);
            self.block(condition);
            self.text.push_str("then ");
            self.block(then);
            keyword = "elif ";
        }
        if !otherwise.statements.is_empty() {
            self.text.push_str("else ");
            self.block(otherwise);
        }
        self.text.push_str("fi");
    }

    fn round(&mut self, body: &Body) {
        self.text.push_str("do ");
        self.block(body);
        self.text.push_str("done");
    }

    fn arm(&mut self, arm: &Arm) {
        self.text.push(' ');
        for (index, pattern) in arm.patterns.iter().enumerate() {
            if index > 0 {
                self.text.push_str(" | ");
            }
            self.quoted_parts(&pattern.parts);
        }
        self.text.push_str(") ");
        let one_line = self.in_heredoc_line();
        self.body(&arm.body);
        if !one_line && self.must_break() {
            self.break_line();
        }
        self.text.push_str(match arm.next {
            NextArm::Leave => " ;;",
            NextArm::Run => " ;&",
            NextArm::Try => " ;;&",
        });
    }

    fn test(&mut self, items: &[TestItem]) {
        self.text.push_str("[[");
        let mut regex = false;
        for item in items {
            self.text.push(' ');
            match item {
                TestItem::Operator(operator) => self.text.push_str(operator),
                TestItem::Operand(word) if regex => self.regex(word),
                TestItem::Operand(word) => self.quoted_parts(&word.parts),
            }
            regex = *item == TestItem::Operator("=~".into());
        }
        self.text.push_str(" ]]");
    }
}
