//! Why evaluation does not go on.

use diagnostics::{Diagnostic, Severity};

use super::LoadCode;
use super::module::Library;
use super::value::Place;

/// What went wrong, and where once that is known.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) code: LoadCode,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
    pub(super) place: Option<Place>,
    pub(super) reach: Reach,
}

/// How much is given up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    /// One statement: what follows may still be told.
    Statement,
    /// The rest of the file.
    File,
}

impl Stop {
    /// An error, without a place yet.
    pub(super) fn new(code: LoadCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            place: None,
            reach: Reach::Statement,
        }
    }

    /// An error of evaluation, without a place yet.
    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::new(LoadCode::Evaluation, message)
    }

    /// With what to do about it.
    pub(super) fn help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }

    /// At this place, unless a better one is known.
    pub(super) fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// For people.
    pub(super) fn diagnostic(self, library: &Library) -> Diagnostic {
        let mut found = Diagnostic::new(self.code.code(), Severity::Error, self.message);
        if let Some(place) = self.place
            && let Some(source) = library.source(place)
        {
            found = found.at(source, place.span, "");
        }
        match self.help {
            Some(help) => found.help(help),
            None => found,
        }
    }
}
