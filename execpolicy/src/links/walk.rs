//! Follows a path name by name, as the kernel would.

use std::collections::VecDeque;

use super::{Link, LinkReader, Links, below};
use crate::knowledge::may_match;
use crate::path_glob::{Located, Spelling};

/// Links that are followed on one way; the kernel follows no more (`MAXSYMLINKS`).
const FOLLOWED: usize = 40;

/// Names that are looked at for one path, over all that a pattern may match. Past it the path may lead anywhere.
const STEPS: usize = 4096;

/// Whether a link in the last place is followed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Last {
    /// By whoever reads and writes.
    Followed,
    /// Not by whoever removes: the link goes, and what it leads to stays.
    Itself,
}

/// Where a path leads beside where its text says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Ways {
    /// Where it leads in the end; none where no link is on the way.
    ends: Vec<Names>,
    /// The paths that links on the way name.
    through: Vec<Names>,
    /// Whether it may lead anywhere.
    pub(crate) is_unknown: bool,
}

/// The names of an absolute path.
type Names = Vec<(Box<str>, Spelling)>;

impl Ways {
    /// Where it leads in the end.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Located<'_>> {
        self.ends.iter().map(|names| located(names))
    }

    /// Where it leads in the end, and what links on the way name.
    pub(crate) fn all(&self) -> impl Iterator<Item = Located<'_>> {
        self.ends.iter().chain(&self.through).map(|names| located(names))
    }
}

/// Where a path leads by what is known of links.
pub(crate) fn ways(links: &Links, path: &Located<'_>, last: Last) -> Ways {
    match links {
        Links::Table(table) if !table.is_empty() => follow(path, last, &mut { table }),
        Links::Table(_) | Links::Assumed => Ways::default(),
    }
}

/// The links that are listed below where a path leads in the end.
pub(crate) fn below_ends<'l>(links: &'l Links, path: &Located<'_>, ways: &Ways) -> Vec<&'l str> {
    let Links::Table(table) = links else {
        return Vec::new();
    };
    let directories = ends_of(path, ways).into_iter();
    let below = directories.flat_map(|directory| below(table, &directory));
    below.map(|(path, _)| path).collect()
}

/// The directories that a path means in the end.
pub(super) fn ends_of(path: &Located<'_>, ways: &Ways) -> Vec<String> {
    let mut ends: Vec<String> = ways.ends().filter_map(|end| end.text()).collect();
    if ends.is_empty() {
        ends.extend(path.text());
    }
    ends
}

/// Where a path leads by what somebody says who can look.
pub(super) fn follow(path: &Located<'_>, last: Last, reader: &mut dyn LinkReader) -> Ways {
    let mut walk = Walk {
        reader,
        last,
        steps: 0,
        ways: Ways::default(),
    };
    if path.is_absolute {
        let names = path.written.iter();
        let rest = names
            .map(|(name, spelling)| ((*name).into(), *spelling))
            .collect();
        walk.go(Vec::new(), rest, 0);
    }
    walk.ways
}

/// One path on its way.
struct Walk<'r> {
    reader: &'r mut dyn LinkReader,
    last: Last,
    steps: usize,
    ways: Ways,
}

impl Walk<'_> {
    /// Goes on from a directory that no link leads to.
    fn go(&mut self, mut from: Vec<Box<str>>, mut rest: VecDeque<(Box<str>, Spelling)>, mut followed: usize) {
        while let Some((name, spelling)) = rest.pop_front() {
            self.steps = self.steps.saturating_add(1);
            if self.steps > STEPS || self.ways.is_unknown {
                self.ways.is_unknown = true;
                return;
            }
            if &*name == ".." {
                from.pop();
                continue;
            }
            if spelling == Spelling::Pattern && name.contains(['*', '?', '[', '\\']) {
                self.spread(&from, &name, &rest, followed);
                return;
            }
            from.push(name);
            if is_of_process(&from) || (rest.is_empty() && self.last == Last::Itself) {
                let names = from.into_iter().map(|name| (name, Spelling::Plain));
                self.end(names.chain(rest).collect(), followed);
                return;
            }
            match self.reader.link(&text(&from)) {
                None => {}
                Some(Link::Unknown) => self.ways.is_unknown = true,
                Some(Link::To(target)) => {
                    followed = followed.saturating_add(1);
                    self.ways.is_unknown |= followed > FOLLOWED;
                    from.pop();
                    if target.starts_with('/') {
                        from.clear();
                    }
                    let names = target.split('/').filter(|name| !matches!(*name, "" | "."));
                    for name in names.rev() {
                        rest.push_front((name.into(), Spelling::Plain));
                    }
                    let names = from.iter().map(|name| (name.clone(), Spelling::Plain));
                    self.ways.through.push(lexical(names.chain(rest.iter().cloned())));
                }
            }
        }
        self.end(plain(&from), followed);
    }

    /// Goes on with each name that a pattern may match and a link may be behind.
    fn spread(
        &mut self,
        from: &[Box<str>],
        pattern: &str,
        rest: &VecDeque<(Box<str>, Spelling)>,
        followed: usize,
    ) {
        let all = plain(from).into_iter();
        let all = all.chain([(pattern.into(), Spelling::Pattern)]);
        self.end(lexical(all.chain(rest.iter().cloned())), followed);
        if rest.iter().any(|(name, _)| &**name == "..") {
            // From a directory of some such name, where that is no link, the path goes on.
            let mut from = from.to_vec();
            from.push(pattern.into());
            self.go(from, rest.clone(), followed);
        }
        let Some(names) = self.reader.names(&text(from)) else {
            self.ways.is_unknown = true;
            return;
        };
        for name in names {
            // The shell does not match a leading dot with `*` or `?`.
            let is_hidden = name.starts_with('.') && pattern.starts_with(['*', '?']);
            if !is_hidden && may_match(pattern, &name) {
                let mut rest = rest.clone();
                rest.push_front((name, Spelling::Plain));
                self.go(from.to_vec(), rest, followed);
            }
        }
    }

    /// A way ends here; one without links says nothing new.
    fn end(&mut self, names: Names, followed: usize) {
        if followed > 0 {
            self.ways.ends.push(names);
        }
    }
}

/// Whether the names lead to links that are other ones for each process: they are judged by their text.
fn is_of_process(names: &[Box<str>]) -> bool {
    let at = |place: usize| names.get(place).map(|name| &**name);
    match at(0) {
        Some("proc") => true,
        Some("dev") => matches!(at(1), Some("fd" | "stdin" | "stdout" | "stderr")),
        Some(_) | None => false,
    }
}

fn text(names: &[Box<str>]) -> String {
    format!("/{}", names.join("/"))
}

fn plain(names: &[Box<str>]) -> Names {
    names.iter().map(|name| (name.clone(), Spelling::Plain)).collect()
}

/// With `..` taken as text.
fn lexical(names: impl Iterator<Item = (Box<str>, Spelling)>) -> Names {
    let mut found = Names::new();
    for (name, spelling) in names {
        if &*name == ".." {
            found.pop();
        } else {
            found.push((name, spelling));
        }
    }
    found
}

fn located(names: &Names) -> Located<'_> {
    Located {
        is_absolute: true,
        written: names
            .iter()
            .map(|(name, spelling)| (&**name, *spelling))
            .collect(),
        resolved: None,
    }
}
