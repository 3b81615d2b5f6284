//! What is known about programs: from an argv to what it does.

use shell_parser::Segment;

use crate::{Context, Effect, EffectKind, Standing, UnknownEffect};

/// Entries about programs. Empty knowledge is sound: of every program it says that nothing is known.
#[derive(Debug, Default)]
pub struct Knowledge {}

/// A segment as its program would read it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// The entry that described it, such as `git log`; `None` where nothing is known of the program.
    pub entry: Option<Box<str>>,
    /// What it does. Redirects and assignments are not among them: they are the shell's doing.
    pub effects: Vec<Effect>,
    /// Texts that it has a shell run.
    pub nested: Vec<NestedScript>,
}

/// A text that a program hands to a shell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NestedScript {
    /// The program that does it, for [`shell_parser::Place::Nested`].
    pub wrapper: Box<str>,
    /// The shell's language.
    pub dialect: shell_parser::Dialect,
    /// Which argument of the segment holds the text; its value is exact.
    pub argument: usize,
}

impl Knowledge {
    /// Reads a segment as its program would. A segment without argv does nothing by itself.
    pub fn read(&self, segment: &Segment, _context: &Context) -> Reading {
        let effects = segment.argv.first().map(|name| Effect {
            kind: EffectKind::Unknown(UnknownEffect::Program),
            cause: name.span,
            standing: Standing::Ordinary,
        });
        Reading {
            entry: None,
            effects: effects.into_iter().collect(),
            nested: Vec::new(),
        }
    }
}
