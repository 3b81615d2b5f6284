//! What a person lets later patches of a thread write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatekeeper::Digest;

/// Files and roots that are kept. Past it all of them go, and are asked about again.
const MOST: usize = 10_000;

/// What a person lets later patches of a thread write. It lives in memory, and nowhere else.
#[derive(Debug, Default)]
pub(crate) struct Granted(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// Real paths, each with whether it may be removed; where something spoke against that, with the policy of then.
    files: BTreeMap<(PathBuf, bool), Option<Digest>>,
    /// Real paths of directories.
    roots: BTreeSet<PathBuf>,
}

impl Granted {
    /// Whether this very file was granted, to be written or to be removed.
    pub(super) fn has_file(&self, path: &Path, is_removed: bool) -> bool {
        self.kept().files.contains_key(&(path.to_owned(), is_removed))
    }

    /// Whether it was granted although something spoke against it, under this policy: what a later one says nobody has
    /// answered.
    pub(super) fn has_guarded(&self, path: &Path, is_removed: bool, policy: Digest) -> bool {
        let kept = self.kept();
        let granted = kept.files.get(&(path.to_owned(), is_removed));
        granted.is_some_and(|against| *against == Some(policy))
    }

    /// Whether a directory above it was granted.
    pub(super) fn has_root_of(&self, path: &Path) -> bool {
        let kept = self.kept();
        path.ancestors().skip(1).any(|above| kept.roots.contains(above))
    }

    /// Files, each with whether it may be removed, and with the policy where something speaks against that.
    pub(super) fn add_files(&self, files: impl IntoIterator<Item = ((PathBuf, bool), Option<Digest>)>) {
        let mut kept = self.kept();
        kept.files.extend(files);
        if kept.files.len() > MOST {
            *kept = Kept::default();
        }
    }

    pub(super) fn add_root(&self, root: PathBuf) {
        let mut kept = self.kept();
        kept.roots.insert(root);
        if kept.roots.len() > MOST {
            *kept = Kept::default();
        }
    }

    /// Nothing is granted any more.
    pub(crate) fn forget(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
