//! Where a work tree's repository keeps its data: `.git` may be a file that leads elsewhere (git-worktree(1),
//! gitrepository-layout(5)).

use std::fs;
use std::path::{Path, PathBuf};

use execpolicy::Context;
use sandbox::StandIn;

use super::{places, real};

/// Bytes of a file that says where something is.
const POINTER: u64 = 8 * 1024;

/// Files that git reads wherever it keeps data, and what they say where they change nothing: where the common data is,
/// and what is set for one work tree alone.
const POINTERS: &[(&str, &str)] = &[
    ("commondir", ".\n"),
    ("config.worktree", "# a confined command runs\n"),
];

/// A work tree's repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Repository {
    /// What the work tree has of its own: its index and its HEAD.
    own: PathBuf,
    /// What all work trees share: objects, refs, hooks, config.
    common: PathBuf,
    /// What leads there, where `.git` is no directory itself.
    leading: Option<PathBuf>,
}

impl Repository {
    /// The repository of the work tree around a command, if there is one.
    pub(super) fn around(context: &Context) -> Option<Self> {
        places(context)
            .iter()
            .find_map(|place| Self::of(&place.join(".git")))
    }

    fn of(git: &Path) -> Option<Self> {
        let own = if git.is_dir() {
            real(git)
        } else {
            let text = pointer(git)?;
            let path = Path::new(text.strip_prefix("gitdir:")?.trim()).to_owned();
            real(git.parent()?.join(path))
        };
        let common = match pointer(&own.join("commondir")) {
            Some(text) => real(own.join(text.trim())),
            None => own.clone(),
        };
        // Whoever wrote the pointer chose where it leads: only a repository is taken for one.
        let is_directory = fs::symlink_metadata(git).is_ok_and(|found| found.is_dir());
        common.join("objects").is_dir().then_some(Self {
            own,
            common,
            leading: (!is_directory).then(|| git.to_owned()),
        })
    }

    /// What a commit writes.
    pub(super) fn written(&self) -> Vec<PathBuf> {
        vec![self.own.clone(), self.common.clone()]
    }

    /// Whether the repository itself says that this work tree is its own. Whoever wrote a `.git` that leads elsewhere
    /// chose where it leads: it opens nothing that does not lead back.
    pub(super) fn is_confirmed(&self, place: &Path) -> bool {
        let git = place.join(".git");
        let leads_back =
            pointer(&self.own.join("gitdir")).is_some_and(|text| real(text.trim()) == real(&git));
        self.own == real(&git) || (leads_back && self.own.starts_with(self.common.join("worktrees")))
    }

    /// What stays as it is: everything, or for commits what git executes and what tells it what to execute.
    pub(super) fn protected(&self, profile: &str) -> Vec<PathBuf> {
        if profile != "workspace-commit" {
            return self.written();
        }
        let mut protected: Vec<PathBuf> = ["hooks", "config", "modules"]
            .iter()
            .map(|name| self.common.join(name))
            .collect();
        for directory in [&self.own, &self.common] {
            protected.extend(POINTERS.iter().map(|(name, _)| directory.join(name)));
            let gitdir = directory.join("gitdir");
            protected.extend(gitdir.exists().then_some(gitdir));
        }
        protected.extend(self.leading.clone());
        // Other work trees are led here by what stands in these, and have their index in them. That `git gc` cannot
        // shorten their logs is the price.
        let worktrees = fs::read_dir(self.common.join("worktrees"));
        let others = worktrees.into_iter().flatten().flatten();
        let others = others.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        protected.extend(others.map(|entry| entry.path()).filter(|path| *path != self.own));
        protected
    }

    /// What stands in for files by which git may be led elsewhere, and that are not there.
    pub(super) fn stand_ins(&self) -> Vec<StandIn> {
        let directories = [&self.own, &self.common].into_iter();
        let files = directories.flat_map(|directory| {
            let file = |(name, text): &(&str, &'static str)| StandIn {
                path: directory.join(name),
                text,
            };
            POINTERS.iter().map(file)
        });
        files.collect()
    }
}

/// The text of a short file.
fn pointer(path: &Path) -> Option<String> {
    let found = fs::symlink_metadata(path).ok()?;
    if !found.is_file() || found.len() > POINTER {
        return None;
    }
    fs::read_to_string(path).ok()
}
