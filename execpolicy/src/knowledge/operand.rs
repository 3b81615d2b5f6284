//! The operands of a program: what each does, and which word is which.

use std::ops::Range;

use crate::knowledge::{DeclarationError, Does};

/// The places for operands, in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Operands {
    /// The places; at most one takes many.
    pub(crate) places: Vec<OperandPlace>,
}

/// One place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OperandPlace {
    /// Its name in the manual.
    pub(crate) name: Box<str>,
    /// What is done with the operand.
    pub(crate) does: Does,
    /// Whether it takes any number of them.
    pub(crate) many: bool,
    /// What it is where no operand is given.
    pub(crate) implied: Option<Box<str>>,
    /// What the operand must begin with.
    pub(crate) begins: Option<char>,
}

impl Operands {
    /// Reads `FILE...`, `PATH...=.`, `+FORMAT`.
    pub(crate) fn declared(declared: &[(Box<str>, Does)]) -> Result<Self, DeclarationError> {
        let mut places: Vec<OperandPlace> = Vec::with_capacity(declared.len());
        for (text, does) in declared {
            let (spelled, implied) = match text.split_once('=') {
                Some((spelled, implied)) => (spelled, Some(implied.into())),
                None => (&**text, None),
            };
            let many = spelled.ends_with("...");
            let name = spelled.trim_end_matches("...");
            // Settings are told from other words by their form.
            let is_second = |place: &OperandPlace| place.many && place.does != Does::Sets;
            if many && *does != Does::Sets && places.iter().any(is_second) {
                return Err(DeclarationError::Many {
                    operand: text.clone(),
                });
            }
            places.push(OperandPlace {
                begins: name.starts_with('+').then_some('+'),
                name: name.into(),
                does: *does,
                many,
                implied,
            });
        }
        Ok(Self { places })
    }

    /// The place that takes all the words from some word on.
    pub(crate) fn rest(&self) -> Option<&OperandPlace> {
        self.places.iter().find(|place| place.does.takes_the_rest())
    }

    /// Which of `left` places (indices, in order) the operand at `index` of `count` takes.
    ///
    /// `certain` is how many operands from the front are surely one word each; from there on a word may be none or
    /// many. Empty where there is no place for it.
    pub(crate) fn places_of(
        &self,
        left: &[usize],
        index: usize,
        count: usize,
        certain: usize,
    ) -> Range<usize> {
        let many = left
            .iter()
            .position(|place| self.places.get(*place).is_some_and(|place| place.many));
        match many {
            None if index < certain => index.min(left.len())..index.saturating_add(1).min(left.len()),
            None => index.min(left.len())..left.len(),
            Some(many) if certain < count => {
                if many.saturating_add(1) < left.len() {
                    0..left.len()
                } else if index < certain {
                    let place = index.min(many);
                    place..place.saturating_add(1)
                } else {
                    index.min(many)..left.len()
                }
            }
            Some(many) => {
                let after = left.len().saturating_sub(many).saturating_sub(1);
                let first_after = count.saturating_sub(after).max(many);
                let place = if index < many {
                    index
                } else if index < first_after {
                    many
                } else {
                    many.saturating_add(1)
                        .saturating_add(index.saturating_sub(first_after))
                };
                place..place.saturating_add(1)
            }
        }
    }
}
