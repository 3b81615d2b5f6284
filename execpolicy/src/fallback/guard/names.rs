//! The names of a path, and which of them are guarded.

use super::list::{ABSOLUTE, ANYWHERE, DISKS, KEYS, LONGEST_ANYWHERE};
use crate::knowledge::may_match;

/// What a path's characters are.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Kind {
    Plain,
    Pattern,
}

/// A directory, normalised.
pub(super) struct Place {
    is_absolute: bool,
    names: Vec<Box<str>>,
    /// With how many of its names it is guarded.
    guarded_from: Option<usize>,
}

impl Place {
    /// Of a path without `.`, and with `..` only at the beginning of a relative one.
    pub(super) fn new(path: &str) -> Self {
        let mut place = Self {
            is_absolute: path.starts_with('/'),
            names: split(path).map(Into::into).collect(),
            guarded_from: None,
        };
        place.guarded_from = Names::written(&place, "", Kind::Plain).first_guarded(0);
        place
    }

    pub(super) fn into_names(self) -> Vec<Box<str>> {
        self.names
    }
}

/// The names of a path: some of a directory's, and those that follow.
pub(super) struct Names<'a> {
    place: &'a Place,
    kept: usize,
    following: Vec<&'a str>,
    kind: Kind,
}

impl<'a> Names<'a> {
    /// Of a path as seen from the place, with `..` among them.
    pub(super) fn written(place: &'a Place, path: &'a str, kind: Kind) -> Self {
        Self {
            place,
            kept: place.names.len(),
            following: split(path).collect(),
            kind,
        }
    }

    /// With `..` resolved where a name stands before it.
    pub(super) fn resolved(&self) -> Self {
        let mut resolved = Self {
            place: self.place,
            kept: self.kept,
            following: Vec::with_capacity(self.following.len()),
            kind: self.kind,
        };
        for name in &self.following {
            match resolved.len().checked_sub(1).and_then(|last| resolved.get(last)) {
                _ if *name != ".." => resolved.following.push(name),
                None if self.place.is_absolute => {}
                None | Some(("..", _)) => resolved.following.push(name),
                Some(_) => {
                    if resolved.following.pop().is_none() {
                        resolved.kept = resolved.kept.saturating_sub(1);
                    }
                }
            }
        }
        resolved
    }

    /// Whether it is, or may be, a guarded file or directory, or below one.
    pub(super) fn are_guarded(&self) -> bool {
        // What the directory's names say alone is known, but for those that a guarded name may begin with.
        let from = self.kept.saturating_sub(LONGEST_ANYWHERE.saturating_sub(1));
        self.place
            .guarded_from
            .is_some_and(|guarded| self.kept >= guarded)
            || self.first_guarded(from).is_some()
    }

    /// Whether an absolute path begins with these names, or may.
    pub(super) fn begin_below_root(&self, names: &[&str]) -> bool {
        self.place.is_absolute && self.begin(0, names)
    }

    /// Whether it is, or may be, this absolute directory or above it.
    pub(super) fn hold(&self, directory: &[Box<str>]) -> bool {
        self.place.is_absolute
            && self.len() <= directory.len()
            && self
                .iter()
                .zip(directory)
                .all(|(name, guarded)| is_or_may_be(name, guarded))
    }

    /// Whether it is, or may be, above a file of the system that is guarded.
    pub(super) fn hold_guarded(&self) -> bool {
        self.place.is_absolute
            && ABSOLUTE.iter().any(|guarded| {
                self.len() < guarded.len()
                    && self.iter().zip(*guarded).all(|(name, guarded)| match *guarded {
                        "*" => may_be_process(name),
                        guarded => is_or_may_be(name, guarded),
                    })
            })
    }

    /// Whether `..` stands behind a link to what a process has open, or something below such a link is meant.
    pub(super) fn follow_links_of_a_process(&self) -> bool {
        let goes_up = self.following.contains(&"..");
        let begins = |names: &[&str]| self.begin_below_root(names);
        let is_descriptor = || {
            begins(&["dev", "fd"])
                || begins(&["dev", "stdin"])
                || begins(&["dev", "stdout"])
                || begins(&["dev", "stderr"])
        };
        (goes_up && (begins(&["proc"]) || is_descriptor())) || (self.len() > 3 && begins(&["dev", "fd"]))
    }

    /// With how many of the names the first guarded one ends, of those that begin here or later.
    fn first_guarded(&self, from: usize) -> Option<usize> {
        let anywhere = (from..self.len()).find_map(|from| {
            let is_key = || self.get(from).is_some_and(may_be_key);
            match ANYWHERE.iter().find(|guarded| self.begin(from, guarded)) {
                Some(guarded) => Some(from.saturating_add(guarded.len())),
                None => is_key().then(|| from.saturating_add(1)),
            }
        });
        let below_root = || {
            let guarded = ABSOLUTE.iter().find(|guarded| self.begin_below_root(guarded))?;
            Some(guarded.len())
        };
        let disk = || (self.begin_below_root(&["dev"]) && self.get(1).is_some_and(may_be_disk)).then_some(2);
        let found = [anywhere, below_root(), disk()];
        found.into_iter().flatten().min()
    }

    /// Whether the names from this place on begin with the guarded ones, or may.
    fn begin(&self, from: usize, guarded: &[&str]) -> bool {
        guarded.iter().enumerate().all(|(index, guarded)| {
            self.get(from.saturating_add(index))
                .is_some_and(|name| *guarded == "*" || is_or_may_be(name, guarded))
        })
    }

    fn len(&self) -> usize {
        self.kept.saturating_add(self.following.len())
    }

    /// A name, and how it is written.
    fn get(&self, index: usize) -> Option<(&str, Kind)> {
        match index.checked_sub(self.kept) {
            None => self.place.names.get(index).map(|name| (&**name, Kind::Plain)),
            Some(index) => self.following.get(index).map(|name| (*name, self.kind)),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, Kind)> {
        (0..self.len()).map_while(|index| self.get(index))
    }
}

/// The names of a path, without `.`.
fn split(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

fn is_or_may_be((name, kind): (&str, Kind), guarded: &str) -> bool {
    match kind {
        _ if name == guarded => true,
        Kind::Plain => false,
        // The shell does not match a leading dot with `*` or `?`.
        Kind::Pattern if guarded.starts_with('.') && name.starts_with(['*', '?']) => false,
        Kind::Pattern => name.contains(WILD) && may_match(name, guarded),
    }
}

/// A private key. A pattern that says nothing of a name does not mean one.
fn may_be_key((name, kind): (&str, Kind)) -> bool {
    let says_something = kind == Kind::Plain || name.contains(|character| !WILD.contains(&character));
    says_something && KEYS.iter().any(|key| is_or_may_be((name, kind), key))
}

/// The directory of a process in `/proc`.
fn may_be_process((name, kind): (&str, Kind)) -> bool {
    let mut characters = name.chars();
    is_or_may_be((name, kind), "self")
        || is_or_may_be((name, kind), "thread-self")
        || match kind {
            Kind::Plain => characters.all(|character| character.is_ascii_digit()),
            Kind::Pattern => {
                name.contains('[')
                    || characters.all(|character| character.is_ascii_digit() || WILD.contains(&character))
            }
        }
}

/// A raw disk in `/dev`.
fn may_be_disk((name, kind): (&str, Kind)) -> bool {
    let literal = match kind {
        Kind::Plain => name,
        Kind::Pattern => name.split(WILD).next().unwrap_or_default(),
    };
    let is_cut = literal.len() < name.len();
    DISKS
        .iter()
        .any(|disk| literal.starts_with(disk) || (is_cut && disk.starts_with(literal)))
}

/// What a pattern has that a name has not; `\` only hides what follows.
const WILD: [char; 4] = ['*', '?', '[', '\\'];
