//! Of many paths those that lie in no other one.

use std::path::PathBuf;

/// The paths that lie in no other one, in order.
pub(super) fn outermost(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut sorted: Vec<&PathBuf> = paths.iter().collect();
    sorted.sort_unstable();
    let mut outer: Vec<&PathBuf> = Vec::new();
    for path in sorted {
        // By names, what lies in a directory comes right after it: the last one kept is the only one to look at.
        if !outer.last().is_some_and(|last| path.starts_with(last)) {
            outer.push(path);
        }
    }
    outer.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(texts: &[&str]) -> Vec<PathBuf> {
        texts.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn what_lies_in_another_one_is_left_out() {
        for (name, given, outer) in [
            ("nothing", &[][..], &[][..]),
            ("twice", &["/a", "/a"], &["/a"]),
            ("deep", &["/a/b/c", "/a", "/a/b"], &["/a"]),
            (
                "names that sort between by bytes",
                &["/a/b", "/a.b", "/a", "/a-b/c"],
                &["/a", "/a-b/c", "/a.b"],
            ),
            ("the root", &["/b", "/", "/a"], &["/"]),
        ] {
            assert_eq!(outermost(&paths(given)), paths(outer), "{name}");
        }
    }

    #[test]
    fn many_paths_take_no_more_than_their_share_of_time() {
        let many: Vec<PathBuf> = (0..200_000)
            .map(|n| PathBuf::from(format!("/w/d{n}/.env")))
            .collect();
        // Compared all with all, these would take hours.
        assert_eq!(outermost(&many).len(), many.len());
    }
}
