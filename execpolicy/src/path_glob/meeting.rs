//! How surely a path meets a pattern.

use super::component::{is_wild, meets_name, says_nothing};
use super::place::{Located, Spelling, names};
use super::{NameGlob, PathGlob, PathPart, Root, Variable};
use crate::{Certainty, Context};

/// What of a directory an access reaches beside the directory itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// Nothing: its names are shown.
    Itself,
    /// All that is below, if it is read whole; of a directory inside the workspace, only what has its place by other
    /// means than by lying there: what is the home's, the machine's or the gate's own.
    Below,
    /// All that is below: it is removed, moved or replaced with all it holds.
    Whole,
}

/// Whether a `*` in the place of a name means the names that it happens to match.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bare {
    /// It does.
    Counts,
    /// Only who says something of a name means it.
    SaysNothing,
}

/// What is asked about a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'c> {
    pub(crate) reach: Reach,
    pub(crate) bare: Bare,
    pub(crate) context: &'c Context,
}

/// How surely the path is one of the pattern's, or reaches one; `None` is No.
///
/// By the text: `..` is taken both as text and as a name, since either may be what the kernel finds. Where a script
/// starts in a directory that nobody knows, that directory itself is taken not to be one of the pattern's.
pub(crate) fn meeting(glob: &PathGlob, path: &Located<'_>, question: &Question<'_>) -> Option<Certainty> {
    if is_apart(glob, path, question) {
        return None;
    }
    let held = may_hold(glob, path, question).then_some(Certainty::Maybe);
    let Some(roots) = glob.roots(question.context) else {
        // The variable is not known: it might stand for any directory.
        let pieces: Vec<PathPart<'_>> = [PathPart::Any].into_iter().chain(glob.parts()).collect();
        return best(&pieces, path, question).map(|_| Certainty::Maybe).max(held);
    };
    let met = roots.iter().filter_map(|root| {
        let pieces: Vec<PathPart<'_>> = names(root).map(PathPart::Name).chain(glob.parts()).collect();
        best(&pieces, path, question)
    });
    met.max().max(held)
}

/// Whether a directory that is read may be above a path of the pattern that is not the workspace's, wherever the
/// workspace is: what may stand anywhere stands in the home directory too, and a directory that nobody knows may be
/// that one.
fn may_hold(glob: &PathGlob, path: &Located<'_>, question: &Question<'_>) -> bool {
    if question.reach != Reach::Below {
        return false;
    }
    if !path.is_absolute && path.names().iter().all(|(name, _)| *name == "..") {
        return true;
    }
    let context = question.context;
    let begins_anywhere = glob.parts().next() == Some(PathPart::Any);
    let (roots, skipped) = match glob.root {
        Root::Variable(Variable::Workspace) => return false,
        Root::Slash if begins_anywhere => (Variable::Home.roots(context), 1),
        Root::Slash | Root::Variable(_) => (glob.roots(context), 0),
    };
    roots.iter().flatten().any(|root| {
        let pieces: Vec<PathPart<'_>> = names(root)
            .map(PathPart::Name)
            .chain(glob.parts().skip(skipped))
            .collect();
        let named = lead(&pieces, path.names(), path.is_absolute, question.bare).above;
        above(&pieces, path.names(), named, path.is_absolute, question).is_some()
    })
}

/// Whether a plain path leads past a pattern at its first name, which most do, and what can be told without a walk.
fn is_apart(glob: &PathGlob, path: &Located<'_>, question: &Question<'_>) -> bool {
    let is_plain = path.is_absolute
        && path.resolved.is_none()
        && path
            .written
            .iter()
            .all(|(_, spelling)| *spelling == Spelling::Plain);
    if !is_plain || glob.root != Root::Slash {
        return false;
    }
    let has = |wanted: &str| path.written.iter().any(|(name, _)| *name == wanted);
    let mut parts = glob.parts();
    match (parts.next(), parts.next()) {
        (Some(PathPart::Name(first)), _) => path.written.first().is_some_and(|(name, _)| *name != first),
        (Some(PathPart::Any), Some(PathPart::Name(named))) => {
            let reaches_below = || match question.reach {
                Reach::Itself => false,
                Reach::Below => {
                    is_read_whole(&path.written, true, question.context)
                        || holds_everything(&path.written, question.context)
                }
                Reach::Whole => true,
            };
            !has(named) && !reaches_below()
        }
        _ => false,
    }
}

/// Whether who looks below this directory for names of a pattern of `find` may mean one of these paths: what the
/// directory leaves open is named. What only may lie in between is not: a tool that reads all that is below a
/// directory of the workspace is not asked what it meets.
pub(crate) fn may_be_named(glob: &PathGlob, below: &Located<'_>, named: &str, context: &Context) -> bool {
    let patterns: Vec<&str> = names(named).collect();
    let means_it = |pieces: &[PathPart<'_>]| {
        let reached = lead(pieces, below.names(), below.is_absolute, Bare::Counts).reached;
        let places = reached
            .iter()
            .enumerate()
            .filter(|(_, certainty)| certainty.is_some());
        let mut rests = places.filter_map(|(place, _)| pieces.get(place..));
        rests.any(|rest| are_named(rest, &patterns))
    };
    match glob.roots(context) {
        Some(roots) => roots.into_iter().any(|root| {
            let pieces: Vec<PathPart<'_>> = names(&root).map(PathPart::Name).chain(glob.parts()).collect();
            means_it(&pieces)
        }),
        None => means_it(
            &[PathPart::Any]
                .into_iter()
                .chain(glob.parts())
                .collect::<Vec<_>>(),
        ),
    }
}

/// Whether the next names that a pattern says, up to where it leaves open what follows, are all among those that are
/// looked for, side by side.
fn are_named(pieces: &[PathPart<'_>], patterns: &[&str]) -> bool {
    let is_open = |piece: &&PathPart<'_>| matches!(piece, PathPart::Any);
    let said = pieces.iter().skip_while(is_open);
    let said: Vec<&PathPart<'_>> = said.take_while(|piece| !is_open(piece)).collect();
    if said.is_empty() {
        return false;
    }
    patterns.windows(said.len()).any(|window| {
        let pairs = || said.iter().zip(window);
        pairs().any(|(piece, pattern)| both_say_something(piece, pattern))
            && pairs().all(|(piece, pattern)| may_name(piece, pattern))
    })
}

/// Whether neither is open for any name: who looks for `**/mod.rs` means no `http:/?*`.
fn both_say_something(piece: &PathPart<'_>, pattern: &str) -> bool {
    let is_said = match piece {
        PathPart::Name(_) => true,
        PathPart::Names(glob) => !glob.says_nothing(),
        PathPart::Any => false,
    };
    is_said && !says_nothing(pattern, Spelling::Pattern)
}

/// Whether a pattern of `find` may match a name that is said, in letters of either case.
fn may_name(said: &PathPart<'_>, pattern: &str) -> bool {
    match said {
        PathPart::Name(wanted) => {
            // A backslash hides what follows; only there, sets stand for anything.
            let sets = NameGlob::new(pattern).filter(|_| !pattern.contains('\\'));
            [(*wanted).to_owned(), wanted.to_lowercase()]
                .iter()
                .any(|wanted| match &sets {
                    Some(sets) => sets.meets(wanted, Spelling::Plain).is_some(),
                    None => crate::knowledge::may_match(pattern, wanted),
                })
        }
        PathPart::Names(wanted) => wanted.meets(pattern, Spelling::Pattern).is_some(),
        PathPart::Any => true,
    }
}

/// The surer of the path's two readings.
fn best(pieces: &[PathPart<'_>], path: &Located<'_>, question: &Question<'_>) -> Option<Certainty> {
    let resolved = of_names(pieces, path.names(), path.is_absolute, question);
    let written = path
        .resolved
        .is_some()
        .then(|| {
            let itself = Question {
                reach: Reach::Itself,
                ..*question
            };
            of_names(pieces, &path.written, path.is_absolute, &itself)
        })
        .flatten()
        .map(|_| Certainty::Maybe);
    resolved.max(written)
}

fn of_names(
    pieces: &[PathPart<'_>],
    path: &[(&str, Spelling)],
    is_absolute: bool,
    question: &Question<'_>,
) -> Option<Certainty> {
    let Led {
        reached,
        above: named,
    } = lead(pieces, path, is_absolute, question.bare);
    let inside = reached.last().copied().flatten();
    let above = match question.reach {
        Reach::Itself => None,
        Reach::Below if !is_read_whole(path, is_absolute, question.context) => None,
        Reach::Below | Reach::Whole => above(pieces, path, named, is_absolute, question),
    };
    inside.max(above)
}

/// How far a path leads through a pattern.
#[derive(Clone, Debug, Default)]
struct Led {
    /// How surely each place of the pattern may come next; the last is its end.
    reached: Vec<Option<Certainty>>,
    /// How surely its last name is one that the pattern names, with more to follow.
    above: Option<Certainty>,
}

/// Leads a path through a pattern, name by name.
fn lead(pieces: &[PathPart<'_>], path: &[(&str, Spelling)], is_absolute: bool, bare: Bare) -> Led {
    let mut reached = vec![None; pieces.len().saturating_add(1)];
    mark(pieces, &mut reached, 0, Certainty::Yes);
    if !is_absolute {
        // The start may be any directory that the pattern leads through.
        for (place, piece) in pieces.iter().enumerate() {
            if !matches!(piece, PathPart::Any) {
                mark(pieces, &mut reached, place, Certainty::Maybe);
            }
        }
    }
    let mut above = None;
    // From an unknown start, `..` leads to another one.
    let up = path.iter().take_while(|(name, _)| !is_absolute && *name == "..");
    for (name, spelling) in path.iter().skip(up.count()) {
        above = None;
        let means_none = bare == Bare::SaysNothing && says_nothing(name, *spelling);
        let mut after = vec![None; reached.len()];
        for (place, certainty) in reached.iter().enumerate() {
            let (Some(certainty), Some(piece)) = (certainty, pieces.get(place)) else {
                continue;
            };
            let met = match piece {
                PathPart::Any => {
                    mark(pieces, &mut after, place, *certainty);
                    continue;
                }
                PathPart::Name(_) | PathPart::Names(_) if means_none => None,
                PathPart::Name(wanted) => meets_name(wanted, name, *spelling),
                PathPart::Names(pattern) => pattern.meets(name, *spelling),
            };
            if let Some(met) = met.map(|met| met.min(*certainty)) {
                let next = place.saturating_add(1);
                mark(pieces, &mut after, next, met);
                if next < pieces.len() && names_something(pieces, next) {
                    above = above.max(Some(met));
                }
            }
        }
        reached = after;
        if reached.iter().all(Option::is_none) {
            break;
        }
    }
    Led { reached, above }
}

/// Whether the pattern names something since the last `**` before this place: what `*` takes behind `**` could be
/// any directory.
fn names_something(pieces: &[PathPart<'_>], place: usize) -> bool {
    let before = pieces.iter().take(place).rev();
    before
        .take_while(|piece| !matches!(piece, PathPart::Any))
        .any(|piece| match piece {
            PathPart::Name(_) => true,
            PathPart::Names(pattern) => !pattern.is_anything(),
            PathPart::Any => false,
        })
}

/// Marks a place, and those behind the `**` that follow it, which may stand for nothing.
fn mark(pieces: &[PathPart<'_>], reached: &mut [Option<Certainty>], from: usize, certainty: Certainty) {
    let mut at = from;
    while let Some(place) = reached.get_mut(at) {
        *place = (*place).max(Some(certainty));
        if !matches!(pieces.get(at), Some(PathPart::Any)) {
            return;
        }
        at = at.saturating_add(1);
    }
}

/// How surely the path is a directory above what the pattern names: its last name is one that the pattern `named`,
/// or it holds everything.
fn above(
    pieces: &[PathPart<'_>],
    path: &[(&str, Spelling)],
    named: Option<Certainty>,
    is_absolute: bool,
    question: &Question<'_>,
) -> Option<Certainty> {
    if is_absolute && holds_everything(path, question.context) && !leads_elsewhere(pieces, path) {
        let is_pattern = path.iter().any(|(name, spelling)| is_wild(name, *spelling));
        return Some(if is_pattern {
            Certainty::Maybe
        } else {
            Certainty::Yes
        });
    }
    let (last, spelling) = path.last()?;
    if question.reach == Reach::Below && says_nothing(last, *spelling) {
        return None;
    }
    named
}

/// Whether the path is the root, the home directory or above it.
fn holds_everything(path: &[(&str, Spelling)], context: &Context) -> bool {
    let is_above = |home: &str| {
        let home: Vec<&str> = names(home).collect();
        path.len() <= home.len()
            && path
                .iter()
                .zip(home)
                .all(|((name, spelling), home)| meets_name(home, name, *spelling).is_some())
    };
    let mut homes = context.home.iter().flat_map(|home| context.names_of(home));
    path.is_empty() || homes.any(|home| is_above(&home))
}

/// Whether the names that a pattern begins with lead to another place than this one.
fn leads_elsewhere(pieces: &[PathPart<'_>], path: &[(&str, Spelling)]) -> bool {
    for (piece, (name, spelling)) in pieces.iter().zip(path) {
        match piece {
            PathPart::Any => return false,
            PathPart::Name(wanted) if meets_name(wanted, name, *spelling).is_none() => return true,
            PathPart::Names(pattern) if pattern.meets(name, *spelling).is_none() => return true,
            PathPart::Name(_) | PathPart::Names(_) => {}
        }
    }
    false
}

/// Whether a directory that is read may be read whole to the harm of what is below: one outside the workspace.
fn is_read_whole(path: &[(&str, Spelling)], is_absolute: bool, context: &Context) -> bool {
    let Some(workspace) = context.workspace_root().filter(|_| is_absolute) else {
        return is_absolute;
    };
    let is_in = |workspace: &str| {
        let mut path = path.iter();
        names(workspace).all(|wanted| path.next().is_some_and(|(name, _)| *name == wanted))
    };
    !context
        .names_of(workspace)
        .iter()
        .any(|workspace| is_in(workspace))
}
