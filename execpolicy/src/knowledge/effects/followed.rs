//! Links below the directories that are read, where a program follows them: `grep -R key .` reads what they lead to.

use shell_parser::{Found, FoundLinks, Value};

use super::Effects;
use crate::{Effect, EffectKind};

impl Effects<'_> {
    /// Reads what the links lead to that stand below each directory that is read, beside that.
    pub(crate) fn read_behind_links(&mut self) {
        if !self.follows {
            return;
        }
        let behind = |effect: &Effect| {
            let EffectKind::Read(path) = &effect.kind else {
                return None;
            };
            let found = Found {
                roots: roots(path)?,
                named: [].into(),
                links: FoundLinks::Below,
            };
            Some(Effect {
                kind: EffectKind::Read(Value::Found(Box::new(found))),
                cause: effect.cause,
                standing: effect.standing,
            })
        };
        let behind: Vec<Effect> = self.found.iter().filter_map(behind).collect();
        for effect in behind {
            if !self.found.contains(&effect) {
                self.found.push(effect);
            }
        }
    }
}

/// Directories that a path is or lies below; `None` for one that may be any, which is judged as that already.
fn roots(path: &Value) -> Option<Box<[Box<str>]>> {
    match path {
        Value::Exact(path) => Some([path.clone()].into()),
        Value::OneOf(paths) => Some(paths.clone()),
        Value::Glob(pattern) => Some([plain_beginning(pattern).into()].into()),
        Value::Found(found) => Some(found.roots.clone()),
        Value::One { .. } | Value::Many => None,
    }
}

/// The directory that a pattern surely begins with: its names before the first that may hold a special character.
fn plain_beginning(pattern: &str) -> &str {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '_' | '-');
    let special = pattern.find(|letter| !is_plain(letter)).unwrap_or_default();
    match pattern.get(..special).and_then(|before| before.rfind('/')) {
        Some(0) => "/",
        Some(end) => pattern.get(..end).unwrap_or("."),
        None => ".",
    }
}

#[cfg(test)]
mod tests {
    use super::plain_beginning;

    #[test]
    fn a_pattern_begins_with_a_directory() {
        for (pattern, beginning) in [
            ("*", "."),
            ("src/*", "src"),
            ("src/a*/b", "src"),
            ("src/x/*.rs", "src/x"),
            ("../[ab]/c", ".."),
            ("/*", "/"),
            ("/etc/*", "/etc"),
            ("a\\*/?", "."),
            ("a/@(b|c)", "a"),
        ] {
            assert_eq!(plain_beginning(pattern), beginning, "{pattern}");
        }
    }
}
