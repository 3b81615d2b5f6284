//! What the rule calls of a file have made so far.

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostics::Diagnostic;

use super::bounds::Bound;
use super::stop::Stop;
use crate::{
    ConfinementName, Decision, Declaration, EffectRule, Entry, HostExecutable, NetworkRule, Origin, Profile,
    Rule,
};

/// Rules, and errors, in the order of the calls.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) rules: Vec<Rule>,
    pub(super) hosts: Vec<HostExecutable>,
    pub(super) network: Vec<NetworkRule>,
    pub(super) effects: Vec<EffectRule>,
    pub(super) profiles: Vec<Profile>,
    /// Where rules name a profile.
    pub(super) named_profiles: Vec<(ConfinementName, Origin)>,
    pub(super) programs: Vec<Described>,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) examples: Vec<Examples>,
    pub(super) effect_examples: Vec<EffectExamples>,
    /// The `host_executable`s of the files before.
    pub(super) earlier_hosts: Vec<HostExecutable>,
}

/// How much of each kind there is in a store.
#[derive(Debug)]
pub(super) struct Lengths {
    rules: usize,
    hosts: usize,
    network: usize,
    effects: usize,
    profiles: usize,
    programs: usize,
}

/// What one call says of one program.
#[derive(Clone, Debug)]
pub(super) struct Described {
    pub(super) declaration: Declaration,
    pub(super) entry: Entry,
    /// Commands that only list, read and show.
    pub(super) only_reads: Vec<Example>,
    /// Commands that do something else too.
    pub(super) does_more: Vec<Example>,
}

/// The examples of one `path_rule` or `env_rule`: one path or name each.
#[derive(Debug)]
pub(super) struct EffectExamples {
    /// The rule's place in the store.
    pub(super) rule: usize,
    pub(super) matching: Vec<Example>,
    pub(super) not_matching: Vec<Example>,
}

/// The examples of one call, to be checked when the whole file is known.
#[derive(Debug)]
pub(super) struct Examples {
    /// The call's own rules, by place in the store.
    pub(super) rules: Range<usize>,
    /// The call.
    pub(super) origin: Origin,
    pub(super) matching: Vec<Example>,
    pub(super) not_matching: Vec<Example>,
}

/// A command line that a rule is to match, or not.
#[derive(Clone, Debug)]
pub(super) struct Example {
    pub(super) words: Vec<String>,
    /// Where it stands: the example itself, or the call where it was computed.
    pub(super) origin: Origin,
}

impl Store {
    /// The store for a file after those that made this one.
    pub(super) fn after(whole: &Self) -> Self {
        Self {
            earlier_hosts: whole.hosts.clone(),
            ..Self::default()
        }
    }

    /// How much of each kind there is.
    pub(super) fn lengths(&self) -> Lengths {
        Lengths {
            rules: self.rules.len(),
            hosts: self.hosts.len(),
            network: self.network.len(),
            effects: self.effects.len(),
            profiles: self.profiles.len(),
            programs: self.programs.len(),
        }
    }

    /// Takes out what has been added since.
    pub(super) fn split_off(&mut self, since: &Lengths) -> Self {
        Self {
            rules: self.rules.split_off(since.rules),
            hosts: self.hosts.split_off(since.hosts),
            network: self.network.split_off(since.network),
            effects: self.effects.split_off(since.effects),
            profiles: self.profiles.split_off(since.profiles),
            programs: self.programs.split_off(since.programs),
            ..Self::default()
        }
    }

    /// Adds what another file says.
    pub(super) fn append(&mut self, mut other: Self) {
        self.rules.append(&mut other.rules);
        self.hosts.append(&mut other.hosts);
        self.network.append(&mut other.network);
        self.effects.append(&mut other.effects);
        self.profiles.append(&mut other.profiles);
        self.programs.append(&mut other.programs);
    }

    /// Leaves out what loosens: only what prompts or forbids stays. Tells how much that was.
    pub(super) fn keep_restrictions(&mut self) -> usize {
        let restricts = |decision: Decision| decision != Decision::Allow;
        let count = |store: &Self| {
            let lengths = store.lengths();
            let rules = lengths.rules.saturating_add(lengths.network);
            rules.saturating_add(lengths.effects)
        };
        let described = self.hosts.len().saturating_add(self.programs.len());
        let before = count(self)
            .saturating_add(described)
            .saturating_add(self.profiles.len());
        self.rules.retain(|rule| restricts(rule.decision));
        self.network.retain(|rule| restricts(rule.decision));
        self.effects.retain(|rule| restricts(rule.decision));
        self.hosts.clear();
        self.programs.clear();
        self.profiles.clear();
        before.saturating_sub(count(self))
    }

    /// Fails where a file makes more rules than it may.
    pub(super) fn bounded(&self) -> Result<(), Stop> {
        let count = self.rules.len().saturating_add(self.hosts.len());
        let count = count.saturating_add(self.programs.len());
        let count = count
            .saturating_add(self.effects.len())
            .saturating_add(self.profiles.len());
        if count.saturating_add(self.network.len()) > Bound::Rules.limit() {
            return Err(Bound::Rules.exceeded());
        }
        if self.errors.len() > Bound::Errors.limit() {
            return Err(Bound::Errors.exceeded());
        }
        Ok(())
    }

    /// The last `host_executable` of each name.
    pub(super) fn hosts_by_name(&self) -> BTreeMap<&str, &HostExecutable> {
        let hosts = self.earlier_hosts.iter().chain(&self.hosts);
        hosts.map(|host| (&*host.name, host)).collect()
    }
}
