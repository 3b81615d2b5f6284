//! Rules about paths, found by the names in them.

use std::sync::{Arc, OnceLock};

use crate::{About, Access, EffectRule};

/// The path rules, each with its place among all, by a name that every path has which one of their patterns matches. A
/// command may touch thousands of paths, and few of them have such a name.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathRules {
    all: Vec<(usize, Arc<EffectRule>)>,
    accesses: Vec<Access>,
    /// Made when a path is first asked about: who only confines asks about none.
    index: OnceLock<Index>,
}

/// The places of rules by the mark of a name, in their order, and those without a name. Two names may have one mark: a
/// rule too many is asked then, and none is missed.
#[derive(Clone, Debug, Default)]
struct Index {
    naming: Vec<(u64, usize)>,
    naming_nothing: Vec<usize>,
}

impl PathRules {
    /// Adds the rule that has this place, if it is about paths.
    pub(super) fn insert(&mut self, place: usize, rule: &Arc<EffectRule>) {
        let About::Paths(paths) = &rule.about else {
            return;
        };
        self.index = OnceLock::new();
        for access in &paths.access {
            if !self.accesses.contains(access) {
                self.accesses.push(*access);
            }
        }
        self.all.push((place, rule.clone()));
    }

    /// The kinds of access that some rule is about: most commands list, and hardly a rule asks what is listed.
    pub(crate) fn accesses(&self) -> &[Access] {
        &self.accesses
    }

    /// Every place.
    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        self.all.iter().map(|(place, _)| *place)
    }

    /// The places of the rules with a pattern whose paths have this name: a superset.
    pub(crate) fn naming(&self, name: &str) -> impl Iterator<Item = usize> {
        let naming = &self.index().naming;
        let mark = mark(name);
        let from = naming.partition_point(|(of, _)| *of < mark);
        let marked = naming.get(from..).unwrap_or_default().iter();
        marked
            .take_while(move |(of, _)| *of == mark)
            .map(|(_, place)| *place)
    }

    /// The places of the rules with a pattern whose paths need have no name.
    pub(crate) fn naming_nothing(&self) -> impl Iterator<Item = usize> {
        self.index().naming_nothing.iter().copied()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.all))
    }
}

impl Index {
    fn of(rules: &[(usize, Arc<EffectRule>)]) -> Self {
        let mut index = Self::default();
        for (place, rule) in rules {
            let About::Paths(rule) = &rule.about else {
                continue;
            };
            for glob in &rule.paths {
                match glob.key() {
                    Some(name) => index.naming.push((mark(name), *place)),
                    None => index.naming_nothing.push(*place),
                }
            }
        }
        index.naming.sort_unstable();
        index.naming.dedup();
        index.naming_nothing.dedup();
        index
    }
}

/// A number for a name, by FNV-1a (draft-eastlake-fnv): the same in every process, and quick for a few bytes.
fn mark(name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    name.bytes().fold(start, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
