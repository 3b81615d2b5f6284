//! Which effect rules an effect meets, and how surely.

use std::collections::BTreeSet;
use std::sync::Arc;

use shell_parser::Value;

use super::host::host;
use crate::path_glob::{Bare, Located, Question, Reach, Spelling, Whereabouts, may_be_named, meeting};
use crate::{
    About, Above, Access, Certainty, Context, Decision, Effect, EffectKind, EffectMatch, EffectRule,
    EffectWord, Links, PathGlob, PathRule, PolicySet, Stars, UnknownEffect,
};

/// The rules that an effect meets, in the order of the set: allows that surely match, restrictions that may.
pub(crate) fn effect_rules_met(
    policy: &PolicySet,
    effect: &Effect,
    whereabouts: &Whereabouts<'_>,
) -> Vec<EffectMatch> {
    let mut met = Vec::new();
    let mut add = |rule: &Arc<EffectRule>, certainty: Option<Certainty>| {
        let Some(certainty) = certainty else {
            return;
        };
        if rule.decision != Decision::Allow || certainty == Certainty::Yes {
            met.push(EffectMatch {
                rule: rule.clone(),
                certainty,
                effect: effect.kind.clone(),
                cause: effect.cause,
            });
        }
    };
    let rules = policy.effect_rules();
    for place in policy.effects_of_others() {
        if let Some(rule) = rules.get(*place) {
            add(rule, meets_other(rule, &effect.kind, whereabouts.context));
        }
    }
    if effect.kind == EffectKind::Unknown(UnknownEffect::Word) {
        // It might be an option that touches any path.
        for place in policy.path_rules().all() {
            if let Some(rule) = rules.get(place).filter(|rule| rule.decision != Decision::Allow) {
                add(rule, Some(Certainty::Maybe));
            }
        }
    }
    if let Some((touch, value)) = Touch::of(&effect.kind)
        && touch.counts_for(policy.path_rules().accesses())
    {
        let asked = Asked::new(value, touch, whereabouts);
        for place in candidates(policy, &asked, whereabouts) {
            let Some(rule) = rules.get(place) else {
                continue;
            };
            let About::Paths(paths) = &rule.about else {
                continue;
            };
            if touch.counts_for(&paths.access) {
                add(rule, meets_path(rule, paths, touch, &asked, whereabouts));
            }
        }
    }
    met
}

/// How a path is touched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Touch {
    List,
    Read,
    Write,
    Delete,
}

impl Touch {
    fn of(kind: &EffectKind) -> Option<(Self, &Value)> {
        match kind {
            EffectKind::List(path) => Some((Self::List, path)),
            EffectKind::Read(path) => Some((Self::Read, path)),
            EffectKind::Write(path) => Some((Self::Write, path)),
            EffectKind::Delete(path) | EffectKind::DeleteAll(path) => Some((Self::Delete, path)),
            EffectKind::Connect(_)
            | EffectKind::Execute(_)
            | EffectKind::Configured(_)
            | EffectKind::Escalate
            | EffectKind::Signal
            | EffectKind::Configure
            | EffectKind::Overwrite
            | EffectKind::Setting { .. }
            | EffectKind::Unknown(_) => None,
        }
    }

    /// Whether a rule about these accesses is about this touch: what is removed is written.
    fn counts_for(self, access: &[Access]) -> bool {
        access.iter().any(|access| match access {
            Access::List => self == Self::List,
            Access::Read => self == Self::Read,
            Access::Write => matches!(self, Self::Write | Self::Delete),
            Access::Delete => self == Self::Delete,
        })
    }

    fn reach(self) -> Reach {
        match self {
            Self::List => Reach::Itself,
            Self::Read => Reach::Below,
            Self::Write | Self::Delete => Reach::Whole,
        }
    }
}

/// The paths that a value may be.
enum Asked<'v> {
    /// Any.
    Anything,
    /// One of these; `None` is one that may lead anywhere.
    Paths(Vec<Option<Located<'v>>>),
    /// What a program finds below these, and the names that it is told to look for.
    Below(Vec<Option<Located<'v>>>, &'v [Box<str>]),
}

impl<'v> Asked<'v> {
    fn new(value: &'v Value, touch: Touch, whereabouts: &'v Whereabouts<'_>) -> Self {
        let plain = |text: &'v str| whereabouts.locate(text, Spelling::Plain);
        match value {
            // To read what is found below a directory is to read that directory whole.
            Value::Found(found) if touch == Touch::Read => {
                Self::Below(found.roots.iter().map(|root| plain(root)).collect(), &found.named)
            }
            Value::Exact(text) => Self::Paths(vec![plain(text)]),
            Value::Glob(pattern) => Self::Paths(vec![whereabouts.locate(pattern, Spelling::Pattern)]),
            Value::OneOf(texts) => Self::Paths(texts.iter().map(|text| plain(text)).collect()),
            Value::One { .. } | Value::Found(_) | Value::Many => Self::Anything,
        }
    }
}

/// The places of the path rules that may be met: a superset.
fn candidates(policy: &PolicySet, asked: &Asked<'_>, whereabouts: &Whereabouts<'_>) -> BTreeSet<usize> {
    let paths = match asked {
        Asked::Paths(paths) | Asked::Below(paths, []) => paths,
        Asked::Anything | Asked::Below(..) => return policy.path_rules().all().collect(),
    };
    let mut places = BTreeSet::new();
    for path in paths {
        let Some(path) = path else {
            return policy.path_rules().all().collect();
        };
        let context = whereabouts.context;
        let leads_elsewhere = path.follows_links_of_a_process() || context.target(path).is_some();
        if path.may_be_above_everything(context) || leads_elsewhere {
            return policy.path_rules().all().collect();
        }
        for (name, spelling) in &path.written {
            match spelling {
                Spelling::Pattern => return policy.path_rules().all().collect(),
                Spelling::Plain => places.extend(policy.path_rules().naming(name)),
            }
        }
        places.extend(policy.path_rules().naming_nothing());
    }
    places
}

/// How surely a path rule is met.
fn meets_path(
    rule: &EffectRule,
    paths: &PathRule,
    touch: Touch,
    asked: &Asked<'_>,
    whereabouts: &Whereabouts<'_>,
) -> Option<Certainty> {
    let context = whereabouts.context;
    let (asked, named) = match asked {
        Asked::Anything => return Some(Certainty::Maybe),
        Asked::Paths(paths) => (paths, None),
        Asked::Below(..) if rule.decision == Decision::Allow => return None,
        Asked::Below(paths, named) => (paths, Some(named)),
    };
    let each = asked.iter().map(|path| {
        let Some(path) = path else {
            return Some(Certainty::Maybe);
        };
        if rule.decision == Decision::Allow {
            let holds = lies_in(&paths.paths, path, context) && !may_lie_in(&paths.outside, path, context);
            return holds.then_some(Certainty::Yes);
        }
        let mut question = Question {
            reach: touch.reach(),
            bare: match paths.stars {
                Stars::Match => Bare::Counts,
                Stars::Ignored => Bare::SaysNothing,
            },
            context,
        };
        let mut found = meets_any(&paths.paths, path, &question);
        if let Some(target) = context.target(path) {
            // A link leads there: both places count.
            let target = Located::of_path(target);
            found = found.max(meets_any(&paths.paths, &target, &question));
        }
        if path.follows_links_of_a_process() {
            found = found.max(Some(Certainty::Maybe));
        }
        if paths.above == Above::MayMatch && found == Some(Certainty::Yes) {
            question.reach = Reach::Itself;
            let mut places = vec![meets_any(&paths.paths, path, &question)];
            let target = context.target(path).map(Located::of_path);
            places.extend(target.map(|target| meets_any(&paths.paths, &target, &question)));
            if !places.contains(&Some(Certainty::Yes)) {
                found = Some(Certainty::Maybe);
            }
        }
        if let Some(named) = named {
            let are_named =
                |glob: &PathGlob| named.iter().any(|name| may_be_named(glob, path, name, context));
            found = found.max(paths.paths.iter().any(are_named).then_some(Certainty::Maybe));
        }
        found.filter(|_| !lies_in(&paths.outside, path, context))
    });
    join(each)
}

/// Whether a path surely is one of these patterns', whatever links there are.
pub(crate) fn lies_in(globs: &[PathGlob], path: &Located<'_>, context: &Context) -> bool {
    let question = Question {
        reach: Reach::Itself,
        bare: Bare::Counts,
        context,
    };
    if path.resolved.is_some() || path.follows_links_of_a_process() {
        // `link/..` is not the directory that holds the link.
        return false;
    }
    if meets_any(globs, path, &question) != Some(Certainty::Yes) {
        return false;
    }
    match (&context.links, context.target(path)) {
        (Links::Assumed, _) => true,
        (Links::Table(_), Some(target)) => {
            meets_any(globs, &Located::of_path(target), &question) == Some(Certainty::Yes)
        }
        (Links::Table(_), None) => false,
    }
}

/// Whether a path may be one of these patterns'.
fn may_lie_in(globs: &[PathGlob], path: &Located<'_>, context: &Context) -> bool {
    let question = Question {
        reach: Reach::Itself,
        bare: Bare::Counts,
        context,
    };
    meets_any(globs, path, &question).is_some()
}

fn meets_any(globs: &[PathGlob], path: &Located<'_>, question: &Question<'_>) -> Option<Certainty> {
    let met = globs.iter().filter_map(|glob| meeting(glob, path, question));
    met.max()
}

/// How surely something that is not about paths is met.
fn meets_other(rule: &EffectRule, kind: &EffectKind, context: &Context) -> Option<Certainty> {
    if *kind == EffectKind::Unknown(UnknownEffect::Word) {
        // A word that may be any option may do anything that options do.
        return (rule.decision != Decision::Allow).then_some(Certainty::Maybe);
    }
    match (&rule.about, kind) {
        (About::Variables(patterns), EffectKind::Setting { name, .. }) => {
            let is_in_environment = || context.environment.iter().any(|known| known == name);
            patterns
                .iter()
                // A pattern allows no variable that programs get already: its author did not think of that one.
                .any(|pattern| {
                    pattern.matches(name)
                        && (rule.decision != Decision::Allow || pattern.is_name() || !is_in_environment())
                })
                .then_some(Certainty::Yes)
        }
        (About::Host(network), EffectKind::Connect(value)) => host(network, value, rule.decision),
        (About::Effects(words), kind) => words.contains(&EffectWord::of(kind)).then_some(Certainty::Yes),
        (About::Variables(_) | About::Host(_) | About::Paths(_), _) => None,
    }
}

/// Yes where it is Yes for each, No where it is No for each.
fn join(each: impl Iterator<Item = Option<Certainty>>) -> Option<Certainty> {
    let each: Vec<Option<Certainty>> = each.collect();
    if each.iter().all(|one| *one == Some(Certainty::Yes)) {
        return each.into_iter().max().flatten();
    }
    let some = each.iter().any(Option::is_some);
    some.then_some(Certainty::Maybe)
}
