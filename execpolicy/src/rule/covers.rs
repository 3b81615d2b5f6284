//! What an allow speaks for beside the ordinary.

use crate::EffectWord;

/// What an allow says it speaks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Covers {
    /// The program's ordinary effects, those of these kinds as if they were ordinary, redirects and assignments among
    /// them.
    Ordinary(Vec<EffectWord>),
    /// All that the command does, whatever it is.
    Everything,
}

impl Default for Covers {
    fn default() -> Self {
        Self::Ordinary(Vec::new())
    }
}

impl Covers {
    /// Whether effects of this kind are spoken for as ordinary ones are.
    pub(crate) fn holds(&self, word: EffectWord) -> bool {
        match self {
            Self::Everything => true,
            Self::Ordinary(words) => words.contains(&word),
        }
    }
}
