//! Which paths of a verdict somebody should look at who can.

use std::collections::{BTreeSet, VecDeque};

use shell_parser::{FoundLinks, Segment, Value, WorkingDirectory};

use super::walk::{ends_of, follow};
use super::{Last, LinkReader, Ways};
use crate::path_glob::{Located, Spelling, Whereabouts};
use crate::{Access, Context, EffectKind, PolicySet, SegmentVerdict, Verdict};

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
    let mut asking = Asking {
        context,
        accesses,
        is_about_directories,
        reader,
        is_any: false,
        trees: VecDeque::new(),
    };
    for judged in verdict.segments() {
        // Where it runs in one of a few directories, its paths begin in each.
        for segment in &*judged.segment.in_each_directory() {
            asking.ask_of(judged, segment);
        }
    }
    asking.ask_below();
    if asking.is_any {
        for place in context.places() {
            follow(&Located::of_path(place), Last::Followed, asking.reader);
        }
    }
}

/// What is asked for one verdict.
struct Asking<'a> {
    context: &'a Context,
    /// What rules about paths are about.
    accesses: Vec<Access>,
    is_about_directories: bool,
    reader: &'a mut dyn LinkReader,
    /// Whether a path was touched.
    is_any: bool,
    /// Directories below which links are followed.
    trees: VecDeque<(String, FoundLinks)>,
}

impl Asking<'_> {
    /// Asks of the paths of a command that runs as this segment.
    fn ask_of(&mut self, judged: &SegmentVerdict, segment: &Segment) {
        let whereabouts = Whereabouts::new(segment, self.context);
        if self.is_about_directories || segment.directory != WorkingDirectory::Start {
            self.ask(whereabouts.directory(), Last::Followed);
        }
        for directory in &judged.trusted {
            self.ask(whereabouts.locate(directory, Spelling::Plain), Last::Followed);
        }
        for effect in &judged.effects {
            let Some((path, last)) = asked(&effect.kind, &self.accesses) else {
                continue;
            };
            match path {
                Value::Exact(text) => {
                    self.ask(whereabouts.locate(text, Spelling::Plain), last);
                }
                Value::OneOf(texts) => {
                    for text in texts {
                        self.ask(whereabouts.locate(text, Spelling::Plain), last);
                    }
                }
                Value::Glob(pattern) => {
                    self.ask(whereabouts.locate(pattern, Spelling::Pattern), last);
                }
                Value::Found(found) => {
                    let is_followed =
                        found.links != FoundLinks::None && matches!(effect.kind, EffectKind::Read(_));
                    for root in &found.roots {
                        let asked = self.ask(whereabouts.locate(root, Spelling::Plain), last);
                        if let Some((path, ways)) = asked.filter(|_| is_followed) {
                            let ends = ends_of(&path, &ways).into_iter();
                            self.trees.extend(ends.map(|tree| (tree, found.links)));
                        }
                    }
                }
                Value::One { .. } | Value::Many => {}
            }
        }
    }

    /// Asks where a path leads, unless that may be anywhere.
    fn ask<'v>(&mut self, path: Option<Located<'v>>, last: Last) -> Option<(Located<'v>, Ways)> {
        let path = path?;
        self.is_any = true;
        let ways = follow(&path, last, self.reader);
        Some((path, ways))
    }

    /// Asks where the links below directories lead: each directory once, however many commands are handed what is found
    /// there.
    fn ask_below(&mut self) {
        let mut seen = BTreeSet::new();
        while let Some((directory, links)) = self.trees.pop_front() {
            let is_further = links == FoundLinks::Below;
            if !seen.insert((directory.clone(), is_further)) {
                continue;
            }
            for link in self.reader.leading_out(&directory).into_iter().flatten() {
                let link = Located::of_path(&link);
                let ways = follow(&link, Last::Followed, self.reader);
                if is_further {
                    let ends = ends_of(&link, &ways).into_iter();
                    self.trees.extend(ends.map(|directory| (directory, links)));
                }
            }
        }
    }
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
