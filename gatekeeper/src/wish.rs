//! What policy says of a wish for more than a profile gives: paths, and hosts.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use execpolicy::{
    About, Certainty, ConfinementName, Context, Decision, EffectWord, NetworkRule, PolicySet, Protocol,
};
use sandbox::Readable;
use sandbox::proxy::{Host, Special};

use crate::Gatekeeper;
use crate::grantable::{forbids, is_above};
use crate::hook::Reasons;

/// The profile whose hidden and protected paths count where nothing confines.
const UNCONFINED: &str = "workspace-commit";

/// What policy says of a wish.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wish {
    /// The profile gives it already. With the reason, for people.
    Held(String),
    /// Policy grants it; nobody need be asked. With the reason, for people.
    Granted(String),
    /// A person may grant it. With the reason, for people.
    Open(String),
    /// Nobody may. With the reason, for people.
    Refused(String),
}

impl Gatekeeper {
    /// May a thread read, or read and write, this path with all below it? The path is real: absolute, without links. The
    /// context is that of the thread's commands, with the profile that they run in, and `variables` are theirs.
    ///
    /// What policy hides or protects stays so below a path that is granted.
    pub fn path_wish(
        &self,
        path: &Path,
        writes: bool,
        context: &Context,
        variables: &[(OsString, OsString)],
    ) -> Wish {
        let shown = path.display();
        let Some(text) = path.to_str() else {
            return Wish::Refused(format!("`{shown}` is not UTF-8"));
        };
        let profile = context.confinement.clone();
        let name = profile
            .clone()
            .unwrap_or_else(|| ConfinementName::new(UNCONFINED));
        let confinement = match self.confinement(&name, context, variables) {
            Ok(confinement) => confinement.profile,
            Err(error) => return Wish::Refused(error.to_string()),
        };
        let is_in = |roots: &[PathBuf]| roots.iter().any(|root| path.starts_with(root));
        if is_in(&confinement.hidden) {
            return Wish::Refused(format!("policy hides `{shown}`"));
        }
        if writes && is_in(&confinement.protected) {
            return Wish::Refused(format!("policy protects `{shown}`"));
        }
        let judgement = self.judge_access(text, writes, context);
        // Whoever may write may read, too.
        let reading = writes.then(|| self.judge_access(text, false, context));
        for judgement in reading.iter().chain([&judgement]) {
            if forbids(judgement, Certainty::Yes) {
                return Wish::Refused(Reasons::of_judgement(judgement).person);
            }
        }
        let is_given = if writes {
            is_in(&confinement.writable)
        } else {
            match &confinement.readable {
                Readable::Everything => true,
                Readable::Only(readable) => is_in(readable),
            }
        };
        if profile.is_some() && is_given {
            return Wish::Held(format!("the profile `{}` gives `{shown}`", name.as_str()));
        }
        if is_above(path, context) {
            return Wish::Refused(format!(
                "`{shown}` holds the whole home directory or workspace; ask for less"
            ));
        }
        // Whoever writes may remove the whole; what must not be read stays hidden below.
        let may_be_forbidden = writes && forbids(&judgement, Certainty::Maybe);
        if may_be_forbidden || judgement.decision() == Decision::Forbidden {
            return Wish::Refused(Reasons::of_judgement(&judgement).person);
        }
        let is_narrow = !writes && matches!(confinement.readable, Readable::Only(_));
        if judgement.decision() == Decision::Allow && !is_narrow {
            return Wish::Granted(format!("policy allows `{shown}`"));
        }
        let what = if writes { "write" } else { "read" };
        Wish::Open(format!("to {what} `{shown}` and all below it"))
    }

    /// May somebody connect to this host by this protocol, or by any, where that is `None`? Only rules are asked; no name
    /// is resolved. An address that tells a machine its credentials is nobody's to grant but a rule's.
    pub fn host_wish(&self, host: &Host, protocol: Option<Protocol>) -> Wish {
        let mut decision = None;
        let mut why = None;
        let mut restrict = |to: Decision, by: String| {
            if decision.is_none_or(|before| to > before) {
                decision = Some(to);
                why = Some(by);
            }
        };
        for file in self.broken() {
            restrict(
                file.decision(),
                format!("the policy file `{}` does not load", file.file),
            );
        }
        let mut allowed = Vec::new();
        for rule in self.policies().flat_map(PolicySet::network_rules) {
            match (rule.decision, meets(rule, host)) {
                (_, None) | (Decision::Allow, Some(Certainty::Maybe)) => {}
                (Decision::Allow, Some(Certainty::Yes)) => allowed.push(rule.protocol),
                (restriction, Some(certainty)) => {
                    restrict(restriction.min(strictest(certainty)), told(rule));
                }
            }
        }
        for rule in self.policies().flat_map(PolicySet::effect_rules) {
            if let About::Effects(words) = &rule.about
                && rule.decision != Decision::Allow
                && words.contains(&EffectWord::Connect)
            {
                let why = rule
                    .justification
                    .as_deref()
                    .unwrap_or("a rule is about all connections");
                restrict(rule.decision, why.to_owned());
            }
        }
        let all = [
            Protocol::Http,
            Protocol::Https,
            Protocol::Socks5Tcp,
            Protocol::Socks5Udp,
        ];
        let is_allowed = match protocol {
            Some(protocol) => allowed.contains(&protocol),
            None => all.iter().all(|protocol| allowed.contains(protocol)),
        };
        let special = match host {
            Host::Address(address) => Special::of(*address),
            Host::Name(name) if &**name == "localhost" || name.ends_with(".localhost") => {
                Some(Special::Loopback)
            }
            Host::Name(name) if &**name == "metadata.google.internal" => Some(Special::Metadata),
            Host::Name(_) => None,
        };
        let kind = special.map_or_else(String::new, |kind| format!(", a {kind} address"));
        match (decision, is_allowed, special) {
            (Some(Decision::Forbidden), ..) => Wish::Refused(why.unwrap_or_default()),
            (None, true, _) => Wish::Granted(format!("a network rule allows `{host}`")),
            (_, _, Some(Special::Metadata | Special::Unspecified | Special::Multicast)) => {
                Wish::Refused(format!("`{host}`{kind}: only a rule may allow it"))
            }
            (_, _, Some(_) | None) => {
                let why = why.map_or_else(String::new, |why| format!(": {why}"));
                Wish::Open(format!("to connect to `{host}`{kind}{why}"))
            }
        }
    }
}

/// How surely a rule is about a host.
fn meets(rule: &NetworkRule, host: &Host) -> Option<Certainty> {
    match (Host::parse(&rule.host), host) {
        (Ok(named), host) => (named == *host).then_some(Certainty::Yes),
        // Resolvers differ in what they take for an address, and an international name has two spellings.
        (Err(_), Host::Address(_)) => rule.host.is_ascii().then_some(Certainty::Maybe),
        (Err(_), Host::Name(name)) => {
            let is_international = name.split('.').any(|label| label.starts_with("xn--"));
            (is_international && !rule.host.is_ascii()).then_some(Certainty::Maybe)
        }
    }
}

/// What a restriction that is met so surely asks for.
fn strictest(certainty: Certainty) -> Decision {
    match certainty {
        Certainty::Yes => Decision::Forbidden,
        Certainty::Maybe => Decision::Prompt,
    }
}

fn told(rule: &NetworkRule) -> String {
    let line = rule.origin.source.position(rule.origin.span.start()).line;
    let place = format!("[{}:{line}]", rule.origin.source.name());
    match (&rule.justification, rule.decision) {
        (Some(why), _) => format!("{why} {place}"),
        (None, Decision::Forbidden) => format!("a rule denies `{}` {place}", rule.host),
        (None, Decision::Prompt | Decision::Allow) => format!("a rule asks about `{}` {place}", rule.host),
    }
}
