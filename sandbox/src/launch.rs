//! Starting a planned command.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::clock;
use crate::plan::{FileRule, OwnScratch, Presence, Step, c_path, everything};
use crate::scratch::ScratchDirectory;
use crate::stand_in;
use crate::streams::{self, Streams, Walls};
use crate::sys::child::{self, Birth, FAILURE, Held};
use crate::sys::fork::Strings;
use crate::sys::memory::Origins;
use crate::sys::signal::Signals;
use crate::{
    Command, LayError, Network, ObserveError, Placeholder, Placeholders, Plan, PlanError, Profile, Running,
    Spare,
};

/// In what time the steps are taken; a file system that does not answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a command was not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// A word of the command cannot be given to the kernel.
    #[error("an argument or a variable of the command holds a null")]
    Null,
    /// A path cannot be given to the kernel.
    #[error(transparent)]
    Path(#[from] PlanError),
    /// The place of something protected could not be held.
    #[error(transparent)]
    Place(#[from] LayError),
    /// The network is proxied, and nobody decides for whom.
    #[error("the profile names hosts, and no gate decides which are reached")]
    Gate,
    /// The proxy could not be started.
    #[error(transparent)]
    Proxy(#[from] crate::proxy::StartError),
    /// What the command is kept from could not be noted.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// No process could be made.
    #[error("no process could be made: {source}")]
    Fork {
        /// What the kernel said.
        source: std::io::Error,
    },
    /// A step was refused.
    #[error("the step `{step}` was refused: {source}")]
    Step {
        /// The step, in words.
        step: String,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// A stream of the command would lead where it may not go.
    #[error("{name} {why}")]
    Stream {
        /// The stream.
        name: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The working directory cannot be entered.
    #[error("`{}` cannot be entered from inside: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The program cannot be executed.
    #[error("`{}` cannot be executed: {source}", path.display())]
    Execute {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The steps took too long.
    #[error("confining the command took longer than {} s", PATIENCE.as_secs())]
    Time,
}

impl LaunchError {
    /// Whether there is no such program.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Execute { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}

impl Plan {
    /// Starts a command, confined by this plan. Comes back when the command has been executed.
    ///
    /// # Errors
    /// [`LaunchError`]; the command has then not run.
    pub fn launch(self, command: Command) -> Result<Running, LaunchError> {
        if self.profile.network == Network::Proxied && self.gate.is_none() {
            return Err(LaunchError::Gate);
        }
        let wall = self.wall();
        let enter = Step::Enter(c_path(&command.directory)?);
        let mut inner = vec![enter];
        inner.extend(self.inner);
        // Taken first and given back last: who ends this process in between would leave behind what was made.
        let signals = self.is_in_foreground.then(Signals::take).transpose();
        let signals = signals.map_err(|error| LaunchError::Fork { source: error.into() })?;
        let scratch = match self.scratch {
            OwnScratch::Made => Some(ScratchDirectory::make().map_err(|source| LaunchError::Step {
                step: "make a directory for temporary files".to_owned(),
                source,
            })?),
            OwnScratch::NotNeeded => None,
        };
        let mut outer = self.outer;
        let placeholders = lay(&self.profile, &self.missing)?;
        let places = protected_places(&placeholders)?;
        outer.splice(self.protect_at..self.protect_at, places);
        let null = null_device()?;
        let walls = Walls::of(&outer, &inner);
        let streams = Streams::look(streams::given(&command, &null), walls)?;
        let slots = self.slots.saturating_add(streams.join(&mut outer, self.slots)?);
        open_to_streams(&mut inner, streams.rights);
        if let Some(scratch) = &scratch {
            open_to(&mut inner, scratch)?;
        }
        let environment = environment(&self.profile, scratch.as_ref())?;
        let arguments = command.arguments.iter().map(|argument| text(argument.as_bytes()));
        let mut birth = Birth {
            namespaces: self.namespaces,
            forked_at: forked_at(&outer),
            outer,
            inner,
            slots: std::iter::repeat_with(|| None).take(slots).collect(),
            closed: Vec::new(),
            streams: streams.numbers,
            devices: streams.devices,
            read: [None, None, None],
            program: c_path(&command.program)?,
            arguments: Strings::new(arguments.collect::<Result<_, _>>()?),
            environment: Strings::new(environment),
            mask: signals.as_ref().map(Signals::before),
            origins: Origins::find(),
            wall,
            is_apart: self.background.is_some(),
            open_files: self.background.and_then(|background| background.open_files),
            ending: self.ending,
            fault: self.fault,
            placeholders: held(&placeholders)?,
        };
        let entered = birth.outer.len();
        let began = clock::now();
        let born = child::spawn(&mut birth).map_err(|error| LaunchError::Fork { source: error.into() })?;
        let mut running = Running::new(
            born.process,
            born.channel,
            self.enforcement,
            scratch,
            placeholders,
            began,
        );
        if let Some((place, source)) = wait_for_exec(&born.started)? {
            // The child has said its last word; nothing of it stays.
            drop(running);
            return Err(match birth.outer.iter().chain(&birth.inner).nth(place) {
                Some(_) if place == entered => LaunchError::Directory {
                    path: command.directory,
                    source,
                },
                Some(step) => LaunchError::Step {
                    step: step.to_string(),
                    source,
                },
                None => LaunchError::Execute {
                    path: command.program,
                    source,
                },
            });
        }
        running.gather(self.gate.as_ref(), self.denials)?;
        if let Some(signals) = signals {
            running.keep(signals);
        }
        Ok(running)
    }
}

/// The command's whole environment, as the kernel takes it.
fn environment(profile: &Profile, scratch: Option<&ScratchDirectory>) -> Result<Vec<CString>, LaunchError> {
    let own = scratch.map(|scratch| ("TMPDIR".into(), scratch.path().into()));
    let passed = profile.environment.iter();
    let passed = passed.filter(|(name, _)| own.is_none() || name != "TMPDIR");
    let entries = passed.chain(&own).map(|(name, value)| {
        let mut entry = name.clone();
        entry.push("=");
        entry.push(value);
        text(entry.as_bytes())
    });
    entries.collect()
}

/// Waits until the command has been executed; otherwise says which step failed, and how. An end without a word is the
/// command's to explain: the process was killed.
fn wait_for_exec(started: &OwnedFd) -> Result<Option<(usize, std::io::Error)>, LaunchError> {
    let mut failure = [0_u8; FAILURE];
    let deadline = clock::now().checked_add(PATIENCE);
    loop {
        let left = deadline.map_or(PATIENCE, |deadline| {
            deadline.saturating_duration_since(clock::now())
        });
        let timeout = Timespec::try_from(left).map_err(|_| LaunchError::Time)?;
        match poll(&mut [PollFd::new(started, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return Err(LaunchError::Time),
            Ok(_) => break,
            Err(Errno::INTR) => {}
            Err(source) => {
                return Err(LaunchError::Fork {
                    source: source.into(),
                });
            }
        }
    }
    match rustix::io::read(started, &mut failure) {
        Ok(FAILURE) => {}
        _ => return Ok(None),
    }
    let (place, error) = child::read_failure(failure);
    let error = std::io::Error::from_raw_os_error(error);
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    Ok(Some((place, error)))
}

/// After how many of its steps the waiting process forks the command's: after all, or, where that one has a network to
/// make, as soon as its mounts are its own and the streams are opened, which are handed on by the fork.
fn forked_at(outer: &[Step]) -> usize {
    if !outer.iter().any(Step::is_about_network) {
        return outer.len();
    }
    let is_needed = |step: &Step| matches!(step, Step::Separate | Step::TakeStream { .. });
    let last = outer.iter().rposition(is_needed);
    last.map_or(0, |place| place.saturating_add(1))
}

/// Holds the places of protected paths that do not exist.
fn lay(profile: &Profile, missing: &[PathBuf]) -> Result<Arc<Placeholders>, LayError> {
    let standing = stand_in::lay(&profile.stand_ins, missing)?;
    let placeholders = Placeholders::lay(missing, &profile.writable)?;
    Ok(Arc::new(placeholders.with(standing)))
}

/// What is made read-only for paths that do not exist.
fn protected_places(placeholders: &Placeholders) -> Result<Vec<Step>, LaunchError> {
    let laid = placeholders.entries().iter().map(Placeholder::path);
    let instead = placeholders
        .spared()
        .iter()
        .filter_map(|spared| match &spared.why {
            Spare::Exists => Some(spared.path.as_path()),
            Spare::Guard(path) | Spare::Blocked(path) => Some(path.as_path()),
            // The command has no more rights than its launcher, and what it cannot make needs no protection.
            Spare::Outside | Spare::Denied | Spare::Impossible => None,
        });
    let mut paths: Vec<&Path> = laid.chain(instead).collect();
    paths.sort_unstable();
    paths.dedup();
    let steps = paths.into_iter().map(|path| Ok(Step::Protect(c_path(path)?)));
    steps.collect()
}

/// The placeholders with their paths as the child needs them.
fn held(placeholders: &Arc<Placeholders>) -> Result<Held, LaunchError> {
    let paths = placeholders
        .entries()
        .iter()
        .map(|placeholder| c_path(placeholder.path()));
    Ok(Held {
        paths: paths.collect::<Result<_, _>>()?,
        placeholders: Arc::clone(placeholders),
    })
}

/// Grants everything below the directory for temporary files.
fn open_to(steps: &mut [Step], scratch: &ScratchDirectory) -> Result<(), LaunchError> {
    let path = c_path(scratch.path())?;
    for step in steps {
        if let Step::Restrict(files) = step {
            files.rules.push(FileRule {
                path: path.clone(),
                access: everything(files.handled),
                word: "write",
                presence: Presence::Needed,
            });
        }
    }
    Ok(())
}

/// Grants what the streams lead to, by whatever name.
fn open_to_streams(steps: &mut [Step], rights: [u64; 3]) {
    for step in steps {
        if let Step::Restrict(files) = step {
            files.streams = rights;
        }
    }
}

fn null_device() -> Result<File, LaunchError> {
    let opened = File::options().read(true).write(true).open("/dev/null");
    opened.map_err(|source| LaunchError::Step {
        step: "open /dev/null".to_owned(),
        source,
    })
}

fn text(bytes: &[u8]) -> Result<CString, LaunchError> {
    CString::new(bytes).map_err(|_| LaunchError::Null)
}
