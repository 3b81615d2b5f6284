//! Patterns of paths as rules write them, such as `$WORKSPACE/.git/**`, and how surely a path meets one.

mod component;
mod meeting;
mod parts;
mod place;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use crate::Context;

pub(crate) use component::Wildcards;
pub(crate) use meeting::{Bare, Question, Reach, may_be_named, meeting};
pub use parts::{NameGlob, PathPart};
pub(crate) use place::{Located, Spelling, Whereabouts};

/// How many components a pattern may have.
const COMPONENTS: usize = 64;

/// Bytes of a pattern: the kernel takes no longer path (`PATH_MAX`).
const BYTES: usize = 4096;

/// A pattern of absolute paths.
///
/// `**` stands for any number of components, none included; `*`, `?`, `[a-z]` and `[!a-z]` stand for characters inside one,
/// a leading dot among them. `$WORKSPACE`, `$HOME` (also `~`), `$TMPDIR`, `$POLICY` and `$STORE`
/// are what the context says they are.
///
/// Copies are shared, and cost no more than a count.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PathGlob(Arc<Parsed>);

/// A pattern, taken apart.
#[derive(Debug, Eq, PartialEq)]
struct Parsed {
    text: Box<str>,
    root: Root,
    components: Vec<Component>,
}

/// What a pattern begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Root {
    /// `/`
    Slash,
    /// `$HOME`
    Variable(Variable),
}

/// A directory, or several, that the context knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Variable {
    Workspace,
    Home,
    Temporary,
    Policy,
    Store,
}

/// One component of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Component {
    /// Exactly this name.
    Name(Box<str>),
    /// With `*`, `?`, `[a-z]` or `[!a-z]`.
    Pattern(Wildcards),
    /// `**`
    Any,
}

/// Why a text is no pattern of paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PathGlobError {
    /// It could be anywhere.
    #[error("it begins neither with `/`, `~/` nor `**/` nor with a variable")]
    Relative,
    /// A variable that there is not.
    #[error("the variables are `$WORKSPACE`, `$HOME`, `$TMPDIR`, `$POLICY` and `$STORE`")]
    Variable,
    /// A component that is `.` or `..`, or `**` with something beside it.
    #[error("`.`, `..` and `**` beside other characters are no names")]
    Component,
    /// Braces, backslashes, NUL, brackets that do not close or say what is not meant.
    #[error("braces, backslashes and other brackets than `[a-z]` mean nothing here")]
    Character,
    /// More components or bytes than a path has.
    #[error("it is longer than a path may be")]
    Long,
}

impl PathGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn new(text: &str) -> Result<Self, PathGlobError> {
        if text.len() > BYTES {
            return Err(PathGlobError::Long);
        }
        let bytes = text.as_bytes();
        if bytes
            .iter()
            .any(|byte| matches!(byte, b'{' | b'}' | b'\\' | b'\0'))
        {
            return Err(PathGlobError::Character);
        }
        let (root, rest) = Root::of(text)?;
        // Many hundreds are read whenever a command is judged: a list that grows costs more than to count first.
        let slashes = memchr::memchr_iter(b'/', bytes).count();
        let mut components = Vec::with_capacity(slashes.saturating_add(1));
        for name in rest.split('/').filter(|name| !name.is_empty()) {
            let component = Component::new(name)?;
            // `**/**` says what `**` says.
            if component != Component::Any || components.last() != Some(&Component::Any) {
                components.push(component);
            }
        }
        if components.len() > COMPONENTS {
            return Err(PathGlobError::Long);
        }
        Ok(Self(Arc::new(Parsed {
            text: text.into(),
            root,
            components,
        })))
    }

    /// What it begins with.
    fn root(&self) -> Root {
        self.0.root
    }

    /// What follows that.
    fn components(&self) -> &[Component] {
        &self.0.components
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// A name that every path has which this pattern matches, or names a directory above; `None` where it says none.
    ///
    /// Names that a variable stands for are not among them; of `$POLICY` and `$STORE`, which are anywhere, none are
    /// told.
    pub(crate) fn key(&self) -> Option<&str> {
        if let Root::Variable(Variable::Policy | Variable::Store) = self.root() {
            return None;
        }
        let mut said = self
            .components()
            .iter()
            .skip_while(|component| **component == Component::Any);
        match said.next() {
            Some(Component::Name(name)) => Some(name),
            Some(Component::Pattern(_) | Component::Any) | None => None,
        }
    }

    /// Whether every path that this one means is surely one of the other's too, whatever the variables stand for.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let end = other.components().len().saturating_sub(1);
        if other.components().last() != Some(&Component::Any) {
            return self.root() == other.root() && self.components() == other.components();
        }
        let above = other.components().get(..end).unwrap_or_default();
        // `**/x/**` holds whatever has an `x` in it; elsewhere the beginnings have to be the same.
        if let Some((Component::Any, inner)) = above.split_first() {
            let begins = |from: usize| {
                self.components()
                    .get(from..)
                    .is_some_and(|rest| rest.starts_with(inner))
            };
            return other.root() == Root::Slash
                && (inner.is_empty() || (0..self.components().len()).any(begins));
        }
        if above.is_empty() && other.root() == Root::Slash {
            return true;
        }
        self.root() == other.root() && self.components().starts_with(above)
    }

    /// The directories that the pattern's variable stands for, each as an absolute path; `None` where the context
    /// does not know, one empty path where there is no variable.
    fn roots<'c>(&self, context: &'c Context) -> Option<Vec<Cow<'c, str>>> {
        let variable = match self.root() {
            Root::Slash => return Some(vec![Cow::Borrowed("")]),
            Root::Variable(variable) => variable,
        };
        variable.roots(context)
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.text)
    }
}

impl Serialize for PathGlob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PathGlob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Reads a pattern from a text.
struct Text;

impl Visitor<'_> for Text {
    type Value = PathGlob;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a pattern of paths")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PathGlob, E> {
        PathGlob::new(text).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl Component {
    fn new(name: &str) -> Result<Self, PathGlobError> {
        match name {
            "**" => Ok(Self::Any),
            "." | ".." => Err(PathGlobError::Component),
            _ if !name.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b']')) => {
                Ok(Self::Name(name.into()))
            }
            _ if name.contains("**") => Err(PathGlobError::Component),
            _ => Wildcards::new(name)
                .map(Self::Pattern)
                .ok_or(PathGlobError::Character),
        }
    }
}

impl Root {
    /// The beginning of a pattern, and what follows it.
    fn of(text: &str) -> Result<(Self, &str), PathGlobError> {
        if text == "**" || text.starts_with("**/") || text.starts_with('/') {
            return Ok((Self::Slash, text));
        }
        let end = text.find('/').unwrap_or(text.len());
        let (first, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        let variable = match first {
            "~" | "$HOME" => Variable::Home,
            "$WORKSPACE" => Variable::Workspace,
            "$TMPDIR" => Variable::Temporary,
            "$POLICY" => Variable::Policy,
            "$STORE" => Variable::Store,
            _ if first.starts_with('$') => return Err(PathGlobError::Variable),
            _ => return Err(PathGlobError::Relative),
        };
        Ok((Self::Variable(variable), rest))
    }
}

impl Variable {
    /// The directories that it stands for, each under every name that it is known by; `None` where the context does
    /// not know.
    fn roots(self, context: &Context) -> Option<Vec<Cow<'_, str>>> {
        let directories = self.directories(context)?.into_iter();
        Some(
            directories
                .flat_map(|directory| context.names_of(directory))
                .collect(),
        )
    }

    fn directories(self, context: &Context) -> Option<Vec<&str>> {
        let one = match self {
            Self::Policy => return Some(context.policy.iter().map(|path| &**path).collect()),
            Self::Store => return Some(context.store.iter().map(|path| &**path).collect()),
            Self::Workspace => context.workspace_root(),
            Self::Home => context.home.as_deref(),
            Self::Temporary => context.temporary.as_deref(),
        };
        one.map(|path| vec![path])
    }
}

#[cfg(test)]
mod tests;
