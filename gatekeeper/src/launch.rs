//! Starting a cleared command: what was judged is what runs, or nothing does.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sandbox::proxy::HostsError;
use sandbox::{Background, Command, Denials, Grant, Host, Running, Stream, Watch};

use crate::clearance::Terms;
use crate::confinement::ConfinementError;
use crate::digest::Digest;
use crate::lookup::{found_on_path, is_less_sure};
use crate::{Clearance, Gatekeeper};

/// What a command is tied to. By default its streams are its caller's own, and nobody watches.
#[derive(Debug, Default)]
pub struct Wiring {
    /// What it reads.
    pub input: Stream,
    /// What it writes.
    pub output: Stream,
    /// What it writes errors to.
    pub errors: Stream,
    /// What is observed of what its confinement keeps it from; `None` is nothing. Its cost is that of [`Watch`].
    pub watch: Option<Watch>,
    /// Whether it is waited for by [`Running::wait_in_foreground`]: signals are then handed on from its beginning.
    pub is_in_foreground: bool,
    /// How it is started by somebody who serves others meanwhile; `None` is as a shell would.
    pub background: Option<Background>,
}

/// Why a cleared command was not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// It is not what was cleared any more.
    #[error(transparent)]
    Changed(#[from] Change),
    /// Its confinement cannot be resolved any more.
    #[error(transparent)]
    Confinement(#[from] ConfinementError),
    /// This host cannot enforce its confinement.
    #[error(transparent)]
    Plan(#[from] sandbox::PlanError),
    /// A profile names a host that is none.
    #[error(transparent)]
    Hosts(#[from] HostsError),
    /// It could not be confined or executed.
    #[error(transparent)]
    Launch(#[from] sandbox::LaunchError),
}

/// What has changed since a command was judged.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Change {
    /// The policy.
    #[error("the policy has changed since the command was judged")]
    Policy,
    /// The path of the working directory leads to another one, or nowhere.
    #[error("the directory `{}` is not the one that the command was judged in", path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// The program is another file, or has been changed.
    #[error("the program `{}` has changed since the command was judged", path.display())]
    Executable {
        /// Its path.
        path: PathBuf,
    },
    /// What stands on the `PATH` where confined commands may write.
    #[error("a program that the `PATH` leads to was put there since the command was judged")]
    Lookup,
    /// The environment that the command would get.
    #[error("the environment has changed since the command was judged")]
    Environment,
    /// The same profile means something else on this file system.
    #[error("the confinement has changed since the command was judged: {what}")]
    Confinement {
        /// What of it, in words.
        what: &'static str,
    },
}

/// Whether a grant may be told as what would let a denied attempt pass: nothing that policy hides or protects is
/// offered.
pub fn may_be_granted(grant: &Grant) -> bool {
    match grant {
        Grant::Unprotected(_) | Grant::Shown(_) => false,
        Grant::Writable(_) | Grant::Readable(_) | Grant::Device(_) | Grant::Loopback | Grant::Host(_) => true,
    }
}

impl Gatekeeper {
    /// Starts a cleared command, with the variables that its caller has now.
    ///
    /// The policy, the directory (by device and inode), the program (its time of change too), the environment and the
    /// resolved confinement are compared with those that were judged. Between that and the program's start lies a moment
    /// in which they could still be changed from outside of every confinement.
    ///
    /// # Errors
    /// [`StartError`]; the command has then not run.
    pub fn launch(
        &self,
        clearance: Clearance,
        variables: &[(OsString, OsString)],
        wiring: Wiring,
    ) -> Result<Running, StartError> {
        let terms = clearance.into_terms();
        self.check(&terms, variables)?;
        let mut plan = terms.enclosure.plan(&Host::look())?;
        if let (Some(watch), Some(_)) = (wiring.watch, terms.enclosure.confinement()) {
            let denials = Denials::of(plan.profile()).granting(may_be_granted);
            plan.observe(watch, denials);
        }
        if wiring.is_in_foreground {
            plan.in_foreground();
        }
        if let Some(background) = wiring.background {
            plan.in_background(background);
        }
        let running = plan.launch(Command {
            program: terms.executable.path().to_owned(),
            arguments: terms.arguments,
            directory: terms.directory.path().to_owned(),
            input: wiring.input,
            output: wiring.output,
            errors: wiring.errors,
        })?;
        Ok(running)
    }

    /// Compares what was judged with what is there.
    fn check(&self, terms: &Terms, variables: &[(OsString, OsString)]) -> Result<(), StartError> {
        let path = |path: &Path| path.to_owned();
        let directory = terms.directory.path();
        if terms.policy != self.digest() {
            return Err(Change::Policy.into());
        }
        if !terms.directory.is_in_place() {
            let path = path(directory);
            return Err(Change::Directory { path }.into());
        }
        if !terms.executable.is_untouched() {
            let path = path(terms.executable.path());
            return Err(Change::Executable { path }.into());
        }
        if is_less_sure(&terms.context.lookup, &found_on_path(variables, &terms.context)) {
            return Err(Change::Lookup.into());
        }
        let now = self.enclose(
            terms.confinement.as_ref(),
            &terms.context,
            variables,
            &terms.grants,
        )?;
        if terms.environment != Digest::of_environment(now.environment()) {
            return Err(Change::Environment.into());
        }
        match terms.enclosure.difference(&now) {
            Some(what) => Err(Change::Confinement { what }.into()),
            None => Ok(()),
        }
    }
}
