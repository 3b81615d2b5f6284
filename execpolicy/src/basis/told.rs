//! Bases as people are told them: a doubt that several rules share is said once.

use super::{Basis, Certainty};
use crate::About;

/// A basis that is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Told<'a> {
    /// The basis.
    pub basis: &'a Basis,
    /// Its place among the segment's bases.
    pub place: usize,
    /// How many others say the same of the same words, and are not told.
    pub more: usize,
}

/// The bases in their order, but for one path that several path rules may guard: the first of these stands for all.
pub(crate) fn told(bases: &[Basis]) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for (place, basis) in bases.iter().enumerate() {
        match told
            .iter_mut()
            .find(|earlier| is_same_doubt(earlier.basis, basis))
        {
            Some(earlier) => earlier.more = earlier.more.saturating_add(1),
            None => told.push(Told {
                basis,
                place,
                more: 0,
            }),
        }
    }
    told
}

/// Whether both are path rules that the same words only may meet, and ask for the same.
fn is_same_doubt(left: &Basis, right: &Basis) -> bool {
    let (Basis::Effect(left), Basis::Effect(right)) = (left, right) else {
        return false;
    };
    let are_doubts = [left, right]
        .iter()
        .all(|found| found.certainty == Certainty::Maybe && matches!(found.rule.about, About::Paths(_)));
    are_doubts
        && left.cause == right.cause
        && left.effect == right.effect
        && left.decision() == right.decision()
}
