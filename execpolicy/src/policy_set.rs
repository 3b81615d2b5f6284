//! All the rules there are, indexed so that finding the few that may match does not depend on how many there are.

mod path_rules;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diagnostics::Source;
use shell_parser::Value;

use crate::compiled;
use crate::confinement::{BUILT_IN, Guarded, built_in};
use crate::path::base_name;
use crate::{
    About, BrokenFile, ConfinementName, Decision, EffectRule, HostExecutable, Knowledge, Layer, NetworkRule,
    Profile, Rule, Token,
};
use path_rules::PathRules;

/// An immutable set of rules from all layers, with what is known of programs.
///
/// Rules keep the order they were given in; that order decides how they are listed, never what they decide.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    rules: Vec<Arc<Rule>>,
    programs: HashMap<Box<str>, Entries>,
    restricting: Vec<usize>,
    hosts: BTreeMap<Box<str>, HostExecutable>,
    network: Vec<NetworkRule>,
    effects: Vec<Arc<EffectRule>>,
    /// The places of the effect rules that are not about paths.
    others: Vec<usize>,
    paths: PathRules,
    profiles: BTreeMap<ConfinementName, Profile>,
    /// Whether a rule asks for one of them.
    names_confinements: bool,
    guarded: Guarded,
    knowledge: Knowledge,
    broken: Vec<Arc<BrokenFile>>,
}

/// The rules about one program, by place in the set.
#[derive(Clone, Debug, Default)]
struct Entries {
    all: Vec<usize>,
    /// Those that name no second word.
    bare: Vec<usize>,
    /// The others, by each second word they name.
    by_second: HashMap<Box<str>, Vec<usize>>,
}

impl PolicySet {
    /// The set of these rules.
    ///
    /// The last `host_executable` of a name replaces those before it in the same file; of several files only the paths
    /// that each of them lists count, so that none relaxes another. The last network rule for a host replaces those
    /// before it in the same layer; layers stand beside each other, so that none relaxes another.
    pub fn new(rules: Vec<Rule>, hosts: Vec<HostExecutable>, network: Vec<NetworkRule>) -> Self {
        let network = last_of_each_host(network);
        let mut set = Self {
            hosts: hosts_of_all_files(hosts),
            ..Self::default()
        };
        for rule in rules {
            set.insert_rule(Arc::new(rule));
        }
        for rule in &network {
            set.insert_effect_rule(Arc::new(EffectRule {
                about: About::Host(rule.clone()),
                decision: rule.decision,
                justification: rule.justification.clone(),
                origin: rule.origin.clone(),
            }));
        }
        Self { network, ..set }
    }

    fn insert_effect_rule(&mut self, rule: Arc<EffectRule>) {
        let place = self.effects.len();
        match &rule.about {
            About::Paths(_) => self.paths.insert(place, &rule),
            About::Variables(_) | About::Host(_) | About::Effects(_) => self.others.push(place),
        }
        self.effects.push(rule);
    }

    /// The same rules and these about effects; network rules are among those already.
    #[must_use]
    pub fn with_effect_rules(mut self, rules: impl IntoIterator<Item = Arc<EffectRule>>) -> Self {
        for rule in rules {
            self.insert_effect_rule(rule);
        }
        self
    }

    /// The same rules with these profiles. A name that stands twice keeps no profile: which of the two is meant is
    /// not known.
    #[must_use]
    pub fn with_profiles(mut self, profiles: Vec<Profile>) -> Self {
        let mut twice = Vec::new();
        for profile in profiles {
            let name = profile.name.clone();
            if self.profiles.insert(name.clone(), profile).is_some() {
                twice.push(name);
            }
        }
        for name in twice {
            self.profiles.remove(&name);
        }
        self
    }

    /// The same rules, where the profiles that come with us hide and protect what these guard.
    #[must_use]
    pub fn with_guarded(mut self, by: &[Arc<EffectRule>]) -> Self {
        self.guarded.extend(by);
        self
    }

    /// The same rules with this knowledge.
    #[must_use]
    pub fn with_knowledge(self, knowledge: Knowledge) -> Self {
        Self { knowledge, ..self }
    }

    /// The same rules, and for programs that the policies do not describe themselves what [`Knowledge::compiled`] gave.
    #[must_use]
    pub fn with_compiled_knowledge(self, base: &Knowledge) -> Self {
        Self {
            knowledge: self.knowledge.over_compiled(base),
            ..self
        }
    }

    /// These rules and those of a text that [`compile`](crate::compile) wrote, as the word of this layer; `files` are
    /// the policy files that it was compiled from. Profiles that come with us keep what these guard.
    #[must_use]
    pub fn with_compiled_layer(mut self, text: &str, files: &[Source], layer: &Layer) -> Self {
        for rule in compiled::prefix_rules(text, files, layer) {
            self.insert_rule(Arc::new(rule));
        }
        let effects = compiled::effect_rules(text, files, layer)
            .into_iter()
            .map(Arc::new);
        let effects: Vec<Arc<EffectRule>> = effects.collect();
        self.with_guarded(&effects).with_effect_rules(effects)
    }

    /// The same rules, beside files that do not load: every verdict is then a prompt at least.
    #[must_use]
    pub fn with_broken(mut self, broken: Vec<BrokenFile>) -> Self {
        self.broken.extend(broken.into_iter().map(Arc::new));
        self
    }

    /// A copy with these rules added.
    #[must_use]
    pub(crate) fn adding(&self, rules: &[Arc<Rule>]) -> Self {
        let mut set = self.clone();
        for rule in rules {
            set.insert_rule(rule.clone());
        }
        set
    }

    fn insert_rule(&mut self, rule: Arc<Rule>) {
        let place = self.rules.len();
        let entries = self.programs.entry(base_name(&rule.pattern.program).into());
        entries.or_default().insert(place, &rule);
        if rule.decision != Decision::Allow {
            self.restricting.push(place);
        }
        self.names_confinements |= rule.confinement.is_some();
        self.rules.push(rule);
    }

    /// Every rule, in order.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// The files that do not load, in order.
    pub fn broken(&self) -> &[Arc<BrokenFile>] {
        &self.broken
    }

    /// Where a program of this bare name may live, if a policy says it.
    pub fn host_executable(&self, name: &str) -> Option<&HostExecutable> {
        self.hosts.get(name)
    }

    /// Every `host_executable` that counts, by name.
    pub fn host_executables(&self) -> impl Iterator<Item = &HostExecutable> {
        self.hosts.values()
    }

    /// Every network rule that counts, in order.
    pub fn network_rules(&self) -> &[NetworkRule] {
        &self.network
    }

    /// Every rule about effects, network rules among them, in order.
    pub fn effect_rules(&self) -> &[Arc<EffectRule>] {
        &self.effects
    }

    /// The profile of this name, if a policy describes it or it comes with us.
    pub fn profile(&self, name: &ConfinementName) -> Option<Profile> {
        let own = self.profiles.get(name).cloned();
        own.or_else(|| built_in(name.as_str(), &self.guarded))
    }

    /// The names of all profiles: of those that come with us, and of those that policies describe.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        let own = self.profiles.keys().map(ConfinementName::as_str);
        BUILT_IN.into_iter().chain(own)
    }

    /// The profiles that policies describe, by name.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.values()
    }

    /// The places of the effect rules that are not about paths.
    pub(crate) fn effects_of_others(&self) -> &[usize] {
        &self.others
    }

    /// The rules about paths, by the names in them.
    pub(crate) fn path_rules(&self) -> &PathRules {
        &self.paths
    }

    /// What is known of programs.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// The places of the rules that may match a program of this base name followed by this word: a superset.
    pub(crate) fn about<'a>(
        &'a self,
        name: &str,
        second: Option<&Value>,
    ) -> impl Iterator<Item = usize> + use<'a> {
        let (first, then): (&[usize], &[usize]) = match (self.programs.get(name), second) {
            (None, _) => (&[], &[]),
            (Some(entries), None) => (&entries.bare, &[]),
            (Some(entries), Some(Value::Exact(word))) => (
                &entries.bare,
                entries.by_second.get(word).map_or(&[], Vec::as_slice),
            ),
            (Some(entries), Some(_)) => (&entries.all, &[]),
        };
        first.iter().chain(then).copied()
    }

    /// Whether a rule asks for a confinement of its own.
    pub(crate) fn names_confinements(&self) -> bool {
        self.names_confinements
    }

    /// The places of the rules that prompt or forbid.
    pub(crate) fn restricting(&self) -> &[usize] {
        &self.restricting
    }

    /// The rule in this place.
    pub(crate) fn rule(&self, place: usize) -> Option<&Arc<Rule>> {
        self.rules.get(place)
    }
}

impl Entries {
    fn insert(&mut self, place: usize, rule: &Rule) {
        self.all.push(place);
        match rule.pattern.rest.first() {
            None | Some(Token::Matching(_) | Token::Any | Token::Rest(_)) => self.bare.push(place),
            Some(token @ (Token::Word(_) | Token::OneOf(_))) => {
                for word in token.words() {
                    self.by_second.entry(word.clone()).or_default().push(place);
                }
            }
        }
    }
}

/// For each name the paths that every file with a word on it lists.
fn hosts_of_all_files(hosts: Vec<HostExecutable>) -> BTreeMap<Box<str>, HostExecutable> {
    let mut last = BTreeMap::new();
    for host in hosts {
        let file = (
            host.name.clone(),
            host.origin.layer.clone(),
            // Two sources may have one name; the calls of one share its text.
            host.origin.source.name().to_owned(),
            host.origin.source.text().as_ptr().addr(),
        );
        last.insert(file, host);
    }
    let mut of_all: BTreeMap<Box<str>, HostExecutable> = BTreeMap::new();
    for host in last.into_values() {
        match of_all.get_mut(&host.name) {
            Some(all) => all.paths.retain(|path| host.paths.contains(path)),
            None => {
                of_all.insert(host.name.clone(), host);
            }
        }
    }
    of_all
}

/// The last rule for each host of each layer, in order.
fn last_of_each_host(rules: Vec<NetworkRule>) -> Vec<NetworkRule> {
    let mut last = BTreeMap::new();
    for (place, rule) in rules.iter().enumerate() {
        last.insert((rule.origin.layer.clone(), rule.host.clone()), place);
    }
    let mut kept: Vec<usize> = last.into_values().collect();
    kept.sort_unstable();
    let mut kept = kept.into_iter().peekable();
    let in_order = rules.into_iter().enumerate();
    in_order
        .filter(|(place, _)| kept.next_if_eq(place).is_some())
        .map(|(_, rule)| rule)
        .collect()
}

#[cfg(test)]
mod tests {
    use diagnostics::Span;

    use super::*;
    use crate::Origin;

    fn listed(calls: &[(&Source, &[&str])]) -> Vec<String> {
        let hosts = calls.iter().map(|(source, paths)| HostExecutable {
            name: "git".into(),
            paths: paths.iter().map(|path| (*path).into()).collect(),
            origin: Origin {
                source: (*source).clone(),
                span: Span::default(),
                layer: Layer::new("command line"),
            },
        });
        let policy = PolicySet::new(Vec::new(), hosts.collect(), Vec::new());
        let paths = &policy.host_executable("git").unwrap().paths;
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn no_file_adds_paths_to_another() {
        let (one, other) = (Source::new("one", "1"), Source::new("other", "2"));
        let both: &[&str] = &["/bin/git", "/tmp/git"];
        assert!(listed(&[(&one, &[]), (&other, &["/tmp/git"])]).is_empty());
        assert!(listed(&[(&other, &["/tmp/git"]), (&one, &[])]).is_empty());
        assert_eq!(listed(&[(&one, both), (&other, &["/bin/git"])]), ["/bin/git"]);
        assert_eq!(listed(&[(&other, &["/bin/git"]), (&one, both)]), ["/bin/git"]);
    }

    #[test]
    fn the_last_call_of_a_file_stands() {
        let file = Source::new("one", "1");
        assert_eq!(
            listed(&[(&file, &["/bin/git"]), (&file, &["/tmp/git"])]),
            ["/tmp/git"]
        );
    }
}
