//! The policy that a call is judged by: its layers, and the files that it names.

use std::path::PathBuf;

use diagnostics::Diagnostic;
use gatekeeper::{Decision, Defaults, Gatekeeper, Layers, Places, Surroundings, SurroundingsError};

use crate::args::{Format, PolicyArgs};
use crate::output;

/// Which policy a call asks for.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Files that are given by name.
    given: Vec<PathBuf>,
    /// Whether the layers of the system, the user and the project are left out.
    no_layers: bool,
    defaults: Defaults,
}

/// The policy of a batch: requests may lie in different projects.
#[derive(Debug)]
pub(crate) struct Policies {
    policy: Policy,
    places: Places,
    /// Without any project.
    base: Gatekeeper,
    /// That of the project that was asked for last, by the root of its work tree.
    last: Option<(PathBuf, Gatekeeper)>,
    format: Option<Format>,
}

impl Policy {
    pub(crate) fn new(args: &PolicyArgs) -> Self {
        Self {
            given: args.given.rules.clone(),
            no_layers: args.no_layers,
            defaults: defaults(args.given.no_default),
        }
    }

    /// Where the layers are for a command in this workspace.
    pub(crate) fn places(
        &self,
        surroundings: &Surroundings,
        workspace: Option<&str>,
    ) -> Result<Places, SurroundingsError> {
        if self.no_layers {
            Ok(Places::default())
        } else {
            surroundings.places(workspace)
        }
    }

    /// The gatekeeper. A layer that does not load is judged by as it is.
    ///
    /// # Errors
    /// What is wrong with the files that were given by name: who names a file means it.
    pub(crate) fn open(&self, places: &Places) -> Result<Gatekeeper, Vec<Diagnostic>> {
        let layers = Layers::find(places, &self.given);
        let gatekeeper = Gatekeeper::of_found(&layers, self.defaults);
        let given = gatekeeper.broken_given();
        if given.is_empty() {
            Ok(gatekeeper)
        } else {
            Err(given)
        }
    }

    /// The policy of a batch.
    ///
    /// # Errors
    /// As [`Policy::open`].
    pub(crate) fn batch(self, places: Places, format: Option<Format>) -> Result<Policies, Vec<Diagnostic>> {
        let places = Places {
            workspace: None,
            ..places
        };
        let base = self.open(&places)?;
        Ok(Policies {
            policy: self,
            places,
            base,
            last: None,
            format,
        })
    }
}

impl Policies {
    /// The policy for a command in this workspace, as it was when the batch first came to it.
    pub(crate) fn of(&mut self, workspace: Option<&str>) -> &Gatekeeper {
        let workspace = workspace.filter(|_| !self.policy.no_layers).map(PathBuf::from);
        let is_last = self.last.as_ref().map(|(root, _)| root) == workspace.as_ref();
        if let Some(root) = workspace.filter(|_| !is_last) {
            let alone = Places {
                workspace: Some(root.clone()),
                ..Places::default()
            };
            // Most have no policy of their own, and looking costs next to nothing.
            if !Layers::find(&alone, &[]).found().iter().any(|layer| layer.exists) {
                return &self.base;
            }
            let places = Places {
                workspace: Some(root.clone()),
                ..self.places.clone()
            };
            let layers = Layers::find(&places, &self.policy.given);
            let gatekeeper = Gatekeeper::of_found(&layers, self.policy.defaults);
            output::complain(gatekeeper.notices(), self.format);
            self.last = Some((root, gatekeeper));
        } else if !is_last {
            return &self.base;
        }
        self.last
            .as_ref()
            .map_or(&self.base, |(_, gatekeeper)| gatekeeper)
    }
}

/// What speaks where no policy file does.
pub(crate) fn defaults(are_left_out: bool) -> Defaults {
    if are_left_out {
        Defaults::None
    } else {
        Defaults::BuiltIn
    }
}

/// Tells what a person should know of the layers, where the verdict may be stricter for it.
pub(crate) fn tell_notices(gatekeeper: &Gatekeeper, decision: Decision, format: Option<Format>) {
    if decision != Decision::Allow {
        output::complain(gatekeeper.notices(), format);
    }
}
