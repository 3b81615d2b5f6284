//! The plan of a command that nothing confines: it is started, waited for and ended as every other.

use std::ffi::OsString;

use super::{OwnScratch, Plan};
use crate::sys::child::Ending;
use crate::sys::fork;
use crate::{Enforcement, Layer, Network, Profile, Scratch, Tier};

impl Plan {
    /// The plan of a command that nothing confines, with its whole environment. It takes no steps and enforces nothing,
    /// and says so; what the command has started ends with it all the same.
    pub fn unconfined(environment: Vec<(OsString, OsString)>) -> Self {
        let profile = Profile {
            name: "none".to_owned(),
            scratch: Scratch::Shared,
            network: Network::Full,
            environment,
            accepted: Tier::None,
            ..Profile::default()
        };
        Self {
            profile,
            namespaces: fork::Namespaces::NONE,
            ending: Ending::Sweep,
            outer: Vec::new(),
            inner: Vec::new(),
            slots: 0,
            missing: Vec::new(),
            protect_at: 0,
            scratch: OwnScratch::NotNeeded,
            can_observe: false,
            denials: None,
            is_in_foreground: false,
            background: None,
            gate: None,
            enforcement: Enforcement {
                tier: Tier::None,
                landlock: Layer::NotAsked,
                seccomp: Layer::NotAsked,
                namespaces: Layer::NotAsked,
                mounts: Layer::NotAsked,
                limits: Layer::NotAsked,
                observer: Layer::NotAsked,
                holes: Vec::new(),
            },
            absent: Vec::new(),
            fault: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_done_but_to_execute() {
        let plan = Plan::unconfined(Vec::new());
        assert_eq!(plan.to_string(), "execute\n");
        assert_eq!(plan.steps(), 1);
    }
}
