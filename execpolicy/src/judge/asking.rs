//! What the fallback says of what no allow speaks for, and whether a confinement makes its question unneeded.

use shell_parser::Segment;

use super::coverage::Coverage;
use super::{Hearing, approval, enforces, leaning};
use crate::path_glob::Whereabouts;
use crate::{Basis, Certainty, Decision, Effect, EffectMatch, Fallback, Profile, Unspoken};

impl<F: Fallback> Hearing<'_, F> {
    /// The fallback's answer; no answer is a prompt. Where it asks, and the confinement keeps in all that is left,
    /// the segment leans on that instead.
    pub(super) fn ask_fallback(
        &self,
        coverage: &Coverage<'_>,
        segment: &Segment,
        entry: Option<&str>,
        whereabouts: &Whereabouts<'_>,
    ) -> Vec<Basis> {
        let mut unspoken = Unspoken {
            segment,
            spoken_for: coverage.spoken_for,
            entry,
            effects: &coverage.left,
            confined: None,
        };
        let mut ruling = self.fallback.rule_on(&unspoken, self.context);
        if ruling.is_empty() {
            ruling.push(Basis::Default {
                decision: Decision::Prompt,
                reason: "nothing decides what this command does".into(),
                cause: segment.span,
            });
        }
        let profile = self.leaning.filter(|profile| {
            let mut left = coverage.left.iter();
            approval::join(&ruling) > Decision::Allow
                && left.all(|effect| leaning::contains(profile, effect, whereabouts))
        });
        if let Some(profile) = profile {
            unspoken.confined = Some(profile);
            ruling = self.fallback.rule_on(&unspoken, self.context);
            ruling.extend(self.not_enforced(profile, &coverage.left));
            ruling.push(leaning::confined(profile, segment.span));
        }
        ruling
    }

    /// The path rules that the confinement does not enforce, where something that is not known may touch any path.
    fn not_enforced(&self, profile: &Profile, left: &[Effect]) -> Vec<Basis> {
        let Some(effect) = left.iter().find(|effect| leaning::may_touch_anything(effect)) else {
            return Vec::new();
        };
        let rules = self.policy.path_rules().all();
        let rules = rules.filter_map(|place| self.policy.effect_rules().get(place));
        let open = rules.filter(|rule| rule.decision != Decision::Allow && !enforces(profile, rule));
        // Each says the same of what could be anything: one is enough.
        let open = open.take(1).map(|rule| {
            Basis::Effect(EffectMatch {
                rule: rule.clone(),
                certainty: Certainty::Maybe,
                effect: effect.kind.clone(),
                cause: effect.cause,
            })
        });
        open.collect()
    }
}
