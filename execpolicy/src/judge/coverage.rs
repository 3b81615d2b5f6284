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

/// All that is known of a segment when it is asked who speaks for what it does.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a, 'e> {
    /// The rules of commands that it met.
    pub(super) rules: &'a [RuleMatch],
    /// What its program does.
    pub(super) reading: &'e Reading,
    /// What the shell does for it.
    pub(super) shell: &'e [Effect],
    /// The effect rules that each effect meets, those of the program first, then those of the shell.
    pub(super) met: &'a [Vec<EffectMatch>],
    pub(super) segment: &'a Segment,
    pub(super) whereabouts: &'a Whereabouts<'e>,
}

/// What speaks for an effect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spoken {
    /// Nothing.
    No,
    /// An allow, unless the fallback guards what is touched.
    Guarded,
    /// An allow that says so itself.
    Surely,
}

impl<'a> Coverage<'a> {
    /// What the allows among the rules speak for.
    pub(super) fn new(evidence: &Evidence<'_, 'a>) -> Self {
        let mut coverage = Self {
            spoken_for: evidence.allows().next().is_some(),
            left: Vec::new(),
            guardable: Vec::new(),
            everything: evidence
                .allows()
                .any(|found| found.rule.covers == Covers::Everything),
        };
        for done in evidence.done() {
            let of_rules = evidence.by_rules(done).map(|(spoken, _)| spoken);
            let of_effects = evidence.by_effect_rules(done).map(|(spoken, _)| spoken);
            let spoken = of_rules.chain(of_effects).fold(Spoken::No, Spoken::or);
            match spoken {
                Spoken::No => coverage.left.push(done.effect.clone()),
                Spoken::Guarded => coverage.guardable.push(done.effect),
                Spoken::Surely => {}
            }
        }
        coverage
    }
}

/// One effect among the evidence.
#[derive(Clone, Copy)]
pub(super) struct Done<'e> {
    pub(super) effect: &'e Effect,
    by: By,
    number: usize,
}

impl<'a, 'e> Evidence<'a, 'e> {
    /// Every effect, those of the program first.
    pub(super) fn done(self) -> impl Iterator<Item = Done<'e>> + use<'a, 'e> {
        let by_program = self.reading.effects.iter().map(|effect| (effect, By::Program));
        let by_shell = self.shell.iter().map(|effect| (effect, By::Shell));
        let all = by_program.chain(by_shell).enumerate();
        all.map(|(number, (effect, by))| Done { effect, by, number })
    }

    /// The allows of commands that surely match.
    fn allows(self) -> impl Iterator<Item = &'a RuleMatch> {
        let is_sure =
            |found: &&RuleMatch| found.rule.decision == Decision::Allow && found.certainty == Certainty::Yes;
        self.rules.iter().filter(is_sure)
    }

    /// What each allow of the command says of an effect.
    pub(super) fn by_rules(self, done: Done<'e>) -> impl Iterator<Item = (Spoken, &'a RuleMatch)> {
        self.allows()
            .map(move |found| (by_rule(found, done.effect, done.by, &self), found))
    }

    /// What each rule about effects says of an effect.
    pub(super) fn by_effect_rules(self, done: Done<'e>) -> impl Iterator<Item = (Spoken, &'a EffectMatch)> {
        let met = self.met.get(done.number).map_or(&[][..], Vec::as_slice);
        met.iter().map(|found| (by_effect_rule(found), found))
    }
}

impl Spoken {
    /// The one that speaks for more.
    pub(super) fn or(self, other: Self) -> Self {
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
fn by_rule(found: &RuleMatch, effect: &Effect, by: By, evidence: &Evidence<'_, '_>) -> Spoken {
    let &Evidence {
        reading,
        segment,
        whereabouts,
        ..
    } = evidence;
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
        | EffectKind::Overwrite
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
pub(crate) fn is_in(globs: &[PathGlob], path: &Value, whereabouts: &Whereabouts<'_>) -> bool {
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
        Value::One { .. } | Value::Found(_) | Value::Many => false,
    }
}
