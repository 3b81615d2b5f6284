//! Variables that an `env_rule` is about, and patterns of their names.

use std::mem;

use crate::NameGlob;

/// The variables of an `env_rule`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VariableRule {
    /// Their names.
    pub names: Vec<NamePattern>,
    /// Names that are not meant after all.
    pub outside: Vec<NamePattern>,
}

/// A variable's name with `*` for any characters and `[A-Z]` or `[!A-Z]` for one, such as `LD_*`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NamePattern {
    text: Box<str>,
    is_name: bool,
}

impl VariableRule {
    /// Whether the rule is about this variable, by a pattern that a caller takes.
    pub(crate) fn means(&self, name: &str, counts: impl Fn(&NamePattern) -> bool) -> bool {
        let mut names = self.names.iter();
        names.any(|pattern| pattern.matches(name) && counts(pattern))
            && !self.outside.iter().any(|pattern| pattern.matches(name))
    }
}

impl NamePattern {
    /// Reads a pattern: letters, digits, `_`, `*` and brackets with a set of them; `None` where there is anything
    /// else, or nothing.
    pub fn new(text: &str) -> Option<Self> {
        let mut in_set = false;
        let is_well_formed = text.chars().all(|character| match character {
            '[' => !mem::replace(&mut in_set, true),
            ']' => mem::replace(&mut in_set, false),
            '-' | '!' => in_set,
            '*' => !in_set,
            other => other.is_ascii_alphanumeric() || other == '_',
        });
        if text.is_empty() || !is_well_formed {
            return None;
        }
        let is_name = !text.contains(['*', '[']);
        (is_name || NameGlob::new(text).is_some()).then(|| Self {
            text: text.into(),
            is_name,
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is one name.
    pub fn is_name(&self) -> bool {
        self.is_name
    }

    /// Whether it stands for this name.
    pub fn matches(&self, name: &str) -> bool {
        if self.is_name {
            *self.text == *name
        } else {
            NameGlob::known(&self.text).means(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_names_is_of_names() {
        for (pattern, name, matches) in [
            ("LD_*", "LD_PRELOAD", true),
            ("LD_*", "OLD_X", false),
            ("PATH", "PATH", true),
            ("PATH", "PATHS", false),
            ("*_proxy", "https_proxy", true),
            ("*[A-Z]*", "lower", false),
            ("*[A-Z]*", "loWer", true),
            ("*[!a-z]*", "lower_", true),
        ] {
            assert_eq!(
                NamePattern::new(pattern).unwrap().matches(name),
                matches,
                "{pattern} {name}"
            );
        }
        for wrong in ["", "A=1", "A B", "A?", "A-B", "!A", "A]", "[A", "[]"] {
            assert_eq!(NamePattern::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_outside_is_not_meant() {
        let patterns = |texts: &[&str]| texts.iter().filter_map(|text| NamePattern::new(text)).collect();
        let rule = VariableRule {
            names: patterns(&["*"]),
            outside: patterns(&["*[!a-z0-9_]*", "path"]),
        };
        for (name, means) in [("x1_y", true), ("path", false), ("PATH", false), ("a.b", false)] {
            assert_eq!(rule.means(name, |_| true), means, "{name}");
        }
    }
}
