//! A script to a verdict: every segment gets its reasons, and the strictest reason wins.
//!
//! ```text
//!  script ──segments──▶ each segment, each value of its words that are one of a known few
//!                          │
//!        rules of layers ──┤ restrictions that match or may, allows that surely match; of commands and of effects
//!        knowledge ────────┤ what it does; texts it hands to a shell, judged the same way
//!        the shell's doing ┤ redirects and assignments
//!        fallback ─────────┤ for what no allow speaks for
//!        gaps ─────────────┘ where the parser vouches for nothing
//!                          ▼
//!                 join ──▶ segment's decision ──join──▶ script's decision ◀── policy files that do not load
//! ```

mod approval;
mod asking;
mod coverage;
mod explained;
mod leaning;
mod nested;
mod piped;
mod shell_effects;
mod variants;

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::Span;
use shell_parser::{Found, Gap, GapReason, Script, Segment};

use crate::matching::{self, Subject, effect_rules_met, rules_met};
use crate::path_glob::Whereabouts;
use crate::{
    Basis, Certainty, ConfinementName, Context, Decision, EffectMatch, Fallback, PolicySet, Profile,
    SegmentVerdict, Verdict,
};
use coverage::{Coverage, Evidence};
use leaning::Asked;

pub(crate) use coverage::is_in;
pub(crate) use leaning::{enforces, not_enforced};

/// How deep what programs run is opened: `sudo env A=1 timeout 5 bash -c '…'` is four deep. Deeper is a [`Gap`].
const NESTING: usize = 8;

/// Decides a script. Total: any script gets a verdict, and equal arguments get equal ones.
///
/// Decisions combine by [`Decision::join`] alone: over a segment's bases, over segments, and with every gap and every
/// policy file that does not load. An allow rule counts only where it surely matches; what no allow speaks for is the fallback's.
pub fn judge<F: Fallback>(script: &Script, policy: &PolicySet, context: &Context, fallback: &F) -> Verdict {
    let segments = shell_parser::segments_in(script, &context.shell());
    judge_segments(segments, &script.gaps, policy, context, fallback, Aim::Decision)
}

/// The verdict that [`judge`] gives, and with it for each effect who speaks of it.
pub fn explain<F: Fallback>(script: &Script, policy: &PolicySet, context: &Context, fallback: &F) -> Verdict {
    let segments = shell_parser::segments_in(script, &context.shell());
    judge_segments(
        segments,
        &script.gaps,
        policy,
        context,
        fallback,
        Aim::Explanation,
    )
}

/// What a verdict is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Aim {
    /// To be obeyed.
    Decision,
    /// To be understood: who speaks for each effect is told too.
    Explanation,
}

/// Decides what a script may execute.
fn judge_segments<F: Fallback>(
    segments: Vec<Segment>,
    gaps: &[Gap],
    policy: &PolicySet,
    context: &Context,
    fallback: &F,
    aim: Aim,
) -> Verdict {
    let of_caller = leaning::of_caller(policy, context);
    let again = of_caller.is_some().then(|| segments.clone());
    let hear = |segments: Vec<Segment>, leaning: Option<&Profile>| {
        let mut hearing = Hearing {
            policy,
            context,
            fallback,
            leaning,
            aim,
            segments: Vec::new(),
            may_ask_for: Vec::new(),
            gaps: gaps.to_vec(),
        };
        hearing.hear_all(segments, gaps, Opened::default());
        (hearing.segments, hearing.gaps, hearing.may_ask_for)
    };
    let (mut heard, mut gaps, may_ask_for) = hear(segments, of_caller.as_ref());
    // What the rules ask for does not depend on what leans, so a second hearing is the last.
    let asked = leaning::asked(&heard, policy, context);
    let confinement = match &asked {
        Asked::Nothing => {
            let leans = heard
                .iter()
                .flat_map(|segment| &segment.basis)
                .any(leaning::is_confined);
            context.confinement.clone().filter(|_| leans)
        }
        Asked::Profile(profile) => {
            if let Some(segments) = again.filter(|_| context.confinement.as_ref() != Some(&profile.name)) {
                let chosen = Some(&**profile).filter(|profile| leaning::confines(profile));
                (heard, gaps, _) = hear(segments, chosen);
            }
            Some(profile.name.clone())
        }
        Asked::Unclear => {
            heard.iter_mut().for_each(leaning::ask_which);
            context.confinement.clone()
        }
    };
    if let Some(chosen) = &confinement {
        leaning::ask_about_others(&mut heard, may_ask_for, chosen, context);
    }
    for segment in &mut heard {
        approval::refuse_what_nobody_can_answer(segment, context.approval);
    }
    let broken = policy.broken().to_vec();
    let of_whole = approval::decision_of_gaps(&gaps, context.approval)
        .join(approval::decision_of_broken(&broken, context.approval));
    let decisions = heard.iter().map(|segment| segment.decision);
    Verdict {
        decision: decisions.fold(of_whole, Decision::join),
        segments: heard,
        gaps,
        broken,
        confinement,
    }
}

/// What is judged, and what is known so far.
struct Hearing<'a, F> {
    policy: &'a PolicySet,
    context: &'a Context,
    fallback: &'a F,
    /// The profile that segments may lean on.
    leaning: Option<&'a Profile>,
    aim: Aim,
    segments: Vec<SegmentVerdict>,
    /// What allows that only may match ask for, each with the place of its segment; `None` is the caller's confinement.
    may_ask_for: Vec<(usize, Option<ConfinementName>)>,
    gaps: Vec<Gap>,
}

/// What came of one segment.
struct Heard {
    verdict: SegmentVerdict,
    /// What it hands to a shell, or runs.
    texts: Vec<nested::Text>,
    may_ask_for: Vec<Option<ConfinementName>>,
    /// Whether an allow speaks for these texts too.
    everything: bool,
    /// The paths that it writes, each with a NUL behind it, where that is all it writes.
    names: Option<Box<Found>>,
}

/// How a text came to be judged.
#[derive(Clone, Copy, Debug, Default)]
struct Opened {
    /// How many texts it is inside of.
    depth: usize,
    /// Whether an allow of the segment around it speaks for everything.
    spoken_for: bool,
}
impl<F: Fallback> Hearing<'_, F> {
    /// Judges the segments of one text, each followed by those that it hands to a shell.
    fn hear_all(&mut self, mut segments: Vec<Segment>, gaps: &[Gap], opened: Opened) {
        piped::fill_in(&mut segments);
        let mut names: Vec<Option<Box<Found>>> = Vec::with_capacity(segments.len());
        let mut places = Vec::with_capacity(segments.len());
        let calls_functions = piped::calls_functions(&segments);
        for mut segment in segments {
            let place = self.segments.len();
            places.push(place);
            piped::hand_over(&mut segment, &names);
            let heard = self.hear(segment, gaps, opened);
            let handed = heard.names.filter(|_| !calls_functions);
            names.push(handed.filter(|_| piped::writes_only_names(&heard.verdict.segment)));
            self.segments.push(heard.verdict);
            let asked = heard.may_ask_for.into_iter();
            self.may_ask_for.extend(asked.map(|asked| (place, asked)));
            let inner = Opened {
                spoken_for: heard.everything,
                ..opened
            };
            for script in heard.texts {
                self.open(place, &script, inner);
            }
        }
        nested::renumber_pipes(&mut self.segments, &places);
    }

    /// Judges one segment by itself.
    fn hear(&self, segment: Segment, gaps: &[Gap], opened: Opened) -> Heard {
        let mut basis = Vec::new();
        // Rules are told apart by where they are: there may be many, and each is long.
        let mut seen = BTreeSet::new();
        let mut effects = Vec::new();
        let mut trusted = Vec::new();
        let mut covered = Vec::new();
        let mut texts = Vec::new();
        let mut may_ask_for = Vec::new();
        let mut everything = true;
        let mut names = Vec::new();
        for variant in variants::of(&segment).iter() {
            let reading = self.policy.knowledge().read(variant, self.context);
            let entry = reading.entry.as_deref();
            let whereabouts = Whereabouts::new(variant, self.context);
            let subject = Subject {
                segment: variant,
                whereabouts: &whereabouts,
                entry: entry.and_then(|entry| self.policy.knowledge().entry(entry)),
            };
            let rules = rules_met(self.policy, &subject);
            may_ask_for.extend(matching::may_ask_for(self.policy, &subject));
            let shell = shell_effects::of(variant);
            let all = reading.effects.iter().chain(&shell);
            let mut met: Vec<Vec<EffectMatch>> = all
                .map(|effect| effect_rules_met(self.policy, effect, &whereabouts))
                .collect();
            add_new(&mut basis, self.drop_enforced(&mut met, variant.span));
            let evidence = Evidence {
                rules: &rules,
                reading: &reading,
                shell: &shell,
                met: &met,
                segment: variant,
                whereabouts: &whereabouts,
            };
            let mut coverage = Coverage::new(&evidence);
            if self.aim == Aim::Explanation {
                add_new(
                    &mut covered,
                    self.explained(&evidence, coverage.spoken_for, opened),
                );
            }
            everything &= coverage.everything || opened.spoken_for;
            let new = rules
                .into_iter()
                .filter(|found| seen.insert((Arc::as_ptr(&found.rule), found.certainty)));
            basis.extend(new.map(Basis::Rule));
            add_new(&mut basis, met.into_iter().flatten().map(Basis::Effect));
            if opened.spoken_for {
                coverage.left.clear();
                coverage.spoken_for = true;
                coverage.guardable.clear();
                basis.extend(spoken_for_outside(&basis, variant));
            }
            if !coverage.spoken_for || !coverage.left.is_empty() {
                add_new(
                    &mut basis,
                    self.ask_fallback(&coverage, variant, entry, &whereabouts),
                );
            }
            add_new(
                &mut basis,
                self.fallback
                    .objects_to(variant, &coverage.guardable, self.context),
            );
            add_new(&mut effects, reading.effects.iter().chain(&shell).cloned());
            add_new(&mut trusted, reading.trusted.iter().cloned());
            let handed = reading
                .nested
                .iter()
                .filter_map(|script| nested::text(variant, script));
            add_new(&mut texts, handed);
            names.push(reading.names);
        }
        names.dedup();
        let touching = gaps.iter().filter(|gap| gap.span.touches(segment.span));
        basis.extend(touching.cloned().map(Basis::Gap));
        let verdict = SegmentVerdict {
            decision: approval::join(&basis),
            segment,
            basis,
            effects,
            trusted,
            covered,
        };
        Heard {
            verdict,
            texts,
            may_ask_for,
            everything,
            names: names.pop().flatten().filter(|_| names.is_empty()),
        }
    }

    /// Takes out the path rules that only may match and that the confinement enforces anyway; says so if there were
    /// any.
    fn drop_enforced(&self, met: &mut [Vec<EffectMatch>], cause: Span) -> Option<Basis> {
        let profile = self.leaning?;
        let mut dropped = false;
        for found in met {
            found.retain(|found| {
                let is_enforced = found.certainty == Certainty::Maybe && enforces(profile, &found.rule);
                dropped |= is_enforced;
                !is_enforced
            });
        }
        dropped.then(|| leaning::confined(profile, cause))
    }

    /// Judges a text that a segment hands to a shell, or leaves a gap where it nests too deep.
    fn open(&mut self, wrapper: usize, text: &nested::Text, opened: Opened) {
        let room = shell_parser::Limits::default()
            .segments
            .saturating_sub(self.segments.len());
        let reason = if opened.depth >= NESTING {
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
        let opened = Opened {
            depth: opened.depth.saturating_add(1),
            ..opened
        };
        self.hear_all(segments, &gaps, opened);
    }
}

/// Why a segment without an allow of its own may run inside one that an allow speaks for whole.
fn spoken_for_outside(basis: &[Basis], segment: &Segment) -> Option<Basis> {
    basis.is_empty().then(|| Basis::Default {
        decision: Decision::Allow,
        reason: "the rule that allows the command around it covers everything".into(),
        cause: segment.span,
    })
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
