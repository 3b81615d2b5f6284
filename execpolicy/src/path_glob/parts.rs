//! A pattern taken apart, for who finds the paths that it means.

use std::mem;

use super::{NameGlob, PathGlob};
use crate::Context;

/// One component of a pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PathPart<'p> {
    /// Exactly this name.
    Name(&'p str),
    /// Names that [`NameGlob::means`] says.
    Names(NameGlob<'p>),
    /// Any number of names, none included.
    Any,
}

/// The components of a pattern, in order.
#[derive(Clone, Debug)]
pub(super) struct Parts<'p> {
    rest: &'p str,
    follows_any: bool,
}

impl<'p> Parts<'p> {
    /// Of what follows a pattern's beginning.
    pub(super) fn of(rest: &'p str) -> Self {
        Self {
            rest,
            follows_any: false,
        }
    }

    /// The next name as it was written, which may be empty, and whether it is more than a name. Thousands are looked at
    /// whenever a command is judged: each byte once.
    fn next_name(&mut self) -> Option<(&'p str, bool)> {
        if self.rest.is_empty() {
            return None;
        }
        let mut is_wild = false;
        let end = self.rest.bytes().position(|byte| {
            is_wild |= matches!(byte, b'*' | b'?' | b'[' | b']');
            byte == b'/'
        });
        let (name, rest) = match end.and_then(|end| self.rest.split_at_checked(end)) {
            Some((name, rest)) => (name, rest.strip_prefix('/').unwrap_or_default()),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some((name, is_wild))
    }
}

impl<'p> Iterator for Parts<'p> {
    type Item = PathPart<'p>;

    fn next(&mut self) -> Option<PathPart<'p>> {
        loop {
            let (name, is_wild) = self.next_name()?;
            let part = match name {
                "" => continue,
                "**" => PathPart::Any,
                _ if is_wild => PathPart::Names(NameGlob::known(name)),
                _ => PathPart::Name(name),
            };
            let followed_any = mem::replace(&mut self.follows_any, part == PathPart::Any);
            // `**/**` says what `**` says.
            if !(followed_any && self.follows_any) {
                return Some(part);
            }
        }
    }
}

impl PathGlob {
    /// The directories that the pattern begins at, by the context's names for them: `/` where it begins with no
    /// variable; none where the context does not know.
    pub fn beginnings(&self, context: &Context) -> Vec<String> {
        let roots = self.roots(context).unwrap_or_default().into_iter();
        roots
            .map(|root| {
                if root.is_empty() {
                    "/".to_owned()
                } else {
                    root.into_owned()
                }
            })
            .collect()
    }

    /// The components after the beginning.
    pub fn parts(&self) -> impl Iterator<Item = PathPart<'_>> + Clone {
        Parts::of(self.rest())
    }

    /// Whether the pattern begins with the variable of this name, such as `$WORKSPACE`.
    pub fn begins_with(&self, variable: &str) -> bool {
        self.as_str()
            .strip_prefix(variable)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
