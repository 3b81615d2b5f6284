//! What an allow rule speaks for, and what is left to the fallback.

use shell_parser::Segment;

use crate::{Certainty, Decision, Effect, Reading, RuleMatch, Standing, Unspoken};

/// Whether an allow speaks for the program, and the effects that none speaks for.
pub(super) struct Coverage {
    spoken_for: bool,
    left: Vec<Effect>,
}

impl Coverage {
    /// An allow that surely matches speaks for the program's ordinary effects, and for all of them where nothing is
    /// known of the program; never for the shell's own doing.
    pub(super) fn new(rules: &[RuleMatch], reading: &Reading, shell: &[Effect]) -> Self {
        let spoken_for = rules
            .iter()
            .any(|found| found.rule.decision == Decision::Allow && found.certainty == Certainty::Yes);
        let of_program = reading.effects.iter().filter(|effect| match effect.standing {
            Standing::Ordinary => !spoken_for,
            Standing::Extra => !spoken_for || reading.entry.is_some(),
        });
        Self {
            spoken_for,
            left: of_program.chain(shell).cloned().collect(),
        }
    }

    /// The program's effects that an allow speaks for, unless something guards what they touch.
    pub(super) fn spoken_effects<'a>(&self, reading: &'a Reading) -> impl Iterator<Item = &'a Effect> {
        let spoken_for = self.spoken_for;
        reading
            .effects
            .iter()
            .filter(move |effect| match effect.standing {
                Standing::Ordinary => spoken_for,
                Standing::Extra => false,
            })
    }

    /// What the fallback is to decide; `None` where nothing is left.
    pub(super) fn unspoken<'a>(
        &'a self,
        segment: &'a Segment,
        entry: Option<&'a str>,
    ) -> Option<Unspoken<'a>> {
        (!self.spoken_for || !self.left.is_empty()).then_some(Unspoken {
            segment,
            spoken_for: self.spoken_for,
            entry,
            effects: &self.left,
        })
    }
}
