//! Which effect rules an effect meets, and how surely.

use std::collections::BTreeSet;
use std::sync::Arc;

use shell_parser::{FoundLinks, Value};

use super::host::host;
use crate::links::{Last, Links, Ways, below_ends, ways};
use crate::path_glob::{Bare, Located, Question, Reach, Spelling, Whereabouts, may_be_named, meeting};
use crate::{
    About, Above, Access, Certainty, Context, Decision, Effect, EffectKind, EffectMatch, EffectRule,
    EffectWord, NamePattern, PathGlob, PathRule, PolicySet, Stars, UnknownEffect,
};

/// The rules that an effect meets, in the order of the set: allows that surely match, restrictions that may.
pub(crate) fn effect_rules_met(
    policy: &PolicySet,
    effect: &Effect,
    whereabouts: &Whereabouts<'_>,
) -> Vec<EffectMatch> {
    let mut met = Vec::new();
    let mut add = |rule: &Arc<EffectRule>, certainty: Option<Certainty>, leads_to: Option<Box<str>>| {
        let Some(certainty) = certainty else {
            return;
        };
        if rule.decision != Decision::Allow || certainty == Certainty::Yes {
            met.push(EffectMatch {
                rule: rule.clone(),
                certainty,
                effect: effect.kind.clone(),
                cause: effect.cause,
                leads_to,
            });
        }
    };
    let rules = policy.effect_rules();
    for place in policy.effects_of_others() {
        if let Some(rule) = rules.get(*place) {
            add(rule, meets_other(rule, &effect.kind, whereabouts.context), None);
        }
    }
    if effect.kind == EffectKind::Unknown(UnknownEffect::Word) {
        // It might be an option that touches any path.
        for place in policy.path_rules().all() {
            if let Some(rule) = rules.get(place).filter(|rule| rule.decision != Decision::Allow) {
                add(rule, Some(Certainty::Maybe), None);
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
                let met = meets_path(rule, paths, touch, &asked, whereabouts);
                add(rule, met, asked.leads_to());
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

    /// Whether a link in the last place is followed.
    fn last(self) -> Last {
        match self {
            Self::List | Self::Read | Self::Write => Last::Followed,
            Self::Delete => Last::Itself,
        }
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
    Paths(Vec<Option<Touched<'v>>>),
    /// What a program finds below these, and the names that it is told to look for.
    Below(Vec<Option<Touched<'v>>>, &'v [Box<str>]),
}

/// A path, and where links on it lead.
struct Touched<'v> {
    path: Located<'v>,
    ways: Ways,
}

impl<'v> Asked<'v> {
    fn new(value: &'v Value, touch: Touch, whereabouts: &'v Whereabouts<'_>) -> Self {
        let touched = |text: &'v str, spelling| {
            let path = whereabouts.locate(text, spelling)?;
            let ways = ways(&whereabouts.context.links, &path, touch.last());
            Some(Touched { path, ways })
        };
        let plain = |text: &'v str| touched(text, Spelling::Plain);
        match value {
            // To read what is found below a directory is to read that directory whole, and where links in it lead.
            Value::Found(found) if touch == Touch::Read => {
                let mut paths: Vec<_> = found.roots.iter().map(|root| plain(root)).collect();
                if found.links != FoundLinks::None {
                    let links = linked(&paths, found.links, &whereabouts.context.links);
                    paths.extend(links.into_iter().map(Some));
                }
                Self::Below(paths, &found.named)
            }
            Value::Exact(text) => Self::Paths(vec![plain(text)]),
            Value::Glob(pattern) => Self::Paths(vec![touched(pattern, Spelling::Pattern)]),
            Value::OneOf(texts) => Self::Paths(texts.iter().map(|text| plain(text)).collect()),
            Value::One { .. } | Value::Found(_) | Value::Many => Self::Anything,
        }
    }
}

/// The links that are known below some directories, and where they lead.
fn linked<'v>(roots: &[Option<Touched<'v>>], followed: FoundLinks, links: &'v Links) -> Vec<Touched<'v>> {
    let below = |root: &Touched<'_>| below_ends(links, &root.path, &root.ways);
    let mut waiting: BTreeSet<&str> = roots.iter().flatten().flat_map(below).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(link) = waiting.pop_first() {
        if !seen.insert(link) {
            continue;
        }
        let path = Located::of_path(link);
        let ways = ways(links, &path, Last::Followed);
        if followed == FoundLinks::Below {
            waiting.extend(below_ends(links, &path, &ways));
        }
        found.push(Touched { path, ways });
    }
    found
}

impl Asked<'_> {
    /// Where the first link leads that is known.
    fn leads_to(&self) -> Option<Box<str>> {
        let (Self::Paths(paths) | Self::Below(paths, _)) = self else {
            return None;
        };
        let mut touched = paths.iter().flatten();
        touched.find_map(|touched| Some(touched.ways.all().next()?.text()?.into()))
    }
}

/// The places of the path rules that may be met: a superset.
fn candidates(policy: &PolicySet, asked: &Asked<'_>, whereabouts: &Whereabouts<'_>) -> BTreeSet<usize> {
    let paths = match asked {
        Asked::Paths(paths) | Asked::Below(paths, []) => paths,
        Asked::Anything | Asked::Below(..) => return policy.path_rules().all().collect(),
    };
    let mut places = BTreeSet::new();
    for touched in paths {
        let Some(Touched { path, ways }) = touched else {
            return policy.path_rules().all().collect();
        };
        let may_be_any = ways.is_unknown || path.follows_links_of_a_process();
        let is_wide = |path: &Located<'_>| path.may_be_above_everything(whereabouts.context);
        if may_be_any || is_wide(path) || ways.all().any(|way| is_wide(&way)) {
            return policy.path_rules().all().collect();
        }
        for (name, spelling) in ways.all().flat_map(|way| way.written).chain(path.written.clone()) {
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
    let each = asked.iter().map(|touched| {
        let Some(Touched { path, ways }) = touched else {
            return Some(Certainty::Maybe);
        };
        if rule.decision == Decision::Allow {
            let holds =
                all_lie_in(&paths.paths, path, ways, context) && !may_lie_in(&paths.outside, path, context);
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
        // A link counts where it stands, where it leads, and on the way.
        let meets = |question: &Question<'_>| {
            let there = ways
                .all()
                .filter_map(|way| meets_any(&paths.paths, &way, question));
            there.max().max(meets_any(&paths.paths, path, question))
        };
        let mut found = meets(&question);
        if path.follows_links_of_a_process() || ways.is_unknown {
            found = found.max(Some(Certainty::Maybe));
        }
        if paths.above == Above::MayMatch && found == Some(Certainty::Yes) {
            question.reach = Reach::Itself;
            if meets(&question) != Some(Certainty::Yes) {
                found = Some(Certainty::Maybe);
            }
        }
        if let Some(named) = named {
            let are_named =
                |glob: &PathGlob| named.iter().any(|name| may_be_named(glob, path, name, context));
            found = found.max(paths.paths.iter().any(are_named).then_some(Certainty::Maybe));
        }
        found.filter(|_| !all_lie_in(&paths.outside, path, ways, context))
    });
    join(each)
}

/// Whether a path surely is one of these patterns', whatever links there are.
pub(crate) fn lies_in(globs: &[PathGlob], path: &Located<'_>, last: Last, context: &Context) -> bool {
    all_lie_in(globs, path, &ways(&context.links, path, last), context)
}

/// Whether a path surely is one of these patterns', and so is where its links lead.
fn all_lie_in(globs: &[PathGlob], path: &Located<'_>, ways: &Ways, context: &Context) -> bool {
    let question = Question {
        reach: Reach::Itself,
        bare: Bare::Counts,
        context,
    };
    if path.resolved.is_some() || path.follows_links_of_a_process() || ways.is_unknown {
        // `link/..` is not the directory that holds the link.
        return false;
    }
    let lies = |path: &Located<'_>| meets_any(globs, path, &question) == Some(Certainty::Yes);
    lies(path) && ways.ends().all(|end| lies(&end))
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
        (About::Variables(variables), EffectKind::Setting { name, .. }) => {
            let is_in_environment = || context.environment.iter().any(|known| known == name);
            // A pattern allows no variable that programs get already: its author did not think of that one.
            let counts = |pattern: &NamePattern| {
                rule.decision != Decision::Allow || pattern.is_name() || !is_in_environment()
            };
            variables.means(name, counts).then_some(Certainty::Yes)
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
