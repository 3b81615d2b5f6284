//! What is known, before it runs, of the fields that one shell word becomes.

/// What a word will be when the program sees it.
///
/// Each case is a promise about every possible run: `Exact` is exactly that one argument, `One` is exactly one
/// argument that begins and ends as said, `Many` is any number of arguments, none included.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Value {
    /// One argument, known to the byte.
    Exact(Box<str>),
    /// One argument, one of these (two or more, sorted, different).
    OneOf(Box<[Box<str>]>),
    /// One argument of unknown text with a known beginning and end; the two do not overlap.
    ///
    /// A path prefix proves nothing about where the path leads: the rest may hold `..`.
    One {
        /// How it begins; may be empty.
        prefix: Box<str>,
        /// How it ends; may be empty.
        suffix: Box<str>,
    },
    /// The existing paths that match this pattern, or the pattern itself where none does: one argument or more.
    ///
    /// The text is the pattern as bash would match it, quoted characters behind a backslash. An argument that
    /// results begins with `-` only if the pattern may match such a name.
    Glob(Box<str>),
    /// Any number of arguments, none included, each the path of something that a program has found. No text of a
    /// shell becomes it.
    Found(Box<Found>),
    /// Any number of arguments, none included, each with any text; one may begin with `-`.
    Many,
}

/// Paths that a program finds below some directories, and hands over.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Found {
    /// Each path is one of these (one or more) or begins with one; what follows are names, none of them `.` or `..`.
    pub roots: Box<[Box<str>]>,
    /// Patterns that say which names are looked for, of one name or several with `/` between them: a person who
    /// writes one means what it matches. What is found need not match all of them.
    pub named: Box<[Box<str>]>,
    /// What becomes of the links among them.
    pub links: FoundLinks,
}

/// What becomes of the links among what a program finds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FoundLinks {
    /// None is among them.
    None,
    /// Whoever is handed one follows it.
    Handed,
    /// Whoever reads a directory follows those below it, and those below where they lead.
    Below,
}

impl Found {
    /// Whether a path that is found may begin with this character.
    pub fn may_begin_with(&self, first: char) -> bool {
        self.roots
            .iter()
            .any(|root| root.is_empty() || root.starts_with(first))
    }
}

impl Value {
    /// The exact text, where it is known.
    pub fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            Self::OneOf(_) | Self::One { .. } | Self::Glob(_) | Self::Found(_) | Self::Many => None,
        }
    }
}
