//! What is known of the place and the people around a command. An argument of `judge`, never looked up by it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use shell_parser::{Dialect, Environment};

use crate::links::{Last, ways};
use crate::path_glob::Located;
use crate::{ConfinementName, Links};

/// Everything outside the script and the policy that a verdict may depend on.
///
/// The default knows nothing: no workspace, no directory, no home, programs found where they belong, bash, a
/// person who can be asked, no confinement.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Context {
    /// The root of the work tree, absolute and normalised. Never `/`, the home directory or above it.
    pub workspace: Option<Box<str>>,
    /// Where the script starts.
    pub cwd: Directory,
    /// The user's home directory, absolute.
    pub home: Option<Box<str>>,
    /// Where temporary files go, absolute: `$TMPDIR` of path rules.
    pub temporary: Option<Box<str>>,
    /// The files and directories that policy is read from, and the program that judges, absolute: `$POLICY` of path rules.
    pub policy: Vec<Box<str>>,
    /// The files and directories that hold what is trusted, and the log, absolute: `$STORE` of path rules.
    pub store: Vec<Box<str>>,
    /// What is known of symbolic links.
    pub links: Links,
    /// Names of variables in the environment that a later bare assignment would change for programs.
    pub environment: Vec<Box<str>>,
    /// What a bare program name leads to.
    pub lookup: Lookup,
    /// How the text is read.
    pub dialect: Dialect,
    /// Who may be asked.
    pub approval: Approval,
    /// What the caller will enforce around the command; `None` is nothing.
    pub confinement: Option<ConfinementName>,
}

impl Context {
    /// What is known of the shell that will run the script.
    pub(crate) fn shell(&self) -> Environment<'_> {
        Environment {
            home: self.home.as_deref(),
        }
    }

    /// The places that policies name: work tree, home, temporary files, policy, trust and log.
    pub(crate) fn places(&self) -> impl Iterator<Item = &str> {
        let single = [
            self.workspace_root(),
            self.home.as_deref(),
            self.temporary.as_deref(),
        ];
        let several = self.policy.iter().chain(&self.store).map(|path| &**path);
        single.into_iter().flatten().chain(several)
    }

    /// A place under each name that it is known by: its own, and where links lead from there.
    pub(crate) fn names_of<'c>(&self, place: &'c str) -> Vec<Cow<'c, str>> {
        let mut names = vec![Cow::Borrowed(place)];
        if !self.links.is_empty() {
            let ways = ways(&self.links, &Located::of_path(place), Last::Followed);
            names.extend(ways.ends().filter_map(|end| end.text()).map(Cow::Owned));
        }
        names
    }

    /// The root of the work tree; where none is known, the directory that the script starts in is taken for it.
    pub(crate) fn workspace_root(&self) -> Option<&str> {
        match (&self.workspace, &self.cwd) {
            (Some(workspace), _) => Some(workspace),
            (None, Directory::Known(start)) => Some(start),
            (None, Directory::Unknown) => None,
        }
    }
}

/// A working directory.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Directory {
    /// Absolute and normalised.
    Known(Box<str>),
    /// Anywhere.
    #[default]
    Unknown,
}

/// What a bare program name leads to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Lookup {
    /// Every bare name is the program that knowledge and rules mean by it.
    #[default]
    Assumed,
    /// As [`Lookup::Assumed`], but for these names: each leads to a file that a confined command could have put there.
    AssumedBut(BTreeSet<Box<str>>),
    /// These names lead to these files; a name that is not listed leads to nothing.
    Table(BTreeMap<Box<str>, Program>),
}

/// An executable that a bare name leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Program {
    /// The file, absolute.
    pub path: Box<str>,
    /// Whether a confined command could have put it there (a hit in `.venv/bin` of the workspace).
    pub replaceable: bool,
}

/// Who may be asked, and whether an unknown effect may lean on a confinement.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Approval {
    /// A person is asked; nothing leans on a confinement.
    Untrusted,
    /// A person can be asked; an effect that the confinement contains is not worth it.
    #[default]
    OnRequest,
    /// Nobody can be asked: a prompt is forbidden with the reason "would ask".
    Never,
    /// A person can be asked about what is switched on; the rest is forbidden as under `Never`.
    Granular {
        /// Prompts that a rule makes.
        rules: bool,
        /// Prompts that the fallback makes.
        fallback: bool,
    },
}
