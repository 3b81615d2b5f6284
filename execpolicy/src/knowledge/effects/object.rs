//! Names of what git keeps, which may hold a path: `HEAD:.env`, `:0:.env`, `1,5:.env` (gitrevisions(7), `-L` of
//! git-log(1)), `:(top).env` (pathspec in gitglossary(7)).

use std::collections::BTreeSet;

use shell_parser::Value;

/// What may be the path in such a name.
pub(super) fn paths(value: &Value) -> Vec<Value> {
    match value {
        Value::Exact(text) => behind(text).map(|path| Value::Exact(path.into())).collect(),
        Value::Glob(text) => behind(text).map(|path| Value::Glob(path.into())).collect(),
        Value::OneOf(texts) => {
            let paths: Box<[Box<str>]> = texts
                .iter()
                .flat_map(|text| behind(text))
                .map(Into::into)
                .collect();
            if paths.is_empty() {
                Vec::new()
            } else {
                vec![Value::OneOf(paths)]
            }
        }
        // Where its end is known, the path may begin there; else it begins in what is known or in what is not.
        Value::One { prefix, suffix } => {
            let ends = behind(suffix).map(|path| Value::Exact(path.into()));
            let begun = behind(prefix).map(|path| Value::One {
                prefix: path.into(),
                suffix: suffix.clone(),
            });
            ends.chain(begun).collect()
        }
        // They may be anything as it is.
        Value::Found(_) | Value::Many => Vec::new(),
    }
}

/// What stands behind the first and the last colon, and behind the last parenthesis: names in between only lead there.
fn behind(text: &str) -> impl Iterator<Item = &str> {
    let ends = [text.split_once(':'), text.rsplit_once(':'), text.rsplit_once(')')];
    let ends: BTreeSet<&str> = ends.into_iter().flatten().map(|(_, end)| end).collect();
    ends.into_iter().filter(|end| !end.is_empty())
}

/// The pattern in it, if git takes it for one itself: a star of git's matches a leading dot and a slash.
pub(super) fn pattern(value: &Value) -> Option<Value> {
    match value {
        Value::Exact(text) | Value::Glob(text) => Some(Value::Glob(pathspec(text)?.into())),
        Value::OneOf(texts) => {
            let patterns: Box<[Box<str>]> = texts
                .iter()
                .filter_map(|text| pathspec(text))
                .map(Into::into)
                .collect();
            (!patterns.is_empty()).then_some(Value::OneOf(patterns))
        }
        Value::One { .. } | Value::Found(_) | Value::Many => None,
    }
}

/// The pattern of a pathspec that has one, or has magic that makes one of it, such as `:(icase)`.
fn pathspec(text: &str) -> Option<&str> {
    let (magic, pattern) = match text.strip_prefix(":(").and_then(|rest| rest.split_once(')')) {
        Some((magic, pattern)) => (magic, pattern),
        None => ("", text.trim_start_matches([':', '/'])),
    };
    let leaves_out = magic.split(',').any(|word| word == "exclude") || pattern.starts_with(['!', '^']);
    let is_pattern = !magic.is_empty() || pattern.contains(['*', '?', '[']);
    (is_pattern && !leaves_out).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pathspec_is_a_pattern_by_its_letters_or_its_magic() {
        for (text, wanted) in [
            ("src/x.rs", None),
            ("HEAD:.env", None),
            ("HEAD@{1}", None),
            ("*env", Some("*env")),
            (":/*.rs", Some("*.rs")),
            (".en[v]", Some(".en[v]")),
            (":(icase).ENV", Some(".ENV")),
            (":(glob,top)**/.e*", Some("**/.e*")),
            (":!*.lock", None),
            (":(exclude)*.lock", None),
        ] {
            assert_eq!(pathspec(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_path_stands_behind_a_revision_a_stage_a_range_or_magic() {
        for (name, wanted) in [
            ("HEAD", &[][..]),
            ("HEAD:", &[]),
            ("HEAD:.env", &[".env"]),
            ("HEAD:a/b", &["a/b"]),
            ("stash@{0}:.env", &[".env"]),
            (":.env", &[".env"]),
            (":0:.env", &[".env", "0:.env"]),
            (":(top).env", &["(top).env", ".env"]),
            ("1,5:.env", &[".env"]),
            ("/a:b/,+5:.env", &[".env", "b/,+5:.env"]),
            ("HEAD:a:b/.env", &["a:b/.env", "b/.env"]),
        ] {
            assert_eq!(behind(name).collect::<Vec<_>>(), wanted, "{name}");
        }
    }
}
