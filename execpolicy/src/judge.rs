//! A script to a verdict: every segment gets its reasons, and the strictest reason wins.
//!
//! ```text
//!  script ──segments──▶ each segment, each value of its words that are one of a known few
//!                          │
//!        rules of layers ──┤ restrictions that match or may, allows that surely match
//!        knowledge ────────┤ what it does; texts it hands to a shell, judged the same way
//!        the shell's doing ┤ redirects and assignments
//!        fallback ─────────┤ for what no allow speaks for
//!        gaps ─────────────┘ where the parser vouches for nothing
//!                          ▼
//!                 join ──▶ segment's decision ──join──▶ script's decision
//! ```

mod approval;
mod coverage;
mod nested;
mod shell_effects;
mod variants;

use std::collections::BTreeSet;
use std::sync::Arc;

use shell_parser::{Gap, GapReason, Script, Segment};

use crate::matching::rules_met;
use crate::{Basis, Context, Decision, Fallback, PolicySet, SegmentVerdict, Unspoken, Verdict};
use coverage::Coverage;

/// How deep what programs run is opened: `sudo env A=1 timeout 5 bash -c '…'` is four deep. Deeper is a [`Gap`].
const NESTING: usize = 8;

/// Decides a script. Total: any script gets a verdict, and equal arguments get equal ones.
///
/// Decisions combine by [`Decision::join`] alone: over a segment's bases, over segments, and with every gap. An allow
/// rule counts only where it surely matches; what no allow speaks for is the fallback's.
pub fn judge<F: Fallback>(script: &Script, policy: &PolicySet, context: &Context, fallback: &F) -> Verdict {
    judge_segments(
        shell_parser::segments_in(script, &context.shell()),
        &script.gaps,
        policy,
        context,
        fallback,
    )
}

/// Decides what a script may execute.
fn judge_segments<F: Fallback>(
    segments: Vec<Segment>,
    gaps: &[Gap],
    policy: &PolicySet,
    context: &Context,
    fallback: &F,
) -> Verdict {
    let mut hearing = Hearing {
        policy,
        context,
        fallback,
        segments: Vec::new(),
        gaps: gaps.to_vec(),
    };
    hearing.hear_all(segments, gaps, 0);
    let Hearing {
        mut segments, gaps, ..
    } = hearing;
    for segment in &mut segments {
        approval::refuse_what_nobody_can_answer(segment, context.approval);
    }
    let of_gaps = approval::decision_of_gaps(&gaps, context.approval);
    let decisions = segments.iter().map(|segment| segment.decision);
    Verdict {
        decision: decisions.fold(of_gaps, Decision::join),
        segments,
        gaps,
        confinement: None,
    }
}

/// What is judged, and what is known so far.
struct Hearing<'a, F> {
    policy: &'a PolicySet,
    context: &'a Context,
    fallback: &'a F,
    segments: Vec<SegmentVerdict>,
    gaps: Vec<Gap>,
}

impl<F: Fallback> Hearing<'_, F> {
    /// Judges the segments of one text, each followed by those that it hands to a shell.
    fn hear_all(&mut self, segments: Vec<Segment>, gaps: &[Gap], depth: usize) {
        let mut places = Vec::with_capacity(segments.len());
        for segment in segments {
            let place = self.segments.len();
            places.push(place);
            let (verdict, nested) = self.hear(segment, gaps);
            self.segments.push(verdict);
            for script in nested {
                self.open(place, &script, depth);
            }
        }
        nested::renumber_pipes(&mut self.segments, &places);
    }

    /// Judges one segment by itself.
    fn hear(&self, segment: Segment, gaps: &[Gap]) -> (SegmentVerdict, Vec<nested::Text>) {
        let mut basis = Vec::new();
        // Rules are told apart by where they are: there may be many, and each is long.
        let mut seen = BTreeSet::new();
        let mut effects = Vec::new();
        let mut texts = Vec::new();
        for variant in variants::of(&segment).iter() {
            let reading = self.policy.knowledge().read(variant, self.context);
            let rules = rules_met(self.policy, variant, self.context);
            let shell = shell_effects::of(variant);
            let coverage = Coverage::new(&rules, &reading, &shell);
            let new = rules
                .into_iter()
                .filter(|found| seen.insert((Arc::as_ptr(&found.rule), found.certainty)));
            basis.extend(new.map(Basis::Rule));
            if let Some(unspoken) = coverage.unspoken(variant, reading.entry.as_deref()) {
                add_new(&mut basis, self.ask_fallback(&unspoken));
            }
            let spoken: Vec<_> = coverage.spoken_effects(&reading).collect();
            add_new(
                &mut basis,
                self.fallback.objects_to(variant, &spoken, self.context),
            );
            add_new(&mut effects, reading.effects.into_iter().chain(shell));
            let handed = reading
                .nested
                .iter()
                .filter_map(|script| nested::text(variant, script));
            add_new(&mut texts, handed);
        }
        let touching = gaps.iter().filter(|gap| gap.span.touches(segment.span));
        basis.extend(touching.cloned().map(Basis::Gap));
        let verdict = SegmentVerdict {
            decision: approval::join(&basis),
            segment,
            basis,
            effects,
        };
        (verdict, texts)
    }

    /// The fallback's answer. No answer is a prompt.
    fn ask_fallback(&self, unspoken: &Unspoken<'_>) -> Vec<Basis> {
        let ruling = self.fallback.rule_on(unspoken, self.context);
        if ruling.is_empty() {
            return vec![Basis::Default {
                decision: Decision::Prompt,
                reason: "nothing decides what this command does".into(),
                cause: unspoken.segment.span,
            }];
        }
        ruling
    }

    /// Judges a text that a segment hands to a shell, or leaves a gap where it nests too deep.
    fn open(&mut self, wrapper: usize, text: &nested::Text, depth: usize) {
        let room = shell_parser::Limits::default()
            .segments
            .saturating_sub(self.segments.len());
        let reason = if depth >= NESTING {
            Some(GapReason::TooDeep)
        } else {
            (room == 0).then_some(GapReason::TooMany)
        };
        let Some(outer) = self.segments.get_mut(wrapper) else {
            return;
        };
        if let Some(reason) = reason {
            let gap = Gap {
                span: text.place.span(),
                reason,
            };
            outer.basis.push(Basis::Gap(gap.clone()));
            outer.decision = approval::join(&outer.basis);
            self.gaps.push(gap);
            return;
        }
        let (segments, gaps) = nested::open(text, &outer.segment, self.context);
        self.gaps.extend(gaps.iter().cloned());
        self.hear_all(segments, &gaps, depth.saturating_add(1));
    }
}

/// Adds those that are not there yet: the values of a word that is one of a few share most of what is said of them.
fn add_new<T: PartialEq>(to: &mut Vec<T>, from: impl IntoIterator<Item = T>) {
    // One variant's own are not compared: a long command has thousands.
    let known = to.len();
    for item in from {
        if !to.iter().take(known).any(|old| *old == item) {
            to.push(item);
        }
    }
}

#[cfg(test)]
mod tests;
