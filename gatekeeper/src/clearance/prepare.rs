//! Judging a command with all that it would run with, before anybody is asked.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use execpolicy::{ConfinementName, Context, Decision, Directory, Lookup};
use sandbox::Grant;

use super::{Prepared, Terms};
use crate::command::Invocation;
use crate::confinement::{self, ConfinementError};
use crate::digest::Digest;
use crate::lookup::found_on_path;
use crate::pinned::Pinned;
use crate::program_file::{bash, program_file};
use crate::{Command, Gatekeeper, Judgement};

/// Why a command cannot be cleared, whatever anybody says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The verdict forbids it.
    #[error("it is forbidden")]
    Forbidden {
        /// The verdict.
        judgement: Box<Judgement>,
    },
    /// It was not judged as what would be executed.
    #[error("only words, or a text for bash, can be run")]
    NotRunnable,
    /// Where it starts is not known, or cannot be entered.
    #[error("the directory `{}` cannot be entered: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// There is no such program.
    #[error("`{}` is not found", name.to_string_lossy())]
    NotFound {
        /// What it was called by.
        name: OsString,
    },
    /// The program cannot be looked at.
    #[error("`{}` cannot be executed: {source}", path.display())]
    Executable {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// What it is to run in cannot be resolved here.
    #[error(transparent)]
    Confinement(#[from] ConfinementError),
}

impl Gatekeeper {
    /// Judges a command where it would run, and takes hold of all that it would run with: the directory, the program,
    /// the environment made of its caller's variables, the confinement.
    ///
    /// It runs in the confinement that its verdict leans on or that a rule asks for; where there is none, in the
    /// context's. The context gets what is found out on the way: links, variables that the confinement sets, and names
    /// that the `PATH` leads into directories which confined commands may write.
    ///
    /// # Errors
    /// [`PrepareError`].
    pub fn prepare(
        &self,
        command: Command,
        context: &mut Context,
        variables: &[(OsString, OsString)],
    ) -> Result<Prepared, PrepareError> {
        self.prepare_granting(command, context, variables, &[], &[])
    }

    /// The same, for a command that gets more than its profile gives: what somebody has given before, and what it was
    /// kept from and is to have, as [`Gatekeeper::grantable`] left it. If there is any of the latter, nobody but an
    /// approver clears it, whatever the verdict.
    ///
    /// # Errors
    /// [`PrepareError`].
    pub fn prepare_granting(
        &self,
        command: Command,
        context: &mut Context,
        variables: &[(OsString, OsString)],
        given: &[Grant],
        asked: &[Grant],
    ) -> Result<Prepared, PrepareError> {
        let invocation = command.invocation().ok_or(PrepareError::NotRunnable)?;
        let directory = match &context.cwd {
            Directory::Known(path) => PathBuf::from(&**path),
            Directory::Unknown => PathBuf::new(),
        };
        let pinned = |path: PathBuf| Pinned::take(path.clone()).map_err(|source| (path, source));
        let directory =
            pinned(directory).map_err(|(path, source)| PrepareError::Directory { path, source })?;
        if context.lookup == Lookup::Assumed {
            context.lookup = found_on_path(variables, context);
        }
        let (judgement, name) = self.judge_for_running(command, context);
        if judgement.decision() == Decision::Forbidden {
            return Err(PrepareError::Forbidden {
                judgement: Box::new(judgement),
            });
        }
        let grants = [given, asked].concat();
        let enclosure = self.enclose(name.as_ref(), context, variables, &grants)?;
        let (file, arguments) = match invocation {
            Invocation::Words(words) => {
                let called = words.first().map_or(OsStr::new(""), OsString::as_os_str);
                let file = program_file(called, directory.path(), enclosure.environment());
                let file = file.ok_or_else(|| PrepareError::NotFound {
                    name: called.to_owned(),
                })?;
                (file, words)
            }
            Invocation::Bash(text) => {
                let file = bash().ok_or_else(|| PrepareError::NotFound { name: "bash".into() })?;
                // The text is no option, whatever it begins with.
                let words = ["bash", "--noprofile", "--norc", "-c", "--", &text];
                (file, words.map(OsString::from).to_vec())
            }
        };
        let executable = pinned(file).map_err(|(path, source)| PrepareError::Executable { path, source })?;
        Ok(Prepared {
            judgement,
            terms: Terms {
                arguments,
                directory,
                executable,
                environment: Digest::of_environment(enclosure.environment()),
                policy: self.digest(),
                context: context.clone(),
                confinement: name,
                grants,
                asked: asked.to_vec(),
                must_ask: false,
                enclosure,
            },
        })
    }

    /// The verdict, and the profile that the command runs in. A variable that the profile sets is there when the command
    /// starts, so the verdict has to know of it.
    fn judge_for_running(
        &self,
        command: Command,
        context: &mut Context,
    ) -> (Judgement, Option<ConfinementName>) {
        self.add_variables(context.confinement.clone().as_ref(), context);
        let mut judgement = self.judge_in_place(command, context);
        loop {
            let name = judgement.confinement(context).cloned();
            let name = name.filter(|name| !name.is_none());
            // It ends: each turn adds a name, and there are only so many.
            if !self.add_variables(name.as_ref(), context) {
                return (judgement, name);
            }
            judgement = self.judge(judgement.into_command(), context);
        }
    }

    /// Adds the names of variables that a profile sets; says whether there was a new one.
    fn add_variables(&self, name: Option<&ConfinementName>, context: &mut Context) -> bool {
        let Some(profile) = name.and_then(|name| self.policy().profile(name)) else {
            return false;
        };
        let before = context.environment.len();
        for name in confinement::set_by(&profile) {
            if !context.environment.iter().any(|known| &**known == name) {
                context.environment.push(name.into());
            }
        }
        context.environment.len() > before
    }
}
