//! Where paths of a segment lead, by their text.

use std::cell::OnceCell;

use shell_parser::{Segment, WorkingDirectory};

use crate::knowledge::path;
use crate::{Context, Directory};

/// What a path's characters are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spelling {
    /// A path.
    Plain,
    /// A pattern of the shell.
    Pattern,
}

/// Where one segment runs. A segment may name many paths: its directory is taken apart once, when needed.
pub(crate) struct Whereabouts<'a> {
    segment: &'a Segment,
    pub(crate) context: &'a Context,
    base: OnceCell<Option<Base>>,
}

/// A directory.
struct Base {
    is_absolute: bool,
    names: Vec<Box<str>>,
}

/// A path as a row of names from the root, or from where a script starts that nobody knows.
#[derive(Clone, Debug)]
pub(crate) struct Located<'v> {
    /// Whether the names begin at the root.
    pub(crate) is_absolute: bool,
    /// The names as written, `..` among them.
    pub(crate) written: Vec<(&'v str, Spelling)>,
    /// The names with `..` taken as text; `None` where there is none.
    pub(crate) resolved: Option<Vec<(&'v str, Spelling)>>,
}

impl<'a> Whereabouts<'a> {
    pub(crate) fn new(segment: &'a Segment, context: &'a Context) -> Self {
        Self {
            segment,
            context,
            base: OnceCell::new(),
        }
    }

    /// The path's names; `None` where it may lead anywhere.
    pub(crate) fn locate<'v>(&'v self, text: &'v str, spelling: Spelling) -> Option<Located<'v>> {
        if text.len() > path::MAX_BYTES {
            return None;
        }
        let mut written = Vec::new();
        let mut is_absolute = true;
        if !text.starts_with('/') {
            let base = self.base()?;
            is_absolute = base.is_absolute;
            written.extend(base.names.iter().map(|name| (&**name, Spelling::Plain)));
        }
        written.extend(names(text).map(|name| (name, spelling)));
        let resolved = written
            .iter()
            .any(|(name, _)| *name == "..")
            .then(|| resolved(&written, is_absolute));
        Some(Located {
            is_absolute,
            written,
            resolved,
        })
    }

    /// The directory itself; `None` where it may be anywhere.
    pub(crate) fn directory(&self) -> Option<Located<'_>> {
        self.locate(".", Spelling::Plain)
    }

    fn base(&self) -> Option<&Base> {
        self.base
            .get_or_init(|| {
                let text = match (&self.segment.directory, &self.context.cwd) {
                    (WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown, _) => return None,
                    (WorkingDirectory::Start, Directory::Unknown) => String::new(),
                    (WorkingDirectory::Start | WorkingDirectory::Moved(_), _) => {
                        path::directory(self.segment, self.context)?
                    }
                };
                Some(Base {
                    is_absolute: text.starts_with('/'),
                    names: names(&text).map(Into::into).collect(),
                })
            })
            .as_ref()
    }
}

impl<'v> Located<'v> {
    /// An absolute path without `.` and `..`.
    pub(crate) fn of_path(path: &'v str) -> Self {
        Self {
            is_absolute: true,
            written: names(path).map(|name| (name, Spelling::Plain)).collect(),
            resolved: None,
        }
    }

    /// The same with `..` taken as text only.
    pub(crate) fn into_resolved(self) -> Self {
        Self {
            is_absolute: self.is_absolute,
            written: self.resolved.unwrap_or(self.written),
            resolved: None,
        }
    }

    /// The path, absolute and with `..` taken as text; `None` where it begins in a directory that nobody knows.
    pub(crate) fn text(&self) -> Option<String> {
        let names = self.names().iter().map(|(name, _)| *name);
        self.is_absolute
            .then(|| format!("/{}", names.collect::<Vec<_>>().join("/")))
    }

    /// Whether it may be the root, the home directory, the workspace or above one: then it holds what it does not
    /// name.
    pub(crate) fn may_be_above_everything(&self, context: &Context) -> bool {
        let places = [
            context.home.as_deref(),
            context.workspace_root(),
            context.temporary.as_deref(),
        ];
        let above = |place: &str| {
            let mut place = names(place);
            self.names().iter().all(|(name, spelling)| {
                place
                    .next()
                    .is_some_and(|other| *name == other || *spelling == Spelling::Pattern)
            })
        };
        !self.is_absolute || self.names().is_empty() || places.into_iter().flatten().any(above)
    }

    /// The names with `..` taken as text.
    pub(crate) fn names(&self) -> &[(&'v str, Spelling)] {
        self.resolved.as_deref().unwrap_or(&self.written)
    }

    /// Whether `..` stands behind a link to what a process has open, or something below such a link is meant: then
    /// the text says nothing of where it leads.
    pub(crate) fn follows_links_of_a_process(&self) -> bool {
        let at = |place: usize| self.written.get(place).map(|(name, _)| *name);
        let of_process = self.is_absolute
            && (at(0) == Some("proc")
                || (at(0) == Some("dev") && matches!(at(1), Some("fd" | "stdin" | "stdout" | "stderr"))));
        of_process
            && (self.resolved.is_some()
                || (at(0) == Some("dev") && at(1) == Some("fd") && self.written.len() > 3))
    }
}

/// The names of a path, without `.`.
pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

/// With `..` resolved where a name stands before it.
pub(super) fn resolved<'v>(written: &[(&'v str, Spelling)], is_absolute: bool) -> Vec<(&'v str, Spelling)> {
    let mut resolved: Vec<(&str, Spelling)> = Vec::with_capacity(written.len());
    for (name, spelling) in written {
        match resolved.last() {
            _ if *name != ".." => resolved.push((name, *spelling)),
            None if is_absolute => {}
            None | Some(("..", _)) => resolved.push((name, *spelling)),
            Some(_) => {
                resolved.pop();
            }
        }
    }
    resolved
}
