//! May it run: the three answers, and the one way they combine.

use std::fmt;

/// An answer, from laxest to strictest. Decisions combine by [`Decision::join`] and in no other way.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Decision {
    /// It runs without a person.
    Allow,
    /// A person is asked.
    Prompt,
    /// It does not run.
    Forbidden,
}

impl Decision {
    /// The stricter of the two; [`Decision::Allow`] is its neutral element.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        self.max(other)
    }

    /// The word that policies and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Prompt => "prompt",
            Self::Forbidden => "forbidden",
        }
    }

    /// Reads the word that policies use.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "prompt" => Some(Self::Prompt),
            "forbidden" => Some(Self::Forbidden),
            _ => None,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}
