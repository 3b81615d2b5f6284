//! Why evaluation does not go on.

use std::fmt::{self, Display, Write};

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

/// The longest text that an error repeats.
const LONGEST: usize = 1000;

/// What is shown of a thing in an error: the start of it, where it is long. It is not written further than that.
pub(super) fn clipped(shown: impl Display) -> String {
    let mut clip = Clip(String::new());
    match write!(clip, "{shown}") {
        Ok(()) => clip.0,
        Err(_) => clip.0 + "…",
    }
}

/// A text that takes no more than [`LONGEST`] bytes.
struct Clip(String);

impl Write for Clip {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST.saturating_sub(self.0.len()).min(text.len());
        let fits = (0..=room).rev().find(|end| text.is_char_boundary(*end));
        let fits = fits.unwrap_or_default();
        self.0.push_str(text.get(..fits).unwrap_or_default());
        if fits == text.len() {
            Ok(())
        } else {
            Err(fmt::Error)
        }
    }
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
        let mut found = Diagnostic::new(self.code.code(), Severity::Error, clipped(self.message));
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
