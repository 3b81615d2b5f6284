//! Which directories stay where they are, for the sake of what is in them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Kind;
use crate::Profile;

/// The directories between a writable root and what stays in its place below it. What is mounted cannot be moved away;
/// without that, whoever moves `.git` away with the protected `.git/config` in it makes another in its place.
///
/// Those that the profile names, and those of what is protected below a directory whose name begins with a dot: nobody
/// moves files from there to elsewhere, which the mount would make a copy. What lies below other directories is nothing
/// that is looked for by its full path.
///
/// `protected` and `roots` hold no path that lies in another one.
pub(super) fn pinned(profile: &Profile, protected: &[PathBuf], roots: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut pinned = BTreeSet::new();
    let mut pin = |path: &Path, root: &PathBuf| {
        let up_to_root = path.ancestors().take_while(|above| above != root);
        let there = up_to_root.filter(|above| Kind::of(above) == Some(Kind::Directory));
        pinned.extend(there.map(Path::to_owned));
    };
    for path in &profile.pinned {
        if let Some(root) = roots.iter().find(|root| path.starts_with(root)) {
            pin(path, root);
        }
    }
    for path in protected {
        let bases = roots.iter().chain(&profile.pinned);
        // The innermost one that stays in its place.
        let base = bases
            .filter(|base| path.starts_with(base))
            .max_by_key(|base| base.as_os_str().len());
        let (Some(base), Some(above)) = (base, path.parent()) else {
            continue;
        };
        if !roots.iter().any(|root| path.starts_with(root)) {
            continue;
        }
        let rest = path.strip_prefix(base).unwrap_or(path);
        let first = rest.components().next();
        // The base may be such a directory itself, as a repository's data is that a work tree points to.
        let names = [base.file_name(), first.as_ref().map(AsRef::as_ref)];
        let is_dotted = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        if names.into_iter().flatten().any(is_dotted) && above.starts_with(base) {
            pin(above, base);
        }
    }
    pinned
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_leads_to_protected_things_stays_in_its_place() {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path().canonicalize().unwrap();
        for name in [
            "tree/.git/hooks",
            "tree/sub/.git",
            "tree/data/repo/hooks",
            "other",
        ] {
            fs::create_dir_all(top.join(name)).unwrap();
        }
        for (name, roots, named, protected, expected) in [
            (
                "a name with a dot",
                &["tree"][..],
                &[][..],
                &["tree/.git/hooks"][..],
                &["tree/.git"][..],
            ),
            ("an ordinary one", &["tree"], &[], &["tree/sub/.git"], &[]),
            (
                "one that is named",
                &["tree"],
                &["tree/data"],
                &["tree/data/repo/hooks"],
                &["tree/data"],
            ),
            ("the root itself", &["tree"], &["tree"], &["tree/.git"], &[]),
            (
                "a root further up",
                &[""],
                &["tree"],
                &["tree/.git/hooks"],
                &["tree", "tree/.git"],
            ),
            (
                "what is not writable",
                &["other"],
                &["tree"],
                &["tree/.git/hooks"],
                &[],
            ),
            ("what is not there", &["tree"], &["tree/new/one"], &[], &[]),
        ] {
            let paths = |names: &[&str]| -> Vec<PathBuf> {
                names
                    .iter()
                    .map(|name| top.join(name).components().collect())
                    .collect()
            };
            let profile = Profile {
                pinned: paths(named),
                ..Profile::default()
            };
            let found = pinned(&profile, &paths(protected), &paths(roots));
            let expected: BTreeSet<PathBuf> = paths(expected).into_iter().collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
