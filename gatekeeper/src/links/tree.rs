//! The links in a directory tree that may lead out of it.

use std::fs;
use std::path::PathBuf;

use execpolicy::Link;

use super::target;

/// Links of a tree that lead out of it, each of which is held against every rule.
const LINKS: usize = 256;

/// The links below a directory that may lead out of it, with their targets; `None` where there are more than [`LINKS`],
/// that takes more entries than are left, or one has no name as text. Links to directories are not followed, and what
/// cannot be listed holds nothing.
pub(super) fn leading_out(root: &str, left: &mut usize) -> Option<Vec<(Box<str>, Link)>> {
    let mut found = Vec::new();
    let mut waiting: Vec<(PathBuf, usize)> = vec![(root.into(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.map_while(Result::ok) {
            *left = left.checked_sub(1)?;
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                waiting.push((entry.path(), depth.saturating_add(1)));
            } else if kind.is_symlink() {
                let path = entry.path();
                let link = target(&path);
                if matches!(&link, Link::To(target) if !may_lead_out(target, depth)) {
                    continue;
                }
                if found.len() == LINKS {
                    return None;
                }
                found.push((path.to_str()?.into(), link));
            }
        }
    }
    Some(found)
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
    use std::os::unix::fs::symlink;

    use super::{LINKS, leading_out, may_lead_out};

    #[test]
    fn more_links_than_can_be_looked_at_are_said() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path().to_str().unwrap();
        let link = |place: usize| symlink("/opt/x", tree.path().join(place.to_string())).unwrap();
        (0..LINKS).for_each(link);
        let found = |mut left: usize| leading_out(root, &mut left).map(|links| links.len());
        assert_eq!(found(LINKS), Some(LINKS));
        assert_eq!(found(LINKS - 1), None);
        link(LINKS);
        assert_eq!(found(LINKS + 1), None);
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
