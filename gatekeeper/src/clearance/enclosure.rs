//! What a cleared command runs in: a resolved profile, or nothing but an environment.

use std::ffi::OsString;
use std::sync::Arc;

use execpolicy::{ConfinementName, Context};
use sandbox::proxy::Hosts;
use sandbox::{Grant, Host, Network, Plan};

use crate::confinement::{self, Confinement, ConfinementError};
use crate::{Gatekeeper, StartError};

/// What a command runs in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Enclosure {
    /// A profile.
    Confined(Box<Confinement>),
    /// Nothing; the environment is the whole one.
    Open(Vec<(OsString, OsString)>),
}

impl Enclosure {
    /// The profile, where there is one.
    pub(crate) fn confinement(&self) -> Option<&Confinement> {
        match self {
            Self::Confined(confinement) => Some(confinement),
            Self::Open(_) => None,
        }
    }

    /// The whole environment of the command.
    pub(crate) fn environment(&self) -> &[(OsString, OsString)] {
        match self {
            Self::Confined(confinement) => &confinement.profile.environment,
            Self::Open(environment) => environment,
        }
    }

    /// How it is made on this host. No lower tier is accepted than the one that keeps all.
    pub(crate) fn plan(&self, host: &Host) -> Result<Plan, StartError> {
        let confinement = match self {
            Self::Confined(confinement) => confinement,
            Self::Open(environment) => return Ok(Plan::unconfined(environment.clone())),
        };
        let mut plan = sandbox::plan(&confinement.profile, host)?;
        if confinement.profile.network == Network::Proxied {
            plan.behind(Arc::new(Hosts::new(&confinement.hosts)?));
        }
        Ok(plan)
    }

    /// What has become another, in words; `None` where nothing has. The environment is not looked at.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        let (Self::Confined(one), Self::Confined(other)) = (self, other) else {
            let is_same = matches!((self, other), (Self::Open(_), Self::Open(_)));
            return (!is_same).then_some("that it confines at all");
        };
        let (before, now) = (&one.profile, &other.profile);
        let parts = [
            (before.writable == now.writable, "what may be written"),
            (before.protected == now.protected, "what is protected"),
            (before.hidden == now.hidden, "what is hidden"),
            (
                before.readable == now.readable && before.shown == now.shown,
                "what may be read",
            ),
            (
                before.network == now.network && one.hosts == other.hosts,
                "what may be connected to",
            ),
            (
                before.limits == now.limits && before.devices == now.devices,
                "its limits or devices",
            ),
            (
                (&before.name, &before.scratch, before.accepted) == (&now.name, &now.scratch, now.accepted),
                "what it is",
            ),
        ];
        parts.iter().find(|(is_same, _)| !is_same).map(|(_, what)| *what)
    }
}

impl Gatekeeper {
    /// Resolves what a command runs in where it starts, with the variables that its caller has.
    pub(crate) fn enclose(
        &self,
        name: Option<&ConfinementName>,
        context: &Context,
        variables: &[(OsString, OsString)],
        grants: &[Grant],
    ) -> Result<Enclosure, ConfinementError> {
        let Some(name) = name else {
            let mut environment = confinement::unconfined(variables);
            confinement::settle(&mut environment, context, variables);
            return Ok(Enclosure::Open(environment));
        };
        let mut resolved = self.confinement_granting(name, context, variables, grants)?;
        confinement::settle(&mut resolved.profile.environment, context, variables);
        Ok(Enclosure::Confined(Box::new(resolved)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A confinement, changed.
    fn confined(change: impl Fn(&mut Confinement)) -> Enclosure {
        let mut confinement = Confinement::default();
        change(&mut confinement);
        Enclosure::Confined(Box::new(confinement))
    }

    #[test]
    fn what_has_become_another_is_named() {
        let path = || vec![PathBuf::from("/x")];
        let plain = confined(|_| {});
        for (other, wanted) in [
            (confined(|_| {}), None),
            (confined(|one| one.unseen.push("too deep".to_owned())), None),
            (
                confined(|one| one.profile.writable = path()),
                Some("what may be written"),
            ),
            (
                confined(|one| one.profile.protected = path()),
                Some("what is protected"),
            ),
            (
                confined(|one| one.profile.hidden = path()),
                Some("what is hidden"),
            ),
            (
                confined(|one| one.profile.network = Network::Full),
                Some("what may be connected to"),
            ),
            (
                confined(|one| one.hosts.push("example.com".to_owned())),
                Some("what may be connected to"),
            ),
            (Enclosure::Open(Vec::new()), Some("that it confines at all")),
        ] {
            assert_eq!(plain.difference(&other), wanted);
            assert_eq!(other.difference(&plain), wanted);
        }
        assert_eq!(
            Enclosure::Open(Vec::new()).difference(&Enclosure::Open(Vec::new())),
            None
        );
    }
}
