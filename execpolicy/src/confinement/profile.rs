//! A sandbox profile as policy describes it, and which of two is the narrower.

use std::sync::Arc;

use crate::{About, Access, ConfinementName, Decision, EffectRule, NamePattern, Origin, PathGlob};

/// What a command may touch while it runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile {
    /// What rules and callers call it.
    pub name: ConfinementName,
    /// What may be written.
    pub writable: Vec<PathGlob>,
    /// What may be read; `None` is all that is not hidden.
    pub readable: Option<Vec<PathGlob>>,
    /// What may not be read.
    pub hidden: Vec<PathGlob>,
    /// What may not be written although it lies in something writable.
    pub protected: Vec<PathGlob>,
    /// What may be connected to.
    pub network: Network,
    /// Names of variables that reach the command; `None` is all.
    pub env: Option<Vec<NamePattern>>,
    /// Variables that the command gets, with their values.
    pub set: Vec<(Box<str>, Box<str>)>,
    /// Bounds by name: `processes`, `open_files`, `file_size` and `memory` in bytes, `cpu_seconds`, `wall_seconds`.
    pub limits: Vec<(Box<str>, u64)>,
    /// Devices beside the harmless ones.
    pub devices: Vec<PathGlob>,
    /// Where it is described; `None` for those that come with us.
    pub origin: Option<Origin>,
}

/// What may be connected to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Network {
    /// Nothing.
    #[default]
    None,
    /// This machine, seen from inside.
    Loopback,
    /// These hosts.
    Hosts(Vec<Box<str>>),
    /// Everything.
    Full,
}

/// The bounds that a profile may set.
pub(crate) const LIMITS: &[&str] = &[
    "processes",
    "open_files",
    "file_size",
    "memory",
    "cpu_seconds",
    "wall_seconds",
];

/// What nobody writes who works in the workspace.
const PROTECTED: &[&str] = &["**/.execpolicy/**", "**/.codex/**", "**/.claude/**", "$POLICY/**"];

/// What policy guards: every profile that comes with us keeps it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guarded {
    rules: Vec<Arc<EffectRule>>,
}

impl Guarded {
    /// Adds what these rules guard.
    pub(crate) fn extend<'a>(&mut self, rules: impl IntoIterator<Item = &'a Arc<EffectRule>>) {
        let is_guard = |rule: &&Arc<EffectRule>| {
            rule.decision != Decision::Allow && matches!(rule.about, About::Paths(_))
        };
        let restricting = rules.into_iter().filter(is_guard);
        self.rules.extend(restricting.cloned());
    }

    /// The paths that are guarded from this access.
    fn from(&self, access: Access) -> Vec<PathGlob> {
        let rules = self.rules.iter().filter_map(|rule| match &rule.about {
            About::Paths(paths) if paths.access.contains(&access) => Some(&paths.paths),
            About::Paths(_) | About::Variables(_) | About::Host(_) | About::Effects(_) => None,
        });
        rules.flatten().cloned().collect()
    }
}

/// The names of the profiles that come with us, the strictest first.
pub(crate) const BUILT_IN: [&str; 4] = ["read-only", "workspace-write", "workspace-commit", "none"];

/// Whether a profile of that name comes with us.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
}

/// The profile of that name that comes with us: `read-only`, `workspace-write`, `workspace-commit`, `none`. All but the
/// last hide what is guarded from readers, and protect what is guarded from writers.
pub(crate) fn built_in(name: &str, guarded: &Guarded) -> Option<Profile> {
    let globs = |texts: &[&str]| -> Vec<PathGlob> {
        texts.iter().filter_map(|text| PathGlob::new(text).ok()).collect()
    };
    let (writable, git, network) = match name {
        "read-only" => (globs(&[]), globs(&["**/.git/**"]), Network::None),
        "workspace-write" => (
            globs(&["$WORKSPACE/**", "$TMPDIR/**", "/tmp/**"]),
            globs(&["**/.git/**"]),
            Network::None,
        ),
        "workspace-commit" => (
            globs(&["$WORKSPACE/**", "$TMPDIR/**", "/tmp/**"]),
            globs(&["**/.git/hooks/**", "**/.git/config"]),
            Network::None,
        ),
        "none" => (globs(&["/**"]), Vec::new(), Network::Full),
        _ => return None,
    };
    let confines = name != "none";
    let (mut protected, hidden) = if confines {
        let mut protected = globs(PROTECTED);
        protected.extend(guarded.from(Access::Write));
        (protected, guarded.from(Access::Read))
    } else {
        (Vec::new(), Vec::new())
    };
    protected.extend(git);
    Some(Profile {
        name: ConfinementName::new(name),
        writable,
        readable: None,
        hidden,
        protected,
        network,
        env: None,
        set: Vec::new(),
        limits: Vec::new(),
        devices: if confines { Vec::new() } else { globs(&["/dev/**"]) },
        origin: None,
    })
}

impl Profile {
    /// Whether it lets nothing happen that the other would not: it is the narrower, or they are equal.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let readable = match (&self.readable, &other.readable) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => all_within(own, others),
        };
        let env = match (&self.env, &other.env) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => own.iter().all(|name| others.contains(name)),
        };
        let limits = other.limits.iter().all(|(name, most)| {
            let own = self.limits.iter().find(|(known, _)| known == name);
            own.is_some_and(|(_, own)| own <= most)
        });
        readable
            && env
            && limits
            && all_within(&self.writable, &other.writable)
            && all_within(&other.hidden, &self.hidden)
            && all_within(&other.protected, &self.protected)
            && all_within(&self.devices, &other.devices)
            && self.network.is_within(&other.network)
            && self.set == other.set
    }
}

impl Network {
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, _) | (_, Self::Full) | (Self::Loopback, Self::Loopback) => true,
            (Self::Hosts(own), Self::Hosts(others)) => own.iter().all(|host| others.contains(host)),
            (Self::Loopback | Self::Hosts(_) | Self::Full, _) => false,
        }
    }
}

/// Whether each of these patterns lies in one of the others.
pub(crate) fn all_within(own: &[PathGlob], others: &[PathGlob]) -> bool {
    own.iter()
        .all(|glob| others.iter().any(|other| glob.is_within(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profiles_that_come_with_us_are_a_chain() {
        let chain = ["read-only", "workspace-write", "workspace-commit", "none"];
        let chain = chain.map(|name| built_in(name, &Guarded::default()).unwrap());
        for (place, narrow) in chain.iter().enumerate() {
            for (other, wide) in chain.iter().enumerate() {
                assert_eq!(
                    narrow.is_within(wide),
                    place <= other,
                    "{} in {}",
                    narrow.name,
                    wide.name
                );
            }
        }
        assert_eq!(built_in("unheard-of", &Guarded::default()), None);
    }

    #[test]
    fn every_shipped_pattern_is_one() {
        for text in PROTECTED {
            assert!(PathGlob::new(text).is_ok(), "{text}");
        }
    }
}
