//! Which paths a profile and the path rules speak of, read from their texts: a second opinion beside the engine's.

use diagnostics::Source;
use execpolicy::{
    About, Access, ConfinementName, Decision, Layer, PathGlob, PolicyFile, PolicySet, Profile, load,
};
use libtest_mimic::Failed;
use support::repository;

/// The files whose path rules guard something.
const FILES: &[&str] = &["default.codexpolicy", "policies/guard.codexpolicy"];

/// What a profile says of paths, for one work tree and home.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    writable: Vec<Pattern>,
    protected: Vec<Pattern>,
    hidden: Vec<Pattern>,
    /// What path rules keep from writers, and from readers.
    guarded: [Vec<(Pattern, Vec<Pattern>)>; 2],
}

/// How a path is touched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Touch {
    /// It is created, changed or removed.
    Write,
    /// Its content is read.
    Read,
}

/// The components of a pattern; `**` stands for any number of names.
type Pattern = Vec<String>;

impl Places {
    /// What this profile and the shipped path rules say.
    ///
    /// # Errors
    /// A profile that nobody describes, or a shipped file that does not load.
    pub(crate) fn new(profile: &str, workspace: &str, home: &str) -> Result<Self, Failed> {
        let rules = rules()?;
        // The profiles that come with us keep what the shipped rules guard.
        let profile = rules
            .clone()
            .with_guarded(rules.effect_rules())
            .profile(&ConfinementName::new(profile));
        let Profile {
            writable,
            protected,
            hidden,
            ..
        } = profile.ok_or_else(|| Failed::from("no such profile"))?;
        let patterns = |globs: &[PathGlob]| -> Vec<Pattern> {
            let patterns = globs
                .iter()
                .flat_map(|glob| expanded(glob.as_str(), workspace, home));
            patterns.collect()
        };
        let guarded = |accesses: &[Access]| {
            let mut guarded = Vec::new();
            for rule in rules
                .effect_rules()
                .iter()
                .filter(|rule| rule.decision > Decision::Allow)
            {
                if let About::Paths(rule) = &rule.about
                    && rule.access.iter().any(|access| accesses.contains(access))
                {
                    let outside = patterns(&rule.outside);
                    guarded.extend(
                        patterns(&rule.paths)
                            .into_iter()
                            .map(|path| (path, outside.clone())),
                    );
                }
            }
            guarded
        };
        Ok(Self {
            writable: patterns(&writable),
            protected: patterns(&protected),
            hidden: patterns(&hidden),
            guarded: [
                guarded(&[Access::Write, Access::Delete]),
                guarded(&[Access::Read]),
            ],
        })
    }

    /// Why the profile, or a path rule, does not let an absolute path be touched so; `None` is that nothing does.
    pub(crate) fn objection(&self, path: &str, touch: Touch) -> Option<&'static str> {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let is_in = |patterns: &[Pattern]| patterns.iter().any(|pattern| matches(pattern, &names));
        let [writers, readers] = &self.guarded;
        let guarded = match touch {
            Touch::Write => writers,
            Touch::Read => readers,
        };
        let is_guarded = guarded
            .iter()
            .any(|(pattern, outside)| matches(pattern, &names) && !is_in(outside));
        match touch {
            Touch::Write if !is_in(&self.writable) => Some("is not writable"),
            Touch::Write if is_in(&self.protected) => Some("is protected"),
            Touch::Read if is_in(&self.hidden) => Some("is hidden"),
            Touch::Write | Touch::Read if is_guarded => Some("is guarded"),
            Touch::Write | Touch::Read => None,
        }
    }

    /// A guarded path that something of which nothing is known could touch so although the confinement holds.
    pub(crate) fn open_to_anything(&self, workspace: &str, home: &str, touch: Touch) -> Option<String> {
        let [writers, readers] = &self.guarded;
        let (guarded, kept): (_, &[Pattern]) = match touch {
            Touch::Write => (writers, &self.protected),
            Touch::Read => (readers, &self.hidden),
        };
        let roots = [workspace, home, ""];
        let examples = guarded.iter().flat_map(|(pattern, outside)| {
            roots.iter().filter_map(move |root| {
                let example = example(pattern, root);
                let names: Vec<&str> = example.split('/').filter(|name| !name.is_empty()).collect();
                let is_meant = !outside.iter().any(|pattern| matches(pattern, &names));
                is_meant.then_some(example)
            })
        });
        let mut open = examples.filter(|path| {
            let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
            let is_in = |patterns: &[Pattern]| patterns.iter().any(|pattern| matches(pattern, &names));
            let is_reachable = match touch {
                Touch::Write => is_in(&self.writable),
                Touch::Read => true,
            };
            is_reachable && !is_in(kept)
        });
        open.next()
    }
}

/// The shipped rules.
fn rules() -> Result<PolicySet, Failed> {
    let mut files = Vec::new();
    for path in FILES {
        let file = repository::file(path).map_err(|error| Failed::from(error.to_string()))?;
        files.push(PolicyFile {
            source: Source::new(*path, file.text),
            layer: Layer::new("shipped"),
        });
    }
    let pack = |name: &str| {
        let path = format!("policies/{}", name.strip_prefix("//")?);
        let file = repository::file(&path).ok()?;
        Some(Source::new(path, file.text))
    };
    let loaded = load(&files, &pack);
    if loaded.broken.is_empty() {
        Ok(loaded.policy)
    } else {
        Err(Failed::from(format!("{:?}", loaded.broken)))
    }
}

/// The patterns that one stands for, variables filled in.
fn expanded(glob: &str, workspace: &str, home: &str) -> Vec<Pattern> {
    let policy = [
        "/etc/execpolicy".to_owned(),
        format!("{home}/.config/execpolicy"),
        format!("{workspace}/.execpolicy"),
    ];
    let roots: Vec<(&str, Vec<String>)> = vec![
        ("$WORKSPACE", vec![workspace.to_owned()]),
        ("$HOME", vec![home.to_owned()]),
        ("~", vec![home.to_owned()]),
        ("$TMPDIR", vec!["/tmp".to_owned()]),
        ("$POLICY", policy.to_vec()),
    ];
    let found = roots
        .into_iter()
        .find_map(|(name, roots)| Some((glob.strip_prefix(name)?, roots)));
    let (rest, roots) = found.unwrap_or((glob, vec![String::new()]));
    let texts = roots.iter().map(|root| format!("{root}/{rest}"));
    texts
        .map(|text| {
            let names = text.split('/').filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        })
        .collect()
}

/// Whether the names are one of the pattern's paths.
fn matches(pattern: &[String], names: &[&str]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((any, rest)), _) if any == "**" => {
            matches(rest, names)
                || names
                    .split_first()
                    .is_some_and(|(_, behind)| matches(pattern, behind))
        }
        (None, Some(_)) | (Some(_), None) => false,
        (Some((one, rest)), Some((name, behind))) => {
            let (one, name): (Vec<char>, Vec<char>) = (one.chars().collect(), name.chars().collect());
            is_name(&one, &name) && matches(rest, behind)
        }
    }
}

/// Whether one component matches a name; `[a-z]` is taken for any character.
fn is_name(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            is_name(rest, name)
                || name
                    .split_first()
                    .is_some_and(|(_, behind)| is_name(pattern, behind))
        }
        (Some(('?', rest)), Some((_, behind))) => is_name(rest, behind),
        (Some(('[', rest)), Some((_, behind))) => {
            let close = rest.iter().position(|letter| *letter == ']');
            let after = close
                .and_then(|at| rest.get(at.saturating_add(1)..))
                .unwrap_or_default();
            is_name(after, behind)
        }
        (Some((letter, rest)), Some((first, behind))) => letter == first && is_name(rest, behind),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// A path that matches: wildcards become a letter, `**` nothing, or the root where it begins.
fn example(pattern: &[String], root: &str) -> String {
    let begins_anywhere = pattern.first().is_some_and(|first| first == "**");
    let names = pattern.iter().filter(|name| *name != "**");
    let names: Vec<String> = names.map(|name| example_name(name)).collect();
    let root = if begins_anywhere { root } else { "" };
    format!("{root}/{}", names.join("/"))
}

/// A name that matches one component.
fn example_name(pattern: &str) -> String {
    let mut name = String::new();
    let mut left = pattern;
    while let Some((before, set)) = left.split_once('[') {
        name.push_str(before);
        name.push('1');
        left = set.split_once(']').map_or("", |(_, behind)| behind);
    }
    name.push_str(left);
    name.replace(['*', '?'], "x")
}
