//! The links in a directory tree that may lead out of it.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use execpolicy::Link;

use super::target;

/// What is still looked at in directory trees for one command.
#[derive(Debug)]
pub(super) struct Left {
    /// Entries.
    pub(super) entries: usize,
    /// Links that lead out of a tree, each of which is held against every rule.
    pub(super) links: usize,
}

impl Left {
    /// For a whole command.
    pub(super) fn all() -> Self {
        Self {
            entries: 100_000,
            links: 256,
        }
    }
}

/// The links below a directory that may lead out of it, with their targets; `None` where that takes more than is left,
/// one has no name as text, or something cannot be listed that others may list. Links to directories are not followed.
pub(super) fn leading_out(root: &str, left: &mut Left) -> Option<Vec<(Box<str>, Link)>> {
    let mut found = Vec::new();
    let mut waiting: Vec<(PathBuf, usize)> = vec![(root.into(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if holds_nothing(error.kind()) => continue,
            Err(_) => return None,
        };
        for entry in entries {
            left.entries = left.entries.checked_sub(1)?;
            let entry = entry.ok()?;
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                waiting.push((entry.path(), depth.saturating_add(1)));
            } else if kind.is_symlink() {
                let path = entry.path();
                let link = target(&path);
                if matches!(&link, Link::To(target) if !may_lead_out(target, depth)) {
                    continue;
                }
                left.links = left.links.checked_sub(1)?;
                found.push((path.to_str()?.into(), link));
            }
        }
    }
    Some(found)
}

/// Whether no program of this user finds anything in a directory that cannot be listed. One whose path is too long for the
/// kernel is not such a directory: a program lists it from one on the way.
fn holds_nothing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
    )
}

/// Whether a target may lie outside of the tree that its link stands so deep in. One that leads through another link of
/// the tree lies where that one leads, unless it turns back there.
fn may_lead_out(target: &str, depth: usize) -> bool {
    if target.starts_with('/') {
        return true;
    }
    let names = || target.split('/').filter(|name| !matches!(*name, "" | "."));
    let ups = names().take_while(|name| *name == "..").count();
    ups > depth || names().skip(ups).any(|name| name == "..")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::{Left, leading_out, may_lead_out};

    #[test]
    fn more_links_than_can_be_looked_at_are_said() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path().to_str().unwrap();
        let link = |place: usize| symlink("/opt/x", tree.path().join(place.to_string())).unwrap();
        (0..5).for_each(link);
        let mut left = Left { entries: 9, links: 8 };
        assert_eq!(leading_out(root, &mut left).unwrap().len(), 5);
        assert_eq!((left.entries, left.links), (4, 3));
        // They are counted over all trees.
        assert_eq!(leading_out(root, &mut Left { entries: 9, ..left }), None);
        assert_eq!(leading_out(root, &mut Left { entries: 4, links: 8 }), None);
    }

    #[test]
    fn what_lies_deeper_than_a_path_can_say_is_not_known() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path().to_str().unwrap();
        let name = "d".repeat(200);
        let mut deep = fs::File::open(tree.path()).unwrap();
        for _ in 0..21 {
            rustix::fs::mkdirat(&deep, &*name, 0o755.into()).unwrap();
            let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC;
            deep = rustix::fs::openat(&deep, &*name, flags, rustix::fs::Mode::empty())
                .unwrap()
                .into();
        }
        assert_eq!(leading_out(root, &mut Left::all()), None);
    }

    #[test]
    fn a_target_stays_in_a_tree_where_it_surely_does() {
        let cases = [
            ("x", 0, false),
            ("./x/y", 0, false),
            ("../x", 1, false),
            ("../../x", 2, false),
            ("../x", 0, true),
            ("../../x", 1, true),
            ("/x", 3, true),
            ("x/../y", 0, true),
            ("..", 0, true),
        ];
        for (target, depth, expected) in cases {
            assert_eq!(may_lead_out(target, depth), expected, "{target} at {depth}");
        }
    }
}
