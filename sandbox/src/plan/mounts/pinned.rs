//! Which directories stay where they are, for the sake of what is in them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Kind;

/// The directories between a writable root and what is protected below it. What is mounted cannot be moved away; without
/// that, whoever moves `.git` away with the protected `.git/config` in it makes another in its place.
///
/// Only below a directory whose name begins with a dot: nobody moves files from there to elsewhere, which the mount
/// would make a copy. What lies below other directories is nothing that is looked for by its full path.
pub(super) fn pinned(protected: &[PathBuf], roots: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut pinned = BTreeSet::new();
    for path in protected {
        let Some(root) = roots.iter().find(|root| path.starts_with(root)) else {
            continue;
        };
        let first = path
            .strip_prefix(root)
            .ok()
            .and_then(|rest| rest.components().next());
        // The root may be such a directory itself, as a repository's data is that a work tree points to.
        let names = [root.file_name(), first.as_ref().map(AsRef::as_ref)];
        if !names
            .into_iter()
            .flatten()
            .any(|name| name.as_encoded_bytes().starts_with(b"."))
        {
            continue;
        }
        let above = path.ancestors().skip(1).take_while(|above| *above != root);
        pinned.extend(
            above
                .filter(|above| Kind::of(above) == Some(Kind::Directory))
                .map(Path::to_owned),
        );
    }
    pinned
}
