//! brush's syntax tree to the commands in it.

use std::io::Cursor;

use brush_parser::ast::{
    AndOr, AndOrList, AssignmentName, AssignmentValue, Command, CommandPrefixOrSuffixItem, CompoundCommand,
    CompoundList, ExtendedTestExpr, IoFileRedirectTarget, IoRedirect, Pipeline, RedirectList, SimpleCommand,
    Word,
};
use brush_parser::word::{ParameterExpr, WordPiece, WordPieceWithSource, parse, parse_heredoc};
use brush_parser::{Parser, ParserOptions};

/// The simple commands of a script, wherever they stand; a word is `None` where it is not plain text.
#[derive(Default)]
pub(super) struct Commands {
    all: Vec<Vec<Option<String>>>,
    functions: Vec<String>,
    options: ParserOptions,
    failed: bool,
}

impl Commands {
    /// `None` where brush does not take all of the text.
    pub(super) fn of(script: &str) -> Option<Self> {
        let mut commands = Self::default();
        commands.program(script);
        (!commands.failed).then_some(commands)
    }

    /// All of them, without what bash takes off before it looks for a program.
    pub(super) fn all(&self) -> impl Iterator<Item = &[Option<String>]> {
        self.all.iter().map(|command| without_wrappers(command))
    }

    /// Those that are no call of a function.
    pub(super) fn executed(&self) -> impl Iterator<Item = &[Option<String>]> {
        self.all().filter(|command| {
            let name = command.first().and_then(Option::as_ref);
            !name.is_some_and(|name| self.functions.contains(name))
        })
    }

    fn program(&mut self, text: &str) {
        match Parser::new(Cursor::new(text), &self.options).parse_program() {
            Ok(program) => {
                for list in &program.complete_commands {
                    self.list(list);
                }
            }
            Err(_) => self.failed = true,
        }
    }

    fn list(&mut self, list: &CompoundList) {
        for item in &list.0 {
            let AndOrList { first, additional } = &item.0;
            self.pipeline(first);
            for next in additional {
                let (AndOr::And(pipeline) | AndOr::Or(pipeline)) = next;
                self.pipeline(pipeline);
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for command in &pipeline.seq {
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects.as_ref());
            }
            Command::Function(function) => {
                self.functions.push(function.fname.value.clone());
                self.compound(&function.body.0);
                self.redirects(function.body.1.as_ref());
            }
            Command::ExtendedTest(test, redirects) => {
                self.test(&test.expr);
                self.redirects(redirects.as_ref());
            }
        }
    }

    fn compound(&mut self, command: &CompoundCommand) {
        match command {
            CompoundCommand::Arithmetic(arithmetic) => drop(self.text(&arithmetic.expr.value)),
            CompoundCommand::ArithmeticForClause(clause) => {
                let expressions = [&clause.initializer, &clause.condition, &clause.updater];
                for expression in expressions.into_iter().flatten() {
                    self.text(&expression.value);
                }
                self.list(&clause.body.list);
            }
            CompoundCommand::BraceGroup(group) => self.list(&group.list),
            CompoundCommand::Subshell(subshell) => self.list(&subshell.list),
            CompoundCommand::ForClause(clause) => {
                for word in clause.values.iter().flatten() {
                    self.word(word);
                }
                self.list(&clause.body.list);
            }
            CompoundCommand::CaseClause(clause) => {
                self.word(&clause.value);
                for case in &clause.cases {
                    for pattern in &case.patterns {
                        self.word(pattern);
                    }
                    if let Some(list) = &case.cmd {
                        self.list(list);
                    }
                }
            }
            CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition);
                self.list(&clause.then);
                for branch in clause.elses.iter().flatten() {
                    if let Some(condition) = &branch.condition {
                        self.list(condition);
                    }
                    self.list(&branch.body);
                }
            }
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0);
                self.list(&clause.1.list);
            }
            CompoundCommand::Coprocess(coprocess) => self.command(&coprocess.body),
        }
    }

    fn simple(&mut self, simple: &SimpleCommand) {
        let mut words = Vec::new();
        for item in simple.prefix.iter().flat_map(|prefix| &prefix.0) {
            self.item(item);
        }
        if let Some(name) = &simple.word_or_name {
            words.push(self.word(name));
        }
        let name = words.first().cloned().flatten();
        let declares = matches!(
            name.as_deref(),
            Some("export" | "declare" | "local" | "readonly" | "typeset")
        );
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            match item {
                CommandPrefixOrSuffixItem::IoRedirect(_) => drop(self.item(item)),
                CommandPrefixOrSuffixItem::AssignmentWord(..) if declares => {
                    self.item(item);
                    words.push(None);
                }
                CommandPrefixOrSuffixItem::AssignmentWord(..)
                | CommandPrefixOrSuffixItem::Word(_)
                | CommandPrefixOrSuffixItem::ProcessSubstitution(..) => words.push(self.item(item)),
            }
        }
        if words.is_empty() {
            return;
        }
        self.code_in(&words);
        self.all.push(words);
    }

    /// What a builtin runs that is given as text.
    fn code_in(&mut self, words: &[Option<String>]) {
        let words: Vec<&str> = without_wrappers(words)
            .iter()
            .map_while(Option::as_deref)
            .collect();
        match words.as_slice() {
            ["eval", "--", text @ ..] | ["eval", text @ ..] => self.program(&text.join(" ")),
            ["trap", "--", "-" | "", ..] | ["trap", "-" | "", ..] => {}
            ["trap", "--", text, _, ..] | ["trap", text, _, ..] => self.program(text),
            _ => {}
        }
    }

    fn item(&mut self, item: &CommandPrefixOrSuffixItem) -> Option<String> {
        match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => {
                self.redirect(redirect);
                None
            }
            CommandPrefixOrSuffixItem::Word(word) => self.word(word),
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => {
                if let AssignmentName::ArrayElementName(_, index) = &assignment.name {
                    self.text(index);
                }
                if let AssignmentValue::Array(elements) = &assignment.value {
                    for (index, element) in elements {
                        self.word(element);
                        if let Some(index) = index {
                            self.word(index);
                        }
                    }
                    return None;
                }
                self.word(word)
            }
            CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => {
                self.list(&subshell.list);
                None
            }
        }
    }

    fn redirects(&mut self, redirects: Option<&RedirectList>) {
        for redirect in redirects.iter().flat_map(|redirects| &redirects.0) {
            self.redirect(redirect);
        }
    }

    fn redirect(&mut self, redirect: &IoRedirect) {
        match redirect {
            IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(_, subshell)) => {
                self.list(&subshell.list);
            }
            IoRedirect::File(
                _,
                _,
                IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word),
            )
            | IoRedirect::HereString(_, word)
            | IoRedirect::OutputAndError(word, _) => drop(self.word(word)),
            IoRedirect::File(_, _, IoFileRedirectTarget::Fd(_)) => {}
            IoRedirect::HereDocument(_, document) => {
                if document.requires_expansion {
                    match parse_heredoc(&document.doc.value, &self.options) {
                        Ok(pieces) => drop(self.pieces(&pieces, true)),
                        Err(_) => self.failed = true,
                    }
                }
            }
        }
    }

    fn test(&mut self, test: &ExtendedTestExpr) {
        match test {
            ExtendedTestExpr::And(left, right) | ExtendedTestExpr::Or(left, right) => {
                self.test(left);
                self.test(right);
            }
            ExtendedTestExpr::Not(inner) | ExtendedTestExpr::Parenthesized(inner) => self.test(inner),
            ExtendedTestExpr::UnaryTest(_, word) => drop(self.word(word)),
            ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.word(left);
                self.word(right);
            }
        }
    }

    fn word(&mut self, word: &Word) -> Option<String> {
        self.text(&word.value)
    }

    /// The text of a word, where nothing in it expands; the commands in it are kept.
    fn text(&mut self, text: &str) -> Option<String> {
        if let Ok(pieces) = parse(text, &self.options) {
            self.pieces(&pieces, false)
        } else {
            self.failed = true;
            None
        }
    }

    fn pieces(&mut self, pieces: &[WordPieceWithSource], quoted: bool) -> Option<String> {
        let mut whole = Some(String::new());
        for piece in pieces {
            let text = self.piece(&piece.piece, quoted);
            whole = whole.zip(text).map(|(whole, text)| whole + &text);
        }
        whole
    }

    fn piece(&mut self, piece: &WordPiece, quoted: bool) -> Option<String> {
        match piece {
            WordPiece::Text(text) if quoted => Some(text.replace("\\\n", "")),
            WordPiece::Text(text) => (!text.contains(['*', '?', '[', '{', '~'])).then(|| text.clone()),
            WordPiece::SingleQuotedText(text) => Some(text.clone()),
            WordPiece::DoubleQuotedSequence(pieces) => self.pieces(pieces, true),
            WordPiece::GettextDoubleQuotedSequence(pieces) => {
                self.pieces(pieces, true);
                None
            }
            WordPiece::EscapeSequence(text) => Some(text.replace("\\\n", "").chars().skip(1).collect()),
            WordPiece::AnsiCQuotedText(_) | WordPiece::TildeExpansion(_) => None,
            WordPiece::ParameterExpansion(expansion) => {
                for operand in operands(expansion) {
                    self.text(operand);
                }
                None
            }
            WordPiece::CommandSubstitution(text) | WordPiece::BackquotedCommandSubstitution(text) => {
                self.program(text);
                None
            }
            WordPiece::ArithmeticExpression(expression) => {
                self.text(&expression.value);
                None
            }
        }
    }
}

/// What expands in an expansion's operator.
fn operands(expansion: &ParameterExpr) -> Vec<&str> {
    match expansion {
        ParameterExpr::UseDefaultValues {
            default_value: operand,
            ..
        }
        | ParameterExpr::AssignDefaultValues {
            default_value: operand,
            ..
        }
        | ParameterExpr::IndicateErrorIfNullOrUnset {
            error_message: operand,
            ..
        }
        | ParameterExpr::UseAlternativeValue {
            alternative_value: operand,
            ..
        }
        | ParameterExpr::RemoveSmallestSuffixPattern { pattern: operand, .. }
        | ParameterExpr::RemoveLargestSuffixPattern { pattern: operand, .. }
        | ParameterExpr::RemoveSmallestPrefixPattern { pattern: operand, .. }
        | ParameterExpr::RemoveLargestPrefixPattern { pattern: operand, .. }
        | ParameterExpr::UppercaseFirstChar { pattern: operand, .. }
        | ParameterExpr::UppercasePattern { pattern: operand, .. }
        | ParameterExpr::LowercaseFirstChar { pattern: operand, .. }
        | ParameterExpr::LowercasePattern { pattern: operand, .. } => {
            operand.as_deref().into_iter().collect()
        }
        ParameterExpr::Substring { offset, length, .. } => {
            let length = length.as_ref().map(|length| length.value.as_str());
            std::iter::once(offset.value.as_str()).chain(length).collect()
        }
        ParameterExpr::ReplaceSubstring {
            pattern, replacement, ..
        } => std::iter::once(pattern.as_str())
            .chain(replacement.as_deref())
            .collect(),
        ParameterExpr::Parameter { .. }
        | ParameterExpr::ParameterLength { .. }
        | ParameterExpr::Transform { .. }
        | ParameterExpr::VariableNames { .. }
        | ParameterExpr::MemberKeys { .. } => Vec::new(),
    }
}

/// `command`, `builtin` and `exec` off the front; `command -v` looks a name up, and stays.
fn without_wrappers(words: &[Option<String>]) -> &[Option<String>] {
    let is = |word: Option<&Option<String>>, any: &[&str]| {
        word.and_then(Option::as_deref)
            .is_some_and(|text| any.contains(&text))
    };
    match words {
        [first, rest @ ..]
            if !rest.is_empty()
                && is(Some(first), &["command", "builtin", "exec"])
                && !is(rest.first(), &["-v", "-V"]) =>
        {
            without_wrappers(rest)
        }
        _ => words,
    }
}
