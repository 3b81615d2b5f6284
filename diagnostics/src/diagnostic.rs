//! One finding, with the places it points to.

use crate::{Code, Source, Span};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Something to know.
    Note,
    /// Something a person should look at: a command that asks.
    Warning,
    /// Something that stops: a forbidden command, a file that does not load.
    Error,
}

/// What a label is to its finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LabelRole {
    /// The place the finding is about; the first one names the finding's line.
    Primary,
    /// A place that helps to understand it, such as the rule that decided.
    Context,
}

/// A place in a source, underlined, with a few words beside it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Label {
    /// The text it points into.
    pub source: Source,
    /// The bytes that are underlined.
    pub span: Span,
    /// What is said beside them; may be empty.
    pub text: String,
    /// What it is to the finding.
    pub role: LabelRole,
}

/// One finding: code, message, the places, and what to do about it.
///
/// Messages are lower case without a full stop, with user text in backticks; help stands apart from the message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Diagnostic {
    /// Its stable number.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; the first primary label is the finding's place.
    pub labels: Vec<Label>,
    /// Facts that explain it, one line each.
    pub notes: Vec<String>,
    /// What to do, one line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A finding without a place yet.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            severity,
            message,
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Points to the place it is about.
    pub fn at(mut self, source: &Source, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            source: source.clone(),
            span,
            text: text.into(),
            role: LabelRole::Primary,
        });
        self
    }

    /// Points to a place that helps to understand it.
    pub fn beside(mut self, source: &Source, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            source: source.clone(),
            span,
            text: text.into(),
            role: LabelRole::Context,
        });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}
