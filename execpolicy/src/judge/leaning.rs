//! Which confinement a script runs in, and what may lean on it.

use diagnostics::Span;
use shell_parser::Value;

use super::approval::join;
use crate::confinement::all_within;
use crate::links::{Last, ways};
use crate::path_glob::{Bare, Located, PathGlob, Question, Reach, Spelling, Whereabouts, meeting};
use crate::{
    About, Access, Approval, Basis, Certainty, ConfinementName, Context, Decision, Effect, EffectKind,
    EffectMatch, EffectRule, Executed, Network, PolicySet, Profile, SegmentVerdict,
};

/// What the rules of a script ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// No rule names a profile.
    Nothing,
    /// The narrowest of a chain.
    Profile(Box<Profile>),
    /// Profiles of which none is the narrowest, or one that nobody describes.
    Unclear,
}

/// The profile that segments may lean on before it is known what the rules ask for: the caller's.
pub(super) fn of_caller(policy: &PolicySet, context: &Context) -> Option<Profile> {
    let name = context.confinement.as_ref().filter(|_| leans(context))?;
    policy.profile(name).filter(confines)
}

/// Whether a profile keeps anything in.
pub(super) fn confines(profile: &Profile) -> bool {
    !profile.name.is_none()
}

/// Whether anything may lean at all: where a person can be asked, but need not be.
pub(super) fn leans(context: &Context) -> bool {
    context.confinement.is_some() && context.approval == Approval::OnRequest
}

/// What the allow rules that the segments surely met ask for; one that names nothing asks for the caller's.
pub(super) fn asked(segments: &[SegmentVerdict], policy: &PolicySet, context: &Context) -> Asked {
    let none = ConfinementName::new("none");
    let callers = context.confinement.as_ref().unwrap_or(&none);
    let mut names: Vec<&ConfinementName> = Vec::new();
    let mut is_named = false;
    for basis in segments.iter().flat_map(|segment| &segment.basis) {
        if let Basis::Rule(found) = basis
            && found.rule.decision == Decision::Allow
        {
            is_named |= found.rule.confinement.is_some();
            let name = found.rule.confinement.as_ref().unwrap_or(callers);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    if !is_named {
        return Asked::Nothing;
    }
    let profiles: Option<Vec<Profile>> = names.into_iter().map(|name| policy.profile(name)).collect();
    let Some(profiles) = profiles else {
        return Asked::Unclear;
    };
    let is_chain = profiles.iter().all(|one| {
        profiles
            .iter()
            .all(|other| one.is_within(other) || other.is_within(one))
    });
    let narrowest = profiles
        .iter()
        .find(|one| profiles.iter().all(|other| one.is_within(other)));
    match narrowest {
        Some(profile) if is_chain => Asked::Profile(Box::new(profile.clone())),
        Some(_) | None => Asked::Unclear,
    }
}

/// Whether a segment leans.
pub(super) fn is_confined(basis: &Basis) -> bool {
    matches!(basis, Basis::Confined { .. })
}

/// What a segment does stays in the confinement.
pub(super) fn confined(profile: &Profile, cause: Span) -> Basis {
    Basis::Confined {
        profile: profile.name.clone(),
        cause,
    }
}

/// Asks about a segment whose rule names a confinement, where it is not clear which one the script gets.
pub(super) fn ask_which(judged: &mut SegmentVerdict) {
    let names = judged
        .basis
        .iter()
        .any(|basis| matches!(basis, Basis::Rule(found) if found.rule.confinement.is_some()));
    if names {
        ask(
            judged,
            "the rules of this script ask for confinements of which none is the narrowest",
        );
    }
}

/// Asks where an allow that only may match asks for another confinement than the chosen one: it must not depend on a
/// value that is not known what the script runs in.
pub(super) fn ask_about_others(
    segments: &mut [SegmentVerdict],
    may_ask_for: Vec<(usize, Option<ConfinementName>)>,
    chosen: &ConfinementName,
    context: &Context,
) {
    for (place, asked) in may_ask_for {
        let is_other = asked.as_ref().or(context.confinement.as_ref()) != Some(chosen);
        if let Some(judged) = segments.get_mut(place).filter(|_| is_other) {
            ask(judged, "a rule that may allow this asks for another confinement");
        }
    }
}

/// Adds a reason to ask.
fn ask(judged: &mut SegmentVerdict, reason: &str) {
    judged.basis.push(Basis::Default {
        decision: Decision::Prompt,
        reason: reason.into(),
        cause: judged.segment.span,
    });
    judged.decision = join(&judged.basis);
}

/// Whether the profile keeps an effect in, so that it need not be known better.
pub(super) fn contains(profile: &Profile, effect: &Effect, whereabouts: &Whereabouts<'_>) -> bool {
    let is_kept_in = profile.network != Network::Full;
    match &effect.kind {
        // What may not be read is the path rules' to say.
        EffectKind::List(_) | EffectKind::Read(_) => true,
        EffectKind::Write(path) => is_kept_in && writes_inside(profile, path, whereabouts),
        EffectKind::Execute(_)
        | EffectKind::Configured(_)
        | EffectKind::Setting { .. }
        | EffectKind::Unknown(_) => is_kept_in,
        // A known loss is a question; the others could only fail.
        EffectKind::Delete(_)
        | EffectKind::DeleteAll(_)
        | EffectKind::Connect(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Overwrite => false,
    }
}

/// Whether a write is not known to lead where the profile lets nobody write.
fn writes_inside(profile: &Profile, path: &Value, whereabouts: &Whereabouts<'_>) -> bool {
    let question = Question {
        reach: Reach::Itself,
        bare: Bare::Counts,
        context: whereabouts.context,
    };
    let meets = |globs: &[PathGlob], located: &Located<'_>| {
        let met = globs.iter().filter_map(|glob| meeting(glob, located, &question));
        met.max()
    };
    let inside = |text: &str, spelling| {
        whereabouts.locate(text, spelling).is_none_or(|located| {
            let ways = ways(&whereabouts.context.links, &located, Last::Followed);
            let located = located.into_resolved();
            // A variable that is not known makes nothing writable.
            let may_write = |located: &Located<'_>| {
                (!located.is_absolute || meets(&profile.writable, located) == Some(Certainty::Yes))
                    && meets(&profile.protected, located) != Some(Certainty::Yes)
            };
            may_write(&located) && ways.ends().all(|end| may_write(&end))
        })
    };
    match path {
        Value::Exact(text) => inside(text, Spelling::Plain),
        Value::OneOf(texts) => texts.iter().all(|text| inside(text, Spelling::Plain)),
        Value::Glob(pattern) => inside(pattern, Spelling::Pattern),
        Value::One { .. } | Value::Found(_) | Value::Many => true,
    }
}

/// Whether the profile itself keeps what a path rule guards: hidden from readers, protected from writers.
pub(crate) fn enforces(profile: &Profile, rule: &EffectRule) -> bool {
    let About::Paths(paths) = &rule.about else {
        return false;
    };
    paths.access.iter().all(|access| match access {
        Access::List | Access::Read => all_within(&paths.paths, &profile.hidden),
        Access::Write | Access::Delete => {
            profile.writable.is_empty() || all_within(&paths.paths, &profile.protected)
        }
    })
}

/// A path rule that the profile does not enforce, where one of these effects may touch any path. Each such rule says the
/// same of what could be anything: one is enough.
pub(crate) fn not_enforced(policy: &PolicySet, profile: &Profile, left: &[Effect]) -> Option<EffectMatch> {
    let effect = left.iter().find(|effect| may_touch_anything(effect))?;
    let rules = policy.path_rules().all();
    let mut rules = rules.filter_map(|place| policy.effect_rules().get(place));
    let open = rules.find(|rule| rule.decision != Decision::Allow && !enforces(profile, rule))?;
    Some(EffectMatch {
        rule: open.clone(),
        certainty: Certainty::Maybe,
        effect: effect.kind.clone(),
        cause: effect.cause,
        leads_to: None,
    })
}

/// Whether something of this kind may touch any path.
fn may_touch_anything(effect: &Effect) -> bool {
    match &effect.kind {
        EffectKind::Execute(executed) => !matches!(executed, Executed::Startup(_)),
        EffectKind::Configured(_) | EffectKind::Unknown(_) => true,
        EffectKind::List(_)
        | EffectKind::Read(_)
        | EffectKind::Write(_)
        | EffectKind::Delete(_)
        | EffectKind::DeleteAll(_)
        | EffectKind::Connect(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Overwrite
        | EffectKind::Setting { .. } => false,
    }
}
