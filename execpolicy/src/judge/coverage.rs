//! What an allow rule speaks for, and what is left to the fallback.

use diagnostics::Span;
use shell_parser::{Segment, Value};

use crate::links::Last;
use crate::matching::lies_in;
use crate::path_glob::{Located, PathGlob, Spelling, Whereabouts};
use crate::{
    About, Certainty, Context, Covers, Decision, Effect, EffectKind, EffectMatch, EffectWord, Reading,
    RuleMatch, Standing, Token, UnknownEffect,
};

/// Whether an allow speaks for the program, and the effects that none speaks for.
pub(super) struct Coverage<'a> {
    /// Whether an allow speaks for running the program.
    pub(super) spoken_for: bool,
    /// The effects that no allow speaks for.
    pub(super) left: Vec<Effect>,
    /// Those that an allow speaks for, unless something guards what they touch.
    pub(super) guardable: Vec<&'a Effect>,
    /// Whether an allow speaks for all that the command does, what it has others run included.
    pub(super) everything: bool,
}

/// What speaks for an effect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Spoken {
    /// Nothing.
    No,
    /// An allow, unless the fallback guards what is touched.
    Guarded,
    /// An allow that says so itself.
    Surely,
}

impl<'a> Coverage<'a> {
    /// What the allows among these rules speak for; only those that surely match are there.
    ///
    /// `met` are the effect rules that each effect meets, those of the program first, then those of the shell.
    pub(super) fn new(
        rules: &[RuleMatch],
        reading: &'a Reading,
        shell: &'a [Effect],
        met: &[Vec<EffectMatch>],
        segment: &Segment,
        whereabouts: &Whereabouts<'_>,
    ) -> Self {
        let allows: Vec<&RuleMatch> = rules
            .iter()
            .filter(|found| found.rule.decision == Decision::Allow && found.certainty == Certainty::Yes)
            .collect();
        let mut coverage = Self {
            spoken_for: !allows.is_empty(),
            left: Vec::new(),
            guardable: Vec::new(),
            everything: allows.iter().any(|found| found.rule.covers == Covers::Everything),
        };
        let by_program = reading.effects.iter().map(|effect| (effect, By::Program));
        let by_shell = shell.iter().map(|effect| (effect, By::Shell));
        let nothing = Vec::new();
        for (number, (effect, by)) in by_program.chain(by_shell).enumerate() {
            let of_rules = allows
                .iter()
                .map(|found| by_rule(found, effect, by, reading, segment, whereabouts));
            let of_effects = met.get(number).unwrap_or(&nothing).iter().map(by_effect_rule);
            let spoken = of_rules.chain(of_effects).fold(Spoken::No, Spoken::or);
            match spoken {
                Spoken::No => coverage.left.push(effect.clone()),
                Spoken::Guarded => coverage.guardable.push(effect),
                Spoken::Surely => {}
            }
        }
        coverage
    }
}

impl Spoken {
    /// The one that speaks for more.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Surely, _) | (_, Self::Surely) => Self::Surely,
            (Self::Guarded, _) | (_, Self::Guarded) => Self::Guarded,
            (Self::No, Self::No) => Self::No,
        }
    }
}

/// Whose doing an effect is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum By {
    Program,
    Shell,
}

/// Whether an allow speaks for an effect.
fn by_rule(
    found: &RuleMatch,
    effect: &Effect,
    by: By,
    reading: &Reading,
    segment: &Segment,
    whereabouts: &Whereabouts<'_>,
) -> Spoken {
    let rule = &found.rule;
    if rule.covers == Covers::Everything {
        return Spoken::Surely;
    }
    if effect.kind == EffectKind::Unknown(UnknownEffect::Word) {
        // It might be any option, so that only who speaks for everything speaks for it.
        return Spoken::No;
    }
    if let EffectKind::Read(path) = &effect.kind
        && !rule.reads.is_empty()
        && is_in(&rule.reads, path, whereabouts)
    {
        return Spoken::Surely;
    }
    let is_ordinary = match (by, effect.standing) {
        (By::Program, Standing::Ordinary) => true,
        (By::Program, Standing::Extra) => reading.entry.is_none() || names(found, effect.cause, segment),
        (By::Shell, _) => false,
    };
    if !is_ordinary && !rule.covers.holds(EffectWord::of(&effect.kind)) {
        return Spoken::No;
    }
    let stays = match &effect.kind {
        EffectKind::Write(path) => stays_in_workspace(path, Last::Followed, whereabouts),
        EffectKind::Delete(path) | EffectKind::DeleteAll(path) => {
            stays_in_workspace(path, Last::Itself, whereabouts)
        }
        EffectKind::List(_)
        | EffectKind::Read(_)
        | EffectKind::Connect(_)
        | EffectKind::Execute(_)
        | EffectKind::Configured(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Setting { .. }
        | EffectKind::Unknown(_) => true,
    };
    if stays { Spoken::Guarded } else { Spoken::No }
}

/// Whether an effect rule speaks for an effect that it meets. One that names what is touched says all there is to
/// say; one about a kind does not know which path it will be.
fn by_effect_rule(found: &EffectMatch) -> Spoken {
    if found.rule.decision != Decision::Allow || found.certainty != Certainty::Yes {
        return Spoken::No;
    }
    match found.rule.about {
        About::Paths(_) | About::Variables(_) | About::Host(_) => Spoken::Surely,
        About::Effects(_) => Spoken::Guarded,
    }
}

/// Whether the rule's pattern names the words that cause an effect: each option among them, or else each word.
fn names(found: &RuleMatch, cause: Span, segment: &Segment) -> bool {
    let tokens = &found.rule.pattern.rest;
    let causing: Vec<(usize, &str)> = segment
        .argv
        .iter()
        .enumerate()
        .filter(|(_, word)| !word.span.is_empty() && cause.contains(word.span))
        .map(|(place, word)| (place, word.value.exact().unwrap_or_default()))
        .collect();
    let is_named = |(place, _): &(usize, &str)| {
        let token = place.checked_sub(1).and_then(|place| tokens.get(place));
        matches!(token, Some(Token::Word(_) | Token::OneOf(_)))
    };
    let options: Vec<&(usize, &str)> = causing.iter().filter(|(_, word)| word.starts_with('-')).collect();
    if options.is_empty() {
        !causing.is_empty() && causing.iter().all(is_named)
    } else {
        options.into_iter().all(is_named)
    }
}

/// Whether all that the value may be surely lies in these paths.
fn is_in(globs: &[PathGlob], path: &Value, whereabouts: &Whereabouts<'_>) -> bool {
    holds_for_all(path, whereabouts, |located| {
        lies_in(globs, located, Last::Followed, whereabouts.context)
    })
}

/// Whether a destination surely lies in the workspace.
fn stays_in_workspace(path: &Value, last: Last, whereabouts: &Whereabouts<'_>) -> bool {
    let Ok(workspace) = PathGlob::new("$WORKSPACE/**") else {
        return false;
    };
    let context = whereabouts.context;
    holds_for_all(path, whereabouts, |located| {
        lies_in(std::slice::from_ref(&workspace), located, last, context)
            || stays_below_start(located, context)
    })
}

/// Where neither workspace nor start is known, the start is taken for the workspace.
fn stays_below_start(located: &Located<'_>, context: &Context) -> bool {
    context.workspace_root().is_none() && !located.is_absolute && located.resolved.is_none()
}

fn holds_for_all(path: &Value, whereabouts: &Whereabouts<'_>, holds: impl Fn(&Located<'_>) -> bool) -> bool {
    let holds = |text: &str, spelling| {
        whereabouts
            .locate(text, spelling)
            .is_some_and(|located| holds(&located))
    };
    match path {
        Value::Exact(text) => holds(text, Spelling::Plain),
        Value::OneOf(texts) => texts.iter().all(|text| holds(text, Spelling::Plain)),
        Value::Glob(pattern) => holds(pattern, Spelling::Pattern),
        Value::One { .. } | Value::Many => false,
    }
}
