//! Symbolic links: what is known of them, and where paths lead by it.

mod asked;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

pub use asked::look_up;
pub(crate) use walk::{Last, Ways, below_ends, ways};

/// What is known of symbolic links.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Links {
    /// Nobody has looked: every path leads where its text says.
    #[default]
    Assumed,
    /// What stands at these paths, absolute and without `.` and `..`. What is not listed is no link, or is not there.
    Table(BTreeMap<Box<str>, Link>),
}

/// What is known of one path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Link {
    /// It is a link to this path; a relative one begins where the link stands.
    To(Box<str>),
    /// Nobody could say: what is at or below it may lead anywhere.
    Unknown,
}

/// Somebody who can say what stands at a path. All paths are absolute, without `.` and `..`.
pub trait LinkReader {
    /// What is known of the path itself, where no directory above it is a link; `None` is no link.
    fn link(&mut self, path: &str) -> Option<Link>;

    /// The names in a directory that lead to links, or may: `None` where there are too many to tell.
    fn names(&mut self, directory: &str) -> Option<BTreeSet<Box<str>>>;

    /// The paths of the links below a directory that may lead out of it; those that lead elsewhere in it need not be
    /// told. Links to directories are not followed. `None` where there is too much to look at.
    fn leading_out(&mut self, directory: &str) -> Option<BTreeSet<Box<str>>>;
}

impl Links {
    /// Whether every path is taken to lead where its text says.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Assumed => true,
            Self::Table(table) => table.is_empty(),
        }
    }
}

impl LinkReader for &BTreeMap<Box<str>, Link> {
    fn link(&mut self, path: &str) -> Option<Link> {
        self.get(path).cloned()
    }

    fn names(&mut self, directory: &str) -> Option<BTreeSet<Box<str>>> {
        let rest = below(self, directory).map(|(_, rest)| rest);
        Some(
            rest.filter_map(|rest| rest.split('/').next())
                .map(Into::into)
                .collect(),
        )
    }

    fn leading_out(&mut self, directory: &str) -> Option<BTreeSet<Box<str>>> {
        Some(below(self, directory).map(|(path, _)| path.into()).collect())
    }
}

/// What is listed below a directory, each path with what follows the directory.
fn below<'t>(
    table: &'t BTreeMap<Box<str>, Link>,
    directory: &str,
) -> impl Iterator<Item = (&'t str, &'t str)> + use<'t> {
    let below = format!("{}/", directory.trim_end_matches('/'));
    let listed = table.range::<str, _>((Bound::Included(&*below), Bound::Unbounded));
    listed.map_while(move |(path, _)| Some((&**path, path.strip_prefix(&*below)?)))
}
