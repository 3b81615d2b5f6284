//! From a profile as policy describes it to one as the kernel enforces it: real paths, a whole environment.

mod credential;
mod environment;
mod found;
mod git;
mod git_config;
mod protected;
mod summary;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use execpolicy::{Context, Directory, PathGlob, Profile};
use sandbox::{Grant, Limits, Network, Readable, Scratch, Tier};

pub use environment::put;
pub(crate) use environment::{set_by, settle, unconfined};
use found::{Absent, Finder, Within};
use git::Repository;
use protected::Protected;

/// What a command will be confined by.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Confinement {
    /// The profile with real paths.
    pub profile: sandbox::Profile,
    /// The hosts that the proxy lets through, where the network is proxied.
    pub hosts: Vec<String>,
    /// What was not looked at on the way, and may therefore be neither hidden nor protected, in words.
    pub unseen: Vec<String>,
}

/// Why a profile cannot be resolved.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfinementError {
    /// There is none of that name.
    #[error("there is no profile `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// It confines nothing.
    #[error("the profile `none` confines nothing")]
    None,
    /// The profile speaks of the work tree, and there is none.
    #[error("the profile `{name}` speaks of the work tree, and there is none here")]
    NoWorkspace {
        /// The profile.
        name: String,
    },
    /// A protected path is a symbolic link inside something writable: the link itself cannot be protected.
    #[error("`{}` is protected and a symbolic link: whoever may write around it can put something else in its place", path.display())]
    ProtectedLink {
        /// The link.
        path: PathBuf,
    },
}

impl ConfinementError {
    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => {
                "`read-only`, `workspace-write` and `workspace-commit` come with us; others are described by policy files"
            }
            Self::None => "name another profile, or run the command without execpolicy",
            Self::NoWorkspace { .. } => "change into the project, or name it by `--workspace`",
            Self::ProtectedLink { .. } => "put what the link leads to in its place",
        }
    }
}

/// Resolves a profile where a command is to run, with the variables that its caller has.
///
/// A profile that a policy describes keeps what `base` keeps too.
///
/// Looks at the file system: symbolic links are followed, patterns become the paths that are there, the work tree is
/// searched for what is hidden or protected wherever it stands.
///
/// # Errors
/// [`ConfinementError`].
pub(crate) fn resolve(
    profile: &Profile,
    base: Option<&Profile>,
    context: &Context,
    variables: &[(OsString, OsString)],
    grants: &[Grant],
) -> Result<Confinement, ConfinementError> {
    if profile.name.is_none() {
        return Err(ConfinementError::None);
    }
    if context.workspace.is_none() && profile.writable.iter().any(|glob| glob.begins_with("$WORKSPACE")) {
        return Err(ConfinementError::NoWorkspace {
            name: profile.name.as_str().to_owned(),
        });
    }
    let temporary: Vec<PathBuf> = [Some("/tmp"), context.temporary.as_deref()]
        .into_iter()
        .flatten()
        .map(real)
        .collect();
    let mut finder = Finder::new(context);
    if context.home.is_none() {
        finder.tell("no home directory is known: nothing in it is hidden".to_owned());
    }
    let writable = finder.find(&profile.writable, Absent::Kept, Within::Anywhere);
    // A command has temporary files of its own; where a link that is called so leads is none of its business.
    let mut writable: Vec<PathBuf> = writable.iter().map(real).collect();
    writable.retain(|path| !temporary.contains(path));
    let repository = Repository::around(context);
    if profile.name.as_str() == "workspace-commit"
        && let Some(repository) = &repository
    {
        if repository.is_confirmed() {
            writable.extend(repository.written());
        }
        if repository.is_doubtful() {
            let what =
                "where `.git` leads git to is no repository of this work tree: nothing of it may be written";
            finder.tell(what.to_owned());
        }
    }
    let granted = Granted::of(grants);
    // Before it is looked for what is protected: what a grant lets be written has such paths, too.
    let plain = |path: &PathBuf| path.components().collect();
    writable.extend(granted.writable.iter().map(plain));
    let base_protected = base.map(|base| base.protected.as_slice()).unwrap_or_default();
    let base_hidden = base.map(|base| base.hidden.as_slice()).unwrap_or_default();
    let named = profile.hidden.iter().chain(&profile.protected);
    // What is hidden is hidden from who writes nothing, too.
    let is_written = |place: &PathBuf| writable.iter().any(|root| place.starts_with(root));
    let mut searched = places(context);
    searched.retain(|place| !is_written(place));
    searched.extend(writable.iter().cloned());
    finder.search(&searched, named.chain(base_hidden).chain(base_protected));
    let protected = Protected::of(
        profile,
        base_protected,
        repository.as_ref(),
        &writable,
        context,
        &mut finder,
    )?;
    let stand_ins = repository.as_ref().map(Repository::stand_ins).unwrap_or_default();
    let home = context.home.as_deref().map(real);
    // What every command has a view of its own of needs no hiding.
    let is_seen = |glob: &&PathGlob| {
        !["/proc/", "/dev/", "/run/"]
            .iter()
            .any(|view| glob.as_str().starts_with(view))
    };
    let hidden = profile.hidden.iter().chain(base_hidden).filter(is_seen).cloned();
    let mut hidden = finder.find(&hidden.collect::<Vec<_>>(), Absent::Left, Within::Anywhere);
    hidden.retain(|path| {
        // What a command cannot do without is not hidden from it.
        let is_above_home = home.as_ref().is_some_and(|home| home.starts_with(path));
        !is_above_home && path.exists()
    });
    hidden.extend(sockets(context));
    let hidden: Vec<PathBuf> = hidden.iter().map(real).collect();
    let readable = readable(profile, granted, &mut finder);
    let (network, hosts) = network(profile, !writable.is_empty());
    let environment = environment::of(profile, variables);
    let mut confinement = Confinement {
        profile: sandbox::Profile {
            name: profile.name.as_str().to_owned(),
            writable: distinct(writable),
            readable,
            hidden: distinct(hidden),
            protected: distinct(protected.paths),
            pinned: distinct(protected.pinned),
            stand_ins,
            scratch: Scratch::Private,
            shown: Vec::new(),
            network: network.clone(),
            environment,
            limits: limits(profile),
            devices: distinct(finder.find(&profile.devices, Absent::Left, Within::Anywhere)),
            accepted: Tier::Full,
        },
        hosts: Vec::new(),
        unseen: finder.into_unseen(),
    };
    if network == Network::Proxied {
        confinement.lead_to(hosts);
    }
    Ok(confinement)
}

impl Confinement {
    /// Has the command reach these hosts, by the proxy, and nothing else.
    pub fn lead_to(&mut self, hosts: Vec<String>) {
        environment::tell_of_proxy(&mut self.profile.environment, &hosts);
        self.profile.network = Network::Proxied;
        self.hosts = hosts;
    }
}

/// What a person granted beyond a profile. Only files and directories are ever offered.
#[derive(Default)]
struct Granted {
    writable: Vec<PathBuf>,
    readable: Vec<PathBuf>,
}

impl Granted {
    fn of(grants: &[Grant]) -> Self {
        let mut granted = Self::default();
        for grant in grants {
            match grant {
                Grant::Writable(path) => granted.writable.push(path.clone()),
                Grant::Readable(path) => granted.readable.push(path.clone()),
                Grant::Unprotected(_)
                | Grant::Shown(_)
                | Grant::Device(_)
                | Grant::Loopback
                | Grant::Host(_) => {}
            }
        }
        granted
    }
}

/// What may be read; what is granted to be written is, too.
fn readable(profile: &Profile, granted: Granted, finder: &mut Finder<'_>) -> Readable {
    let Some(globs) = &profile.readable else {
        return Readable::Everything;
    };
    let paths = finder.find(globs, Absent::Kept, Within::Anywhere);
    let mut paths: Vec<PathBuf> = paths.iter().map(real).collect();
    paths.extend(granted.readable);
    paths.extend(granted.writable);
    Readable::Only(distinct(paths))
}

/// What may be connected to, and the hosts that the proxy lets through.
fn network(profile: &Profile, writes: bool) -> (Network, Vec<String>) {
    let network = match &profile.network {
        // Test servers keep working: it is not the host's loopback.
        execpolicy::Network::None if profile.origin.is_none() && writes => Network::Loopback,
        execpolicy::Network::None => Network::None,
        execpolicy::Network::Loopback => Network::Loopback,
        execpolicy::Network::Full => Network::Full,
        execpolicy::Network::Hosts(hosts) => {
            return (Network::Proxied, hosts.iter().map(ToString::to_string).collect());
        }
    };
    (network, Vec::new())
}

fn limits(profile: &Profile) -> Limits {
    let limit = |wanted: &str| {
        let found = profile.limits.iter().find(|(name, _)| &**name == wanted);
        found.map(|(_, most)| *most)
    };
    Limits {
        processes: limit("processes"),
        open_files: limit("open_files"),
        file_size: limit("file_size"),
        memory: limit("memory"),
        cpu_seconds: limit("cpu_seconds"),
        wall_seconds: limit("wall_seconds"),
    }
}

/// A path without symbolic links, as far as it exists.
fn real(path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    for above in path.ancestors() {
        if let Ok(found) = fs::canonicalize(above) {
            let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
            // An empty rest would leave a slash behind.
            return if rest.as_os_str().is_empty() {
                found
            } else {
                found.join(rest)
            };
        }
    }
    path.to_owned()
}

fn distinct(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    // By bytes, which costs less than by names.
    paths.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    paths.dedup();
    paths
}

/// The sockets of our own: what can be seen can be connected to.
fn sockets(context: &Context) -> impl Iterator<Item = PathBuf> {
    let store = context.store.iter().map(|path| PathBuf::from(&**path));
    store.filter(|path| fs::metadata(path).is_ok_and(|about| about.file_type().is_socket()))
}

/// The work tree's root and the directory that a command starts in, without symbolic links.
fn places(context: &Context) -> Vec<PathBuf> {
    let start = match &context.cwd {
        Directory::Known(path) => Some(&**path),
        Directory::Unknown => None,
    };
    let places = [context.workspace.as_deref().or(start)].into_iter().flatten();
    distinct(places.map(real).collect())
}

/// Whether a pattern is about names wherever they stand.
fn is_anywhere(glob: &PathGlob) -> bool {
    glob.as_str().starts_with("**/")
}
