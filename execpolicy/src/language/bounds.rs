//! How much a policy file may ask for.

use super::LoadCode;
use super::stop::{Reach, Stop};

/// A bound on what one policy file may ask for, packs included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Bound {
    /// Bytes of text.
    Source,
    /// How deep brackets, blocks and expressions nest in the text.
    Nesting,
    /// Expressions evaluated and values looked at.
    Steps,
    /// Bytes of all values made.
    Memory,
    /// Calls and expressions inside each other while evaluating.
    Depth,
    /// Rules of all kinds.
    Rules,
    /// Packs loaded.
    Imports,
    /// Errors told.
    Errors,
    /// Digits of one number in the text.
    Digits,
    /// Words of all examples.
    ExampleWords,
    /// Words looked at to check the examples.
    Checks,
}

impl Bound {
    /// The most there may be. Ten thousand rules with examples are 1.5 MB of text and 400,000 steps; all that comes
    /// with us is known in 2,100,000.
    pub(super) fn limit(self) -> usize {
        match self {
            Self::Source => 4 << 20,
            Self::Nesting | Self::Imports => 256,
            Self::Memory => 64 << 20,
            Self::Depth => 160,
            Self::Rules => 50_000,
            Self::Errors => 100,
            Self::Digits => 64,
            Self::ExampleWords => 200_000,
            Self::Checks => 2_000_000,
            Self::Steps => 5_000_000,
        }
    }

    /// What is counted, for messages.
    fn counted(self) -> &'static str {
        match self {
            Self::Source => "bytes of text",
            Self::Nesting => "levels of nesting",
            Self::Steps => "evaluation steps",
            Self::Memory => "bytes of memory",
            Self::Depth => "nested calls",
            Self::Rules => "rules",
            Self::Imports => "packs",
            Self::Errors => "errors",
            Self::Digits => "digits in a number",
            Self::ExampleWords => "words of examples",
            Self::Checks => "comparisons of examples",
        }
    }

    /// The end of a file that asks for more.
    pub(super) fn exceeded(self) -> Stop {
        let verb = if self == Self::Errors { "has" } else { "needs" };
        let mut stop = Stop::new(
            LoadCode::Bound,
            format!("the policy {verb} more than {} {}", self.limit(), self.counted()),
        );
        stop.reach = Reach::File;
        stop
    }
}

/// What a file has left.
#[derive(Debug)]
pub(super) struct Meter {
    steps: usize,
    memory: usize,
    example_words: usize,
}

impl Meter {
    /// All of it.
    pub(super) fn full() -> Self {
        Self {
            steps: Bound::Steps.limit(),
            memory: Bound::Memory.limit(),
            example_words: Bound::ExampleWords.limit(),
        }
    }

    /// Pays for so many steps, before they are taken.
    pub(super) fn step(&mut self, count: usize) -> Result<(), Stop> {
        self.steps = self
            .steps
            .checked_sub(count)
            .ok_or_else(|| Bound::Steps.exceeded())?;
        Ok(())
    }

    /// Pays for so many bytes, before they are taken, and for the work of writing them.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Stop> {
        self.memory = self
            .memory
            .checked_sub(bytes)
            .ok_or_else(|| Bound::Memory.exceeded())?;
        self.step(bytes / 256)
    }

    /// Pays for reading so many bytes of text without copying them: hashing, comparing and searching.
    pub(super) fn read(&mut self, bytes: usize) -> Result<(), Stop> {
        self.step(bytes / 64)
    }

    /// Pays for a text that outlives the evaluation, with what holds it.
    pub(super) fn keep(&mut self, text: &str) -> Result<(), Stop> {
        self.take(text.len().saturating_add(48))
    }

    /// Pays for so many words of examples.
    pub(super) fn example_words(&mut self, count: usize) -> Result<(), Stop> {
        self.example_words = self
            .example_words
            .checked_sub(count)
            .ok_or_else(|| Bound::ExampleWords.exceeded())?;
        self.take(count.saturating_mul(48))
    }

    /// Pays for so many values in a container.
    pub(super) fn take_values(&mut self, count: usize) -> Result<(), Stop> {
        self.step(count / 8)?;
        self.take(count.saturating_mul(size_of::<super::value::Value>()))
    }
}
