//! Rules about paths, found by the names in them.

use std::collections::HashMap;

use crate::{Access, PathRule};

/// The places of the path rules, by a name that every path has which one of their patterns matches. A command may
/// touch thousands of paths, and few of them have such a name.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathRules {
    all: Vec<usize>,
    naming: HashMap<Box<str>, Vec<usize>>,
    naming_nothing: Vec<usize>,
    accesses: Vec<Access>,
}

impl PathRules {
    pub(super) fn insert(&mut self, place: usize, rule: &PathRule) {
        self.all.push(place);
        for access in &rule.access {
            if !self.accesses.contains(access) {
                self.accesses.push(*access);
            }
        }
        for glob in &rule.paths {
            let places = match glob.key() {
                Some(name) => self.naming.entry(name.into()).or_default(),
                None => &mut self.naming_nothing,
            };
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }

    /// The kinds of access that some rule is about: most commands list, and hardly a rule asks what is listed.
    pub(crate) fn accesses(&self) -> &[Access] {
        &self.accesses
    }

    /// Every place.
    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        self.all.iter().copied()
    }

    /// The places of the rules with a pattern whose paths have this name.
    pub(crate) fn naming(&self, name: &str) -> impl Iterator<Item = usize> {
        self.naming.get(name).into_iter().flatten().copied()
    }

    /// The places of the rules with a pattern whose paths need have no name.
    pub(crate) fn naming_nothing(&self) -> impl Iterator<Item = usize> {
        self.naming_nothing.iter().copied()
    }
}
