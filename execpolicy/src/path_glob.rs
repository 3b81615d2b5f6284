//! Patterns of paths as rules write them, such as `$WORKSPACE/.git/**`, and how surely a path meets one.

mod component;
mod meeting;
mod parts;
mod place;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::Context;

pub use component::NameGlob;
pub(crate) use meeting::{Bare, Question, Reach, may_be_named, meeting};
use parts::Parts;
pub use parts::PathPart;
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
/// Copies share their text, and cost no more than a count. It is taken apart when it is asked: hundreds are read whenever a
/// command is judged, and most are asked for their first name alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PathGlob {
    text: Arc<str>,
    root: Root,
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
        let mut count = 0_usize;
        for part in Parts::of(rest) {
            check(part)?;
            count = count.saturating_add(1);
        }
        if count > COMPONENTS {
            return Err(PathGlobError::Long);
        }
        Ok(Self {
            text: text.into(),
            root,
        })
    }

    /// One that was read before; `None` where it does not even begin as a pattern.
    pub(crate) fn known(text: &str) -> Option<Self> {
        let (root, _) = Root::of(text).ok()?;
        let text = text.into();
        Some(Self { text, root })
    }

    /// What follows the beginning.
    fn rest(&self) -> &str {
        match self.root {
            Root::Slash => &self.text,
            Root::Variable(_) => self.text.split_once('/').map_or("", |(_, rest)| rest),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A name that every path has which this pattern matches, or names a directory above; `None` where it says none.
    ///
    /// Names that a variable stands for are not among them; of `$POLICY` and `$STORE`, which are anywhere, none are
    /// told.
    pub(crate) fn key(&self) -> Option<&str> {
        if let Root::Variable(Variable::Policy | Variable::Store) = self.root {
            return None;
        }
        let mut said = self.parts().skip_while(|part| *part == PathPart::Any);
        match said.next() {
            Some(PathPart::Name(name)) => Some(name),
            Some(PathPart::Names(_) | PathPart::Any) | None => None,
        }
    }

    /// Whether every path that this one means is surely one of the other's too, whatever the variables stand for.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let (own, others): (Vec<_>, Vec<_>) = (self.parts().collect(), other.parts().collect());
        let Some((PathPart::Any, above)) = others.split_last() else {
            return self.root == other.root && own == others;
        };
        // `**/x/**` holds whatever has an `x` in it; elsewhere the beginnings have to be the same.
        if let Some((PathPart::Any, inner)) = above.split_first() {
            let begins = |from: usize| own.get(from..).is_some_and(|rest| rest.starts_with(inner));
            return other.root == Root::Slash && (inner.is_empty() || (0..own.len()).any(begins));
        }
        if above.is_empty() && other.root == Root::Slash {
            return true;
        }
        self.root == other.root && own.starts_with(above)
    }

    /// The directories that the pattern's variable stands for, each as an absolute path; `None` where the context
    /// does not know, one empty path where there is no variable.
    fn roots<'c>(&self, context: &'c Context) -> Option<Vec<Cow<'c, str>>> {
        let variable = match self.root {
            Root::Slash => return Some(vec![Cow::Borrowed("")]),
            Root::Variable(variable) => variable,
        };
        variable.roots(context)
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Whether this may be a component of a pattern.
fn check(part: PathPart<'_>) -> Result<(), PathGlobError> {
    match part {
        PathPart::Name("." | "..") => Err(PathGlobError::Component),
        PathPart::Names(glob) => glob.check(),
        PathPart::Name(_) | PathPart::Any => Ok(()),
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
