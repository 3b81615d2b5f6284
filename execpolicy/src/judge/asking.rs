//! What the fallback says of what no allow speaks for, and whether a confinement makes its question unneeded.

use shell_parser::Segment;

use super::coverage::Coverage;
use super::{Hearing, approval, leaning, not_enforced};
use crate::path_glob::Whereabouts;
use crate::{Basis, Decision, Fallback, Unspoken};

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
                && left.all(|effect| {
                    leaning::contains(profile, effect, whereabouts)
                        || self.fallback.allows(segment, effect, self.context)
                })
        });
        if let Some(profile) = profile {
            unspoken.confined = Some(profile);
            ruling = self.fallback.rule_on(&unspoken, self.context);
            ruling.extend(not_enforced(self.policy, profile, &coverage.left).map(Basis::Effect));
            ruling.push(leaning::confined(profile, segment.span));
        }
        ruling
    }
}
