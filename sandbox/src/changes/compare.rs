//! Lays two trees side by side.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use super::tree::{Entry, Inside, Time, Tree};
use super::{Aspect, Change, Changes, Kind};

/// What differs from one tree to the other.
pub(super) fn compare(before: &Tree, after: &Tree) -> Changes {
    let mut compare = Compare {
        before,
        after,
        next: vec![(0..before.roots, 0..after.roots)],
        found: Changes::default(),
    };
    let mut gone = Vec::new();
    let mut come = Vec::new();
    while let Some((old, new)) = compare.next.pop() {
        compare.side_by_side(old, new, &mut gone, &mut come);
    }
    let mut found = compare.found;
    let renames = Renames::of(before, &gone, after, &come);
    found.deleted = gone.iter().filter_map(|&index| told(before, index)).collect();
    found.added = come
        .iter()
        .filter_map(|&index| {
            let renamed_from = renames.from(after, index).map(|old| before.path(old));
            Some(Change {
                renamed_from,
                ..told(after, index)?
            })
        })
        .collect();
    for list in [&mut found.added, &mut found.changed, &mut found.deleted] {
        list.sort_unstable_by(|left, right| left.path.as_os_str().cmp(right.path.as_os_str()));
    }
    (found.missing, found.unnamed) = before.all_missing(after);
    found
}

struct Compare<'a> {
    before: &'a Tree,
    after: &'a Tree,
    /// Directories, or what is left of them, whose entries are still to be laid side by side.
    next: Vec<(Range<u32>, Range<u32>)>,
    found: Changes,
}

impl Compare<'_> {
    fn side_by_side(
        &mut self,
        mut old: Range<u32>,
        mut new: Range<u32>,
        gone: &mut Vec<u32>,
        come: &mut Vec<u32>,
    ) {
        let (before, after) = (self.before, self.after);
        loop {
            let (left, right) = (before.entry(old.start), after.entry(new.start));
            let left = left.filter(|_| !old.is_empty());
            let right = right.filter(|_| !new.is_empty());
            let order = match (left, right) {
                (Some(left), Some(right)) => before.order(left.name, after, right.name),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            match (order, left, right) {
                (Ordering::Less, Some(entry), _) => {
                    self.one(before, after, old.start, entry, gone, true);
                    old.start += 1;
                }
                (Ordering::Greater, _, Some(entry)) => {
                    self.one(after, before, new.start, entry, come, false);
                    new.start += 1;
                }
                (_, Some(left), Some(right)) => {
                    self.both(left, right, new.start);
                    old.start += 1;
                    new.start += 1;
                }
                _ => break,
            }
        }
    }

    /// What only one side has, with all below it.
    fn one(
        &mut self,
        tree: &Tree,
        other: &Tree,
        index: u32,
        entry: &Entry,
        list: &mut Vec<u32>,
        is_old: bool,
    ) {
        let counts = match &entry.inside {
            Inside::Placeholder => false,
            // A root that the other side could not see may well have been there.
            Inside::Nothing | Inside::Entries(_) | Inside::Unseen => {
                entry.parent.is_some() || !other.unseen.contains(&tree.path(index))
            }
        };
        if counts {
            list.push(index);
            if let Inside::Entries(range) = &entry.inside {
                self.next.push(if is_old {
                    (range.clone(), 0..0)
                } else {
                    (0..0, range.clone())
                });
            }
        }
    }

    /// What both sides have by that name.
    fn both(&mut self, old: &Entry, new: &Entry, index: u32) {
        let aspects = self.aspects(old, new);
        if !aspects.is_empty()
            && let Some(change) = told(self.after, index)
        {
            self.found.changed.push(Change { aspects, ..change });
        }
        // Where one side was not looked at, nothing is known of what differs below.
        if old.inside != Inside::Unseen && new.inside != Inside::Unseen {
            let range = |inside: &Inside| match inside {
                Inside::Entries(range) => range.clone(),
                Inside::Nothing | Inside::Placeholder | Inside::Unseen => 0..0,
            };
            self.next.push((range(&old.inside), range(&new.inside)));
        }
    }

    fn aspects(&self, old: &Entry, new: &Entry) -> Vec<Aspect> {
        let (was, is) = (&old.stat, &new.stat);
        let same_inode = (was.device, was.inode, was.born) == (is.device, is.inode, is.born);
        let mut aspects = Vec::new();
        if was.kind() != is.kind() || was.special != is.special {
            aspects.push(Aspect::Kind);
        }
        let content = match is.kind() {
            // What stands in it is told by itself, and times and size follow from that.
            Kind::Directory => false,
            Kind::Symlink => self.before.text(old.target) != self.after.text(new.target),
            Kind::File | Kind::Fifo | Kind::Socket | Kind::Device | Kind::Unknown => {
                !same_inode || (was.bytes, was.modified) != (is.bytes, is.modified)
            }
        };
        if content && was.kind() == is.kind() {
            aspects.push(Aspect::Content);
        }
        if was.mode & 0o7777 != is.mode & 0o7777 && is.kind() != Kind::Symlink {
            aspects.push(Aspect::Mode);
        }
        if was.owner != is.owner {
            aspects.push(Aspect::Owner);
        }
        let has_contents = !matches!(is.kind(), Kind::Directory | Kind::Symlink);
        if has_contents && was.links != is.links && same_inode {
            aspects.push(Aspect::Links);
        }
        if has_contents && was.status != is.status && aspects.is_empty() {
            aspects.push(Aspect::Status);
        }
        aspects
    }
}

/// An entry as it is told.
fn told(tree: &Tree, index: u32) -> Option<Change> {
    let entry = tree.entry(index)?;
    let kind = entry.stat.kind();
    let bytes = if kind == Kind::File { entry.stat.bytes } else { 0 };
    Some(Change {
        path: tree.path(index),
        kind,
        bytes,
        aspects: Vec::new(),
        renamed_from: None,
    })
}

/// An inode that lives, and no later one of the same number.
type Identity = ((u32, u32), u64, Time, Kind);

fn identity(entry: &Entry) -> Option<Identity> {
    let stat = &entry.stat;
    Some((stat.device, stat.inode, stat.born?, stat.kind()))
}

/// Which names an inode lost, and how many it gained.
struct Renames(BTreeMap<Identity, (Vec<u32>, usize)>);

impl Renames {
    fn of(before: &Tree, gone: &[u32], after: &Tree, come: &[u32]) -> Self {
        let mut names: BTreeMap<Identity, (Vec<u32>, usize)> = BTreeMap::new();
        for &index in gone {
            if let Some(identity) = before.entry(index).and_then(identity) {
                names.entry(identity).or_default().0.push(index);
            }
        }
        for &index in come {
            let identity = after.entry(index).and_then(identity);
            if let Some((_, gained)) = identity.and_then(|identity| names.get_mut(&identity)) {
                *gained += 1;
            }
        }
        Self(names)
    }

    /// What an added entry was called before. Of several names nothing can be said.
    fn from(&self, after: &Tree, index: u32) -> Option<u32> {
        match self.0.get(&identity(after.entry(index)?)?)? {
            (lost, 1) => match lost.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            _ => None,
        }
    }
}
