//! From a profile and a host to the steps that confine a command, computed and printable before any is taken.

mod background;
mod files;
mod filter;
#[cfg(feature = "measure")]
mod measure;
mod mounts;
mod step;
mod unconfined;

use std::ffi::{CStr, CString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::enforcement::enforcement;
use crate::outer::Outer;
use crate::proxy::Gate;
use crate::sys::child::Ending;
use crate::sys::fork;
use crate::{
    Denials, Enforcement, Hole, Host, Layer, Limits, Namespaces, Need, Network, Profile, Protection, Scratch,
    Tier, UnixSockets, Watch,
};

pub use background::Background;
pub(crate) use files::everything;
pub(crate) use step::{Blank, FileRule, Files, Filter, Presence, Step, TreeAccess};

/// Where the things stand that are put over what is hidden.
pub(crate) const BLANK_DIRECTORY: &CStr = c"/dev/.hidden";
/// As [`BLANK_DIRECTORY`], for files.
pub(crate) const BLANK_FILE: &CStr = c"/dev/.hidden-file";

/// Where the command finds the proxy for HTTP, on its own loopback.
pub const HTTP_PORT: u16 = 3128;
/// Where the command finds the proxy for everything else, by SOCKS5.
pub const SOCKS_PORT: u16 = 1080;

/// The lowest bound of processes that a process namespace takes: the kernel keeps the first 300 numbers.
pub(crate) const LEAST_PROCESSES: u64 = 301;

/// What confines a command: the steps, and what they will have enforced.
#[derive(Debug)]
pub struct Plan {
    pub(crate) profile: Profile,
    pub(crate) namespaces: fork::Namespaces,
    pub(crate) ending: Ending,
    pub(crate) outer: Vec<Step>,
    pub(crate) inner: Vec<Step>,
    pub(crate) slots: usize,
    /// Protected paths that are not there, and where in the outer steps their places are protected.
    pub(crate) missing: Vec<PathBuf>,
    pub(crate) protect_at: usize,
    /// Whether the command gets a directory for temporary files that ends with it, where it has no `/tmp` of its own.
    pub(crate) scratch: OwnScratch,
    can_observe: bool,
    /// What is denied, where it is noted.
    pub(crate) denials: Option<Denials>,
    /// Whether the command is waited for in the foreground.
    pub(crate) is_in_foreground: bool,
    pub(crate) background: Option<Background>,
    /// Who decides which hosts are reached, where the network is proxied.
    pub(crate) gate: Option<Arc<dyn Gate>>,
    pub(crate) enforcement: Enforcement,
    pub(crate) absent: Vec<PathBuf>,
    pub(crate) fault: Option<usize>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The host cannot keep what the profile needs kept.
    #[error("this host reaches tier {tier}, which does not keep {}", list(holes))]
    Unenforceable {
        /// What the host reaches.
        tier: Tier,
        /// What is not kept.
        holes: Vec<Hole>,
    },
    /// A path cannot be a path of a profile.
    #[error("`{}` is no path of a profile: {why}", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// Nobody says which unix sockets there are.
    #[error("`/proc/net/unix` cannot be read, so that sockets of other processes cannot be hidden")]
    Sockets,
    /// What is hidden lies among too many neighbours to be hidden without mounts.
    #[error("what is hidden cannot be left out of what is granted: that would take more than 20000 rules")]
    TooMany,
    /// What is hidden or protected takes too many mounts.
    #[error("more than 30000 paths are hidden, or protected: that would take too many mounts")]
    TooManyCovered,
    /// The filter over system calls could not be compiled.
    #[error("the filter over system calls could not be compiled")]
    Filter(#[from] seccompiler::BackendError),
}

fn list(holes: &[Hole]) -> String {
    let holes: Vec<String> = holes.iter().map(ToString::to_string).collect();
    holes.join("; ")
}

/// Whether the command gets a directory for temporary files from its launcher.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OwnScratch {
    /// It does, and `TMPDIR` names it.
    Made,
    /// Its `/tmp` is what it should be.
    NotNeeded,
}

fn own_scratch(profile: &Profile, covers: &Covers) -> OwnScratch {
    match covers {
        Covers::Unmounted(outer) if profile.scratch == Scratch::Private && !outer.has_own_scratch() => {
            OwnScratch::Made
        }
        Covers::Unmounted(_) | Covers::Mounted => OwnScratch::NotNeeded,
    }
}

/// Whether hidden and protected paths are covered by mounts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Covers {
    /// They are.
    Mounted,
    /// There are no mounts of one's own, but perhaps those of a sandbox further out.
    Unmounted(Outer),
}

/// Plans how a command is confined by this profile on this host. Looks at the file system for what is there; changes
/// nothing.
///
/// Writable paths that do not exist are left out, and named by [`Plan::absent`].
///
/// # Errors
/// [`PlanError::Unenforceable`] where the host cannot keep what is [`Need::Must`] for who accepts the profile's tier;
/// [`PlanError::Path`] for a path that is relative, or has a null or `..` in it.
pub fn plan(profile: &Profile, host: &Host) -> Result<Plan, PlanError> {
    check_paths(profile)?;
    let covers = match host.namespaces {
        Namespaces::User | Namespaces::Privileged => Covers::Mounted,
        Namespaces::Absent { .. } => Covers::Unmounted(Outer::look()),
    };
    let enforcement = enforcement(profile, host, &covers);
    let missing: Vec<Hole> = enforcement
        .holes
        .iter()
        .filter(|hole| profile.accepted.need(hole.protection) == Need::Must && hole.need == Need::Must)
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(PlanError::Unenforceable {
            tier: enforcement.tier,
            holes: missing,
        });
    }
    let mut plan = Plan {
        profile: profile.clone(),
        namespaces: namespaces(profile, host),
        ending: match covers {
            Covers::Mounted => Ending::Namespace,
            Covers::Unmounted(_) => Ending::Sweep,
        },
        scratch: own_scratch(profile, &covers),
        is_in_foreground: false,
        background: None,
        gate: None,
        can_observe: host.notifications && host.seccomp,
        denials: None,
        outer: Vec::new(),
        inner: Vec::new(),
        slots: 0,
        missing: Vec::new(),
        protect_at: 0,
        enforcement,
        absent: Vec::new(),
        fault: None,
    };
    plan.surround(profile, host, &covers)?;
    plan.confine(profile, host, &covers)?;
    Ok(plan)
}

/// The namespaces that a plan needs.
fn namespaces(profile: &Profile, host: &Host) -> fork::Namespaces {
    let view = fork::Namespaces::MOUNTS.and(fork::Namespaces::VIEW);
    let own = match host.namespaces {
        Namespaces::Absent { .. } => return fork::Namespaces::NONE,
        Namespaces::Privileged => view,
        Namespaces::User => view.and(fork::Namespaces::USER),
    };
    match profile.network {
        Network::Full => own,
        Network::None | Network::Loopback | Network::Proxied => own.and(fork::Namespaces::NETWORK),
    }
}

impl Plan {
    /// What the waiting process does to its surroundings.
    fn surround(&mut self, profile: &Profile, host: &Host, covers: &Covers) -> Result<(), PlanError> {
        if host.namespaces == Namespaces::User {
            self.outer.push(Step::MapIds {
                user: host.user,
                group: host.group,
            });
        }
        if *covers == Covers::Mounted {
            let sockets = UnixSockets::read(&profile.writable).map_err(|_| PlanError::Sockets)?;
            let view = mounts::view(profile, host, &sockets.paths)?;
            self.protect_at = self.outer.len().saturating_add(view.protect_at);
            self.outer.extend(view.steps);
            self.slots = view.slots;
            self.missing = view.missing;
            self.absent = view.absent;
            if sockets.cut {
                self.enforcement.holes.push(Hole {
                    protection: Protection::Sockets,
                    why: "there are more unix sockets than are looked at".to_owned(),
                    need: Need::May,
                });
            }
            match profile.network {
                Network::None | Network::Full => {}
                Network::Loopback => self.outer.push(Step::Loopback),
                Network::Proxied => self.outer.extend([Step::Loopback, Step::OpenProxy]),
            }
        }
        self.outer.push(Step::Forget);
        Ok(())
    }

    /// What the command's process does to itself.
    fn confine(&mut self, profile: &Profile, host: &Host, covers: &Covers) -> Result<(), PlanError> {
        // Processes are counted by user: outside a user namespace, all that the user runs would count.
        let own_users = self.namespaces.has(fork::Namespaces::USER);
        let limits = Limits {
            processes: profile.limits.processes.filter(|_| own_users),
            ..profile.limits
        };
        self.inner.push(Step::Bound(limits));
        self.inner.push(Step::DropPrivileges);
        self.inner.push(Step::NoNewPrivileges);
        if host.landlock > 0 {
            self.inner
                .push(Step::Restrict(files::files(profile, host, covers)?));
        }
        if host.seccomp {
            let sockets = match (&profile.network, covers) {
                (Network::Full, _) | (_, Covers::Mounted) => filter::Sockets::Internet,
                (Network::Loopback, Covers::Unmounted(outer)) if outer.has_own_network() => {
                    filter::Sockets::Internet
                }
                (_, Covers::Unmounted(_)) => filter::Sockets::Unix,
            };
            let objects = match covers {
                Covers::Mounted => filter::Objects::Own,
                Covers::Unmounted(outer) if outer.is_ours() => filter::Objects::Own,
                Covers::Unmounted(_) => filter::Objects::Everyones,
            };
            self.inner.push(Step::Filter(filter::refusing(sockets, objects)?));
        }
        Ok(())
    }

    /// Has this gate decide which hosts are reached. A plan whose network is [`Network::Proxied`] needs one.
    pub fn behind(&mut self, gate: Arc<dyn Gate>) {
        self.gate = Some(gate);
    }

    /// Has signals be handed on from the moment when the command begins, for [`Running::wait_in_foreground`]. One that
    /// comes before that call is not lost, and does not end this process.
    ///
    /// [`Running::wait_in_foreground`]: crate::Running::wait_in_foreground
    pub fn in_foreground(&mut self) {
        self.is_in_foreground = true;
    }

    /// Has what the command is kept from be noted. Where calls cannot be told, that is said by the enforcement, and
    /// everything is enforced all the same.
    pub fn observe(&mut self, watch: Watch, denials: Denials) {
        if !self.can_observe {
            self.enforcement.observer = Layer::Absent {
                why: "the kernel does not tell of calls".to_owned(),
            };
            return;
        }
        self.enforcement.observer = Layer::Full;
        self.inner.push(Step::Observe(Filter {
            word: watch.word(),
            program: watch.program(),
        }));
        self.denials = Some(denials);
    }

    /// The profile that is enforced.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What the steps will have enforced.
    pub fn enforcement(&self) -> &Enforcement {
        &self.enforcement
    }

    /// Writable paths of the profile that are not there, and are left out.
    pub fn absent(&self) -> &[PathBuf] {
        &self.absent
    }

    /// How many steps there are, with the exec itself.
    pub fn steps(&self) -> usize {
        self.outer
            .len()
            .saturating_add(self.inner.len())
            .saturating_add(1)
    }

    /// Has one step fail, counted from zero, as if the kernel had refused it: for tests of what happens then.
    pub fn fail_at(&mut self, step: usize) {
        self.fault = Some(step);
    }
}

impl fmt::Display for Plan {
    /// One line a step, in order.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespaces != fork::Namespaces::NONE {
            writeln!(formatter, "make {}", self.namespaces)?;
        }
        let (before, after) = self
            .outer
            .split_at_checked(self.protect_at)
            .unwrap_or((&self.outer, &[]));
        for step in before {
            writeln!(formatter, "{step}")?;
        }
        for path in &self.missing {
            writeln!(formatter, "hold the place of {}, and protect it", path.display())?;
        }
        for step in after.iter().chain(&self.inner) {
            writeln!(formatter, "{step}")?;
        }
        formatter.write_str("execute\n")
    }
}

/// A path as the kernel takes it.
pub(crate) fn c_path(path: &Path) -> Result<CString, PlanError> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| PlanError::Path {
        path: path.to_owned(),
        why: "it holds a null",
    })
}

fn check_paths(profile: &Profile) -> Result<(), PlanError> {
    let readable = match &profile.readable {
        crate::Readable::Everything => &[][..],
        crate::Readable::Only(paths) => paths,
    };
    let scratch = match &profile.scratch {
        Scratch::Directory(path) => Some(path),
        Scratch::Private | Scratch::Shared => None,
    };
    let lists = [
        &profile.writable,
        readable,
        &profile.hidden,
        &profile.protected,
        &profile.pinned,
        &profile.shown,
        &profile.devices,
    ];
    for path in lists.into_iter().flatten().chain(scratch) {
        let why = if !path.is_absolute() {
            "it is relative"
        } else if path
            .components()
            .any(|part| part == std::path::Component::ParentDir)
        {
            "`..` stands in it"
        } else if path.as_os_str().as_bytes().contains(&0) {
            "it holds a null"
        } else {
            continue;
        };
        return Err(PlanError::Path {
            path: path.clone(),
            why,
        });
    }
    Ok(())
}
