//! Script to text: the one spelling of everything that is written in several ways.

mod command;
mod heredoc;
mod quoting;
mod word;

use crate::{
    Body, Condition, Dialect, Launch, Limits, Link, Negation, Pipeline, Redirect, RedirectMode,
    RedirectTarget, Script, Stage, Statement, parse, placeless,
};

pub(crate) use quoting::literal;

/// Why a script has no canonical text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PrintError {
    /// It has gaps: what their text means is not known, so neither is which other texts mean the same.
    #[error("the script has gaps")]
    Gaps,
    /// It holds an expansion that is no gap and whose text is not kept: a here-document without its tabs, in which
    /// something runs.
    #[error("the script holds text that is not kept")]
    NotKept,
    /// Its canonical text would not be read back as the same script: it is longer than the limits allow, or it
    /// holds a construct that only reads as it does where it stood.
    #[error("the script's canonical text would not be read as the same script")]
    Unfaithful,
}

/// The canonical text of a script for bash: without comments, with one quoting and one spacing.
///
/// Reading the text within the same limits gives the same script but for its places; that is checked before it is
/// handed out, at the cost of a parse. So two scripts that print alike are one script: the same segments, and under
/// every policy the same verdict. The converse does not hold: texts that mean the same may print differently.
///
/// # Errors
/// Says why there is no such text.
pub fn print(script: &Script, limits: &Limits) -> Result<String, PrintError> {
    if !script.gaps.is_empty() {
        return Err(PrintError::Gaps);
    }
    let mut printer = Printer::default();
    printer.body(&script.body);
    printer.finish_line();
    if printer.incomplete {
        return Err(PrintError::NotKept);
    }
    let text = printer.text;
    let read = parse(&text, Dialect::Bash, limits);
    if placeless(&read) == placeless(script) {
        Ok(text)
    } else {
        Err(PrintError::Unfaithful)
    }
}

/// The text so far.
#[derive(Debug, Default)]
struct Printer {
    text: String,
    /// Bodies and closing lines of the here-documents that begin on this line.
    pending: String,
    /// Whether something could not be written.
    incomplete: bool,
}

impl Printer {
    /// Statements. Behind a here-document's start they stand on its line, like what follows them.
    fn body(&mut self, body: &Body) {
        let one_line = self.in_heredoc_line();
        let mut before = None;
        for statement in &body.statements {
            if let Some(before) = before {
                self.separate(before, one_line);
            }
            self.statement(statement);
            before = Some(statement.launch);
        }
    }

    /// Statements, and the separator that stands before a keyword.
    fn block(&mut self, body: &Body) {
        let one_line = self.in_heredoc_line();
        self.body(body);
        if let Some(last) = body.statements.last() {
            self.separate(last.launch, one_line);
        }
    }

    /// What stands between two statements: a new line only where a here-document's body must follow, or where
    /// `<<` of any kind stands before, which is not to stand on the line of a here-document's start.
    fn separate(&mut self, before: Launch, one_line: bool) {
        match before {
            _ if !one_line && self.must_break() => self.break_line(),
            Launch::Foreground => self.text.push_str("; "),
            Launch::Background => self.text.push(' '),
        }
    }

    fn must_break(&self) -> bool {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        self.in_heredoc_line() || line.contains("<<")
    }

    /// Ends the line, and writes the bodies of its here-documents.
    fn break_line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&self.pending);
        self.pending.clear();
    }

    /// Ends the line where the text of a here-document must follow.
    fn finish_line(&mut self) {
        if self.in_heredoc_line() {
            self.break_line();
        }
    }

    fn in_heredoc_line(&self) -> bool {
        !self.pending.is_empty()
    }

    fn statement(&mut self, statement: &Statement) {
        for link in &statement.links {
            self.link(link);
        }
        match statement.launch {
            Launch::Foreground => {}
            Launch::Background => self.text.push_str(" &"),
        }
    }

    fn link(&mut self, link: &Link) {
        self.text.push_str(match link.condition {
            Condition::Always => "",
            Condition::OnSuccess => " && ",
            Condition::OnFailure => " || ",
        });
        self.pipeline(&link.pipeline);
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.negation {
            Negation::Plain => {}
            Negation::Negated => self.text.push_str("! "),
        }
        for (index, stage) in pipeline.stages.iter().enumerate() {
            if index > 0 {
                self.text.push_str(" | ");
            }
            self.stage(stage);
        }
    }

    fn stage(&mut self, stage: &Stage) {
        let start = self.text.len();
        self.command(&stage.command);
        for redirect in &stage.redirects {
            if self.text.len() > start {
                self.text.push(' ');
            }
            self.redirect(redirect);
        }
    }

    /// A blank stands before each target, so that none joins its operator: `> >(c0)`.
    fn redirect(&mut self, redirect: &Redirect) {
        let (operator, default_fd) = match redirect.mode {
            RedirectMode::Read => ("< ", Some(0)),
            RedirectMode::Write => ("> ", Some(1)),
            RedirectMode::Append => (">> ", Some(1)),
            RedirectMode::Clobber => (">| ", Some(1)),
            RedirectMode::ReadWrite => ("<> ", None),
            RedirectMode::WriteBoth => ("&> ", Some(1)),
            RedirectMode::AppendBoth => ("&>> ", Some(1)),
            // The grammar does not read `0>&3`.
            RedirectMode::Duplicate | RedirectMode::Close if redirect.fd == 0 => ("<&", Some(0)),
            RedirectMode::Duplicate | RedirectMode::Close => (">&", Some(1)),
            RedirectMode::Herestring => ("<<< ", Some(0)),
            RedirectMode::Heredoc => ("<<", Some(0)),
        };
        if default_fd != Some(redirect.fd) {
            self.text.push_str(&redirect.fd.to_string());
        }
        self.text.push_str(operator);
        match &redirect.target {
            RedirectTarget::Word(word) => self.word(word),
            RedirectTarget::Descriptor(number) => self.text.push_str(&number.to_string()),
            RedirectTarget::Closed => self.text.push('-'),
            RedirectTarget::Heredoc(body) => self.heredoc(body),
        }
    }
}
