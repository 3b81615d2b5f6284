//! What a thread was given beyond its profile.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatekeeper::sandbox::Grant;

/// Things that are kept. Past it no more is given.
const MOST: usize = 1024;

/// One thing that may be given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Thing {
    /// To read this path and all below it; real, without links.
    Read(PathBuf),
    /// To read and write this path and all below it; real, without links.
    Write(PathBuf),
    /// To connect to this host, in its one spelling.
    Host(String),
    /// To use this tool of the host's own.
    Tool(String),
}

/// What a thread was given beyond its profile, for a turn or as long as its connection has it. It lives in memory, and
/// nowhere else: no log brings it back.
#[derive(Debug, Default)]
pub(crate) struct Given(Mutex<Vec<(Thing, Term)>>);

/// For how long something is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Term {
    /// For the turn of this id.
    Turn(String),
    /// As long as the connection has the thread.
    Session,
}

impl Given {
    /// What a command of this turn gets beyond its profile: paths to read and to write, each with all below it.
    pub(crate) fn grants(&self, turn: &str) -> Vec<Grant> {
        let things = self.things();
        let counting = things.iter().filter(|(_, term)| term.holds_in(turn));
        let mut grants = Vec::new();
        for grant in counting.filter_map(|(thing, _)| thing.grant()) {
            if !grants.contains(&grant) {
                grants.push(grant);
            }
        }
        grants
    }

    /// Whether this, or more than this, is given in a turn.
    pub(crate) fn has(&self, thing: &Thing, turn: &str) -> bool {
        let things = self.things();
        let mut counting = things.iter().filter(|(_, term)| term.holds_in(turn));
        counting.any(|(given, _)| given.covers(thing))
    }

    /// Gives something; says whether there was room for it.
    pub(crate) fn give(&self, thing: Thing, term: Term) -> bool {
        let mut things = self.things();
        let is_there = things.contains(&(thing.clone(), term.clone()));
        if is_there || things.len() >= MOST {
            return is_there;
        }
        things.push((thing, term));
        true
    }

    /// A turn is over, and what was given for it.
    pub(crate) fn end_turn(&self, turn: &str) {
        self.things().retain(|(_, term)| match term {
            Term::Turn(id) => id != turn,
            Term::Session => true,
        });
    }

    /// Nothing is given any more.
    pub(crate) fn forget(&self) {
        self.things().clear();
    }

    /// Each change is one step: what is there is whole.
    fn things(&self) -> MutexGuard<'_, Vec<(Thing, Term)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Thing {
    /// Whether who has this has the other, too.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let below = |path: &Path, root: &Path| path.starts_with(root);
        match (self, other) {
            // What may be written may be read.
            (Self::Read(root) | Self::Write(root), Self::Read(path))
            | (Self::Write(root), Self::Write(path)) => below(path, root),
            (Self::Host(one), Self::Host(two)) | (Self::Tool(one), Self::Tool(two)) => one == two,
            (Self::Read(_) | Self::Write(_) | Self::Host(_) | Self::Tool(_), _) => false,
        }
    }

    fn grant(&self) -> Option<Grant> {
        match self {
            Self::Read(path) => Some(Grant::Readable(path.clone())),
            Self::Write(path) => Some(Grant::Writable(path.clone())),
            Self::Host(_) | Self::Tool(_) => None,
        }
    }
}

impl Term {
    fn holds_in(&self, turn: &str) -> bool {
        match self {
            Self::Turn(id) => id == turn,
            Self::Session => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_holds_for_its_term() {
        let given = Given::default();
        let turn = |id: &str| Term::Turn(id.to_owned());
        let write = |path: &str| Thing::Write(path.into());
        assert!(given.give(write("/a"), turn("one")) && given.give(Thing::Read("/b".into()), Term::Session));
        assert!(given.give(write("/a"), turn("one")));
        let one = [Grant::Writable("/a".into()), Grant::Readable("/b".into())];
        assert_eq!(given.grants("one"), one);
        assert_eq!(given.grants("two"), one[1..]);
        for (name, thing, has) in [
            ("below", write("/a/x"), true),
            ("to read what may be written", Thing::Read("/a".into()), true),
            ("beside", write("/ab"), false),
            ("above", write("/"), false),
            ("to write what may be read", write("/b"), false),
            ("a host", Thing::Host("/a".into()), false),
        ] {
            assert_eq!(given.has(&thing, "one"), has, "{name}");
        }
        given.end_turn("one");
        assert_eq!(given.grants("one"), one[1..]);
        given.forget();
        assert!(given.grants("one").is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let given = Given::default();
        for number in 0..MOST {
            assert!(given.give(Thing::Host(number.to_string()), Term::Session));
        }
        assert!(!given.give(Thing::Host("more".into()), Term::Session));
        assert!(!given.has(&Thing::Host("more".into()), "turn"));
    }
}
