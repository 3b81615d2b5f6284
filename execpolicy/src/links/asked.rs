//! Which paths of a verdict somebody should look at who can.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use shell_parser::{Found, FoundLinks, Segment, Value, WorkingDirectory};

use super::walk::{ends_of, follow};
use super::{Last, LinkReader};
use crate::path_glob::{Located, Spelling, Whereabouts};
use crate::{Access, Context, EffectKind, PolicySet, Verdict};

/// Asks of all that stands on the ways of the paths that a command touches, as far as rules of these policies are
/// about such paths; of nothing, where it touches none. What the reader then knows serves [`Context::links`], and a
/// second judgement with it.
pub fn look_up(verdict: &Verdict, policies: &[&PolicySet], context: &Context, reader: &mut dyn LinkReader) {
    let accesses = policies.iter().flat_map(|policy| policy.path_rules().accesses());
    let accesses: Vec<Access> = accesses.copied().collect();
    let is_about_directories = policies
        .iter()
        .flat_map(|policy| policy.rules())
        .any(|rule| !rule.conditions.cwd.is_empty());
    let mut is_any = false;
    let mut trees = VecDeque::new();
    let segments = verdict.segments().iter().flat_map(|judged| {
        // Where it runs in one of a few directories, its paths begin in each.
        let places = there(&judged.segment);
        places.into_iter().map(move |segment| (judged, segment))
    });
    for (judged, segment) in segments {
        let whereabouts = Whereabouts::new(&segment, context);
        let mut ask = |text: &str, spelling, last| {
            if let Some(path) = whereabouts.locate(text, spelling) {
                is_any = true;
                follow(&path, last, reader);
            }
        };
        if is_about_directories || segment.directory != WorkingDirectory::Start {
            ask(".", Spelling::Plain, Last::Followed);
        }
        for directory in &judged.trusted {
            ask(directory, Spelling::Plain, Last::Followed);
        }
        for effect in &judged.effects {
            let Some((path, last)) = asked(&effect.kind, &accesses) else {
                continue;
            };
            match path {
                Value::Exact(text) => ask(text, Spelling::Plain, last),
                Value::OneOf(texts) => texts.iter().for_each(|text| ask(text, Spelling::Plain, last)),
                Value::Glob(pattern) => ask(pattern, Spelling::Pattern, last),
                Value::Found(found) => found
                    .roots
                    .iter()
                    .for_each(|root| ask(root, Spelling::Plain, last)),
                Value::One { .. } | Value::Many => {}
            }
        }
        let followed = judged
            .effects
            .iter()
            .filter_map(|effect| followed(&effect.kind, &accesses));
        for found in followed {
            let roots = found.roots.iter();
            for path in roots.filter_map(|root| whereabouts.locate(root, Spelling::Plain)) {
                let ways = follow(&path, Last::Followed, reader);
                trees.extend(ends_of(&path, &ways).into_iter().map(|tree| (tree, found.links)));
            }
        }
    }
    follow_below(trees, reader);
    if is_any {
        for place in context.places() {
            follow(&Located::of_path(place), Last::Followed, reader);
        }
    }
}

/// A segment in each of the directories that it may run in.
fn there(segment: &Segment) -> Vec<Cow<'_, Segment>> {
    match segment.directory.choices() {
        [] => vec![Cow::Borrowed(segment)],
        few => {
            let moved = |directory: &WorkingDirectory| Segment {
                directory: directory.clone(),
                ..segment.clone()
            };
            few.iter().map(|directory| Cow::Owned(moved(directory))).collect()
        }
    }
}

/// Asks where the links below directories lead: each directory once, however many commands are handed what is found
/// there.
fn follow_below(mut waiting: VecDeque<(String, FoundLinks)>, reader: &mut dyn LinkReader) {
    let mut seen = BTreeSet::new();
    while let Some((directory, links)) = waiting.pop_front() {
        let is_further = links == FoundLinks::Below;
        if !seen.insert((directory.clone(), is_further)) {
            continue;
        }
        for link in reader.leading_out(&directory).into_iter().flatten() {
            let link = Located::of_path(&link);
            let ways = follow(&link, Last::Followed, reader);
            if is_further {
                let ends = ends_of(&link, &ways).into_iter();
                waiting.extend(ends.map(|directory| (directory, links)));
            }
        }
    }
}

/// What links are looked for in that a reader follows, where some rule is about reading.
fn followed<'e>(kind: &'e EffectKind, accesses: &[Access]) -> Option<&'e Found> {
    let EffectKind::Read(Value::Found(found)) = kind else {
        return None;
    };
    (found.links != FoundLinks::None && accesses.contains(&Access::Read)).then_some(&**found)
}

/// The path that an effect touches, where some rule is about touching it so.
fn asked<'e>(kind: &'e EffectKind, accesses: &[Access]) -> Option<(&'e Value, Last)> {
    let is_asked = |wanted: &[Access]| accesses.iter().any(|access| wanted.contains(access));
    match kind {
        EffectKind::List(path) => is_asked(&[Access::List]).then_some((path, Last::Followed)),
        EffectKind::Read(path) => is_asked(&[Access::Read]).then_some((path, Last::Followed)),
        // Where it is written matters to every allow.
        EffectKind::Write(path) | EffectKind::Configured(path) => Some((path, Last::Followed)),
        EffectKind::Delete(path) | EffectKind::DeleteAll(path) => Some((path, Last::Itself)),
        EffectKind::Connect(_)
        | EffectKind::Execute(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Overwrite
        | EffectKind::Setting { .. }
        | EffectKind::Unknown(_) => None,
    }
}
