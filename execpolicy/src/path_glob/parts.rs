//! A pattern taken apart, for who finds the paths that it means.

use super::{Component, PathGlob, Spelling, Wildcards};
use crate::Context;

/// One component of a pattern.
#[derive(Clone, Copy, Debug)]
pub enum PathPart<'p> {
    /// Exactly this name.
    Name(&'p str),
    /// Names that [`NameGlob::means`] says.
    Names(NameGlob<'p>),
    /// Any number of names, none included.
    Any,
}

/// A component with wildcards.
#[derive(Clone, Copy, Debug)]
pub struct NameGlob<'p>(&'p Wildcards);

impl NameGlob<'_> {
    /// Whether a name is meant.
    pub fn means(&self, name: &str) -> bool {
        self.0.meets(name, Spelling::Plain).is_some()
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
    pub fn parts(&self) -> impl Iterator<Item = PathPart<'_>> {
        self.components().iter().map(|component| match component {
            Component::Name(name) => PathPart::Name(name),
            Component::Pattern(wildcards) => PathPart::Names(NameGlob(wildcards)),
            Component::Any => PathPart::Any,
        })
    }

    /// Whether the pattern begins with the variable of this name, such as `$WORKSPACE`.
    pub fn begins_with(&self, variable: &str) -> bool {
        self.as_str()
            .strip_prefix(variable)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
