//! A rule about effects as a line of a compiled policy.

use serde::{Deserialize, Serialize};

use super::path_line::PathLine;
use crate::{About, Above, Access, EffectRule, EffectWord, NamePattern, PathRule, Stars, VariableRule};

/// What a rule is about, as a line holds it. Network rules are not shipped.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AboutLine {
    Paths {
        access: Vec<Box<str>>,
        paths: Vec<PathLine>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        outside: Vec<PathLine>,
        stars: bool,
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        above: bool,
    },
    Variables {
        names: Vec<Box<str>>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        outside: Vec<Box<str>>,
    },
    Effects(Vec<Box<str>>),
}

impl AboutLine {
    /// What a line holds of a rule; `None` for a network rule.
    pub(super) fn of(rule: &EffectRule) -> Option<Self> {
        let names = |names: &[NamePattern]| names.iter().map(|name| name.as_str().into()).collect();
        Some(match &rule.about {
            About::Paths(rule) => Self::Paths {
                access: rule
                    .access
                    .iter()
                    .map(|access| access.to_string().into())
                    .collect(),
                paths: PathLine::all_of(&rule.paths),
                outside: PathLine::all_of(&rule.outside),
                stars: rule.stars == Stars::Match,
                above: rule.above == Above::Matches,
            },
            About::Variables(rule) => Self::Variables {
                names: names(&rule.names),
                outside: names(&rule.outside),
            },
            About::Effects(words) => {
                Self::Effects(words.iter().map(|word| word.to_string().into()).collect())
            }
            About::Host(_) => return None,
        })
    }

    /// What the line says; `None` where it is not one that was written by [`AboutLine::of`].
    pub(super) fn about(self) -> Option<About> {
        let patterns = |texts: &[Box<str>]| -> Option<Vec<NamePattern>> {
            texts.iter().map(|text| NamePattern::new(text)).collect()
        };
        Some(match self {
            Self::Paths {
                access,
                paths,
                outside,
                stars,
                above,
            } => About::Paths(PathRule {
                access: access
                    .iter()
                    .map(|word| Access::from_word(word))
                    .collect::<Option<_>>()?,
                paths: PathLine::globs(paths),
                outside: PathLine::globs(outside),
                stars: if stars { Stars::Match } else { Stars::Ignored },
                above: if above { Above::Matches } else { Above::MayMatch },
            }),
            Self::Variables { names, outside } => About::Variables(VariableRule {
                names: patterns(&names)?,
                outside: patterns(&outside)?,
            }),
            Self::Effects(words) => About::Effects(
                words
                    .iter()
                    .map(|word| EffectWord::from_word(word))
                    .collect::<Option<_>>()?,
            ),
        })
    }
}

/// What a switch is that is not written.
fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over so")]
fn is_yes(switch: &bool) -> bool {
    *switch
}
