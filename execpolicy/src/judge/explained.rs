//! Who speaks for each effect of a segment, for people who want to know.

use super::coverage::{Coverage, Done, Evidence, Spoken};
use super::{Hearing, Opened, spoken_for_outside};
use crate::{Basis, Covered, Effect, Fallback};

impl<F: Fallback> Hearing<'_, F> {
    /// Each effect with what is said of it. `spoken_for` is whether an allow speaks for the program.
    pub(super) fn explained(
        &self,
        evidence: &Evidence<'_, '_>,
        spoken_for: bool,
        opened: Opened,
    ) -> Vec<Covered> {
        let each = evidence.done().map(|done| Covered {
            effect: done.effect.clone(),
            bases: self.said(*evidence, done, spoken_for, opened),
        });
        each.collect()
    }

    /// What is said of one effect: by the allows that speak for it, the rules that it meets, and by the fallback where
    /// nobody else allows it or where it guards what is touched.
    fn said<'e>(
        &self,
        evidence: Evidence<'_, 'e>,
        done: Done<'e>,
        spoken_for: bool,
        opened: Opened,
    ) -> Vec<Basis> {
        let mut bases = Vec::new();
        let mut spoken = Spoken::No;
        for (says, rule) in evidence.by_rules(done).filter(|(says, _)| *says != Spoken::No) {
            spoken = spoken.or(says);
            bases.push(Basis::Rule(rule.clone()));
        }
        for (says, rule) in evidence.by_effect_rules(done) {
            spoken = spoken.or(says);
            bases.push(Basis::Effect(rule.clone()));
        }
        if opened.spoken_for {
            bases.extend(spoken_for_outside(&bases, evidence.segment));
            return bases;
        }
        match spoken {
            Spoken::No => bases.extend(self.asked_of(evidence, done.effect, spoken_for)),
            Spoken::Guarded => {
                let effects = [done.effect];
                let objections = self.fallback.objects_to(evidence.segment, &effects, self.context);
                bases.extend(objections);
            }
            Spoken::Surely => {}
        }
        bases
    }

    /// What the fallback says of one effect. What it says of the program alone counts where it says nothing else.
    fn asked_of(&self, evidence: Evidence<'_, '_>, effect: &Effect, spoken_for: bool) -> Vec<Basis> {
        let coverage = Coverage {
            spoken_for,
            left: vec![effect.clone()],
            guardable: Vec::new(),
            everything: false,
        };
        let entry = evidence.reading.entry.as_deref();
        let said = self.ask_fallback(&coverage, evidence.segment, entry, evidence.whereabouts);
        let is_of_program = |basis: &Basis| matches!(basis, Basis::Rule(_));
        let (of_program, of_effect): (Vec<Basis>, Vec<Basis>) = said.into_iter().partition(is_of_program);
        if of_effect.is_empty() {
            of_program
        } else {
            of_effect
        }
    }
}
