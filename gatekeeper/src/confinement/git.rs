//! Where a work tree's repository keeps its data: `.git` may be a file that leads elsewhere (git-worktree(1),
//! gitrepository-layout(5)).

use std::fs;
use std::path::{Path, PathBuf};

use execpolicy::Context;
use sandbox::StandIn;

use super::git_config::Led;
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
    /// The work tree's root.
    place: PathBuf,
    /// What the work tree has of its own: its index and its HEAD.
    own: PathBuf,
    /// What all work trees share: objects, refs, hooks, config.
    common: PathBuf,
    /// What leads there, where `.git` is no directory itself.
    leading: Option<PathBuf>,
    /// Whether there is common data, where git puts it: it is what the work tree has of its own, or that lies in its
    /// `worktrees`.
    is_regular: bool,
}

impl Repository {
    /// The repository of the work tree around a command, or what git would take for one, if there is something.
    pub(super) fn around(context: &Context) -> Option<Self> {
        places(context).into_iter().find_map(Self::of)
    }

    fn of(place: PathBuf) -> Option<Self> {
        let git = place.join(".git");
        let is_directory = fs::symlink_metadata(&git).is_ok_and(|found| found.is_dir());
        let own = if git.is_dir() {
            real(&git)
        } else {
            let text = pointer(&git)?;
            let path = Path::new(text.strip_prefix("gitdir:")?.trim()).to_owned();
            real(place.join(path))
        };
        let leading = (!is_directory).then_some(git);
        let commondir = own.join("commondir");
        let (common, is_regular) = match (fs::symlink_metadata(&commondir), pointer(&commondir)) {
            (_, Some(text)) => {
                let common = real(own.join(text.trim()));
                let is_linked = leading.is_some() && own.parent() == Some(&*common.join("worktrees"));
                let is_regular = common == own || is_linked;
                (common, is_regular)
            }
            // Git may read more from it than is read here.
            (Ok(_), None) => (own.clone(), false),
            (Err(_), None) => (own.clone(), true),
        };
        Some(Self {
            // Whoever wrote the pointer chose where it leads: only a repository is taken for one.
            is_regular: is_regular && common.join("objects").is_dir(),
            place,
            own,
            common,
            leading,
        })
    }

    /// What a commit writes.
    pub(super) fn written(&self) -> Vec<PathBuf> {
        vec![self.own.clone(), self.common.clone()]
    }

    /// Whether the repository itself says that this work tree is its own. Whoever wrote a `.git` that leads elsewhere,
    /// or a `commondir` in it, chose where it leads: it opens nothing that does not lead back.
    pub(super) fn is_confirmed(&self) -> bool {
        let Some(git) = &self.leading else {
            return self.is_regular;
        };
        let leads_back = pointer(&self.own.join("gitdir")).is_some_and(|text| real(text.trim()) == real(git));
        // What lies in the work tree may have been written by who works in it.
        leads_back && self.is_regular && self.common != self.own && !self.own.starts_with(&self.place)
    }

    /// Whether git finds no data where it puts them. What is found there may become a repository.
    pub(super) fn is_doubtful(&self) -> bool {
        !self.is_regular
    }

    /// What stays as it is: everything, or for commits what git executes and what tells it what to execute.
    pub(super) fn protected(&self, profile: &str) -> Vec<PathBuf> {
        if profile != "workspace-commit" || self.is_doubtful() {
            return self.written();
        }
        // `remotes` and `branches` say where a push goes, as `config` does.
        let mut protected: Vec<PathBuf> = ["hooks", "config", "modules", "remotes", "branches"]
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

    /// Where its data stand, if `.git` leads there: these directories stay in their places, or others could be put
    /// there.
    pub(super) fn pinned(&self) -> Vec<PathBuf> {
        self.leading.as_ref().map_or_else(Vec::new, |_| self.written())
    }

    /// What its config, and what is set for all of a user's repositories, leads git to beside its data.
    pub(super) fn led(&self, context: &Context) -> Led {
        let home = context.home.as_deref().map(Path::new);
        let own = [&self.common, &self.own].into_iter();
        let own = own.flat_map(|data| ["config", "config.worktree"].map(|name| data.join(name)));
        let users = [".gitconfig", ".config/git/config"];
        let users = users.into_iter().filter_map(|name| Some(home?.join(name)));
        let files: Vec<PathBuf> = own.chain(users).collect();
        Led::by(&files, &self.place, home)
    }

    /// Whether a path lies in the data that it keeps in the work tree.
    pub(super) fn has(&self, path: &Path) -> bool {
        path.starts_with(&self.own) || path.starts_with(&self.common)
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
