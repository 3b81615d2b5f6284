//! Paths as texts: what can be said of them without looking at a disk.

/// The last component, or the empty text where there is none (`/`, `..`, an empty text).
pub(crate) fn base_name(path: &str) -> &str {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    if matches!(last, "." | "..") { "" } else { last }
}

/// The path without doubled slashes and `.` components; `None` where a `..` makes that a question for the disk,
/// because `link/..` is not the directory that holds `link`.
pub(crate) fn plain(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            name => parts.push(name),
        }
    }
    Some(rooted(path, &parts))
}

/// The path with `..` taken as text. It may name another file than the kernel finds, so it serves restrictions and
/// directories that a shell has tracked, never an allow.
pub(crate) fn lexical(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            name => parts.push(name),
        }
    }
    rooted(path, &parts)
}

/// The components under the root that the path had.
fn rooted(path: &str, parts: &[&str]) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_names() {
        for (path, name) in [
            ("git", "git"),
            ("/usr/bin/git", "git"),
            ("./git", "git"),
            ("git/", "git"),
            ("/", ""),
            ("a/..", ""),
            ("", ""),
        ] {
            assert_eq!(base_name(path), name, "{path}");
        }
    }

    #[test]
    fn only_paths_without_dot_dot_are_plain() {
        assert_eq!(plain("/usr//bin/./git").as_deref(), Some("/usr/bin/git"));
        assert_eq!(plain("/usr/bin/../bin/git"), None);
    }

    #[test]
    fn lexical_paths() {
        for (path, expected) in [
            ("/usr/bin/../bin/git", "/usr/bin/git"),
            ("/../a", "/a"),
            ("../a/..", ".."),
            ("a/../../b", "../b"),
        ] {
            assert_eq!(lexical(path), expected, "{path}");
        }
    }
}
