//! What was really enforced: layer by layer, and what is not kept.

use std::fmt;

use crate::outer::Outer;
use crate::plan::{Covers, LEAST_PROCESSES};
use crate::{Host, Limits, Namespaces, Need, Network, Profile, Protection, Readable, Scratch, Tier};

/// What a run is really confined by. It is returned with every plan and every outcome; nothing of it stands only in a
/// log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enforcement {
    /// The tier that was reached.
    pub tier: Tier,
    /// File access by the kernel's own rules.
    pub landlock: Layer,
    /// System calls that are refused.
    pub seccomp: Layer,
    /// An own view of processes, network, and the rest.
    pub namespaces: Layer,
    /// An own view of the files.
    pub mounts: Layer,
    /// Bounds on what is used.
    pub limits: Layer,
    /// Who watches and reports denials.
    pub observer: Layer,
    /// What is not kept, each with its reason. Empty in tier full but for what no host can keep.
    pub holes: Vec<Hole>,
}

/// How much of a layer stands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Layer {
    /// All of it.
    Full,
    /// Without these parts.
    Partial {
        /// What is missing, in words.
        missing: Vec<String>,
    },
    /// None of it.
    Absent {
        /// Why, in words.
        why: String,
    },
    /// The profile does not need it.
    #[default]
    NotAsked,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => formatter.write_str("full"),
            Self::Partial { missing } => write!(formatter, "partial, without {}", missing.join(", ")),
            Self::Absent { why } => write!(formatter, "absent: {why}"),
            Self::NotAsked => formatter.write_str("not asked"),
        }
    }
}

/// Something that the profile wants kept and that is not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hole {
    /// What is not kept.
    pub protection: Protection,
    /// How far, and why, in words.
    pub why: String,
    /// Whether it is a reason to refuse, or only told: what hardly any host can keep.
    pub need: Need,
}

impl fmt::Display for Hole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.protection, self.why)
    }
}

/// What will be enforced by a profile on a host.
pub(crate) fn enforcement(profile: &Profile, host: &Host, covers: &Covers) -> Enforcement {
    let holes = holes(profile, host, covers);
    let absent = |why: &str| Layer::Absent { why: why.to_owned() };
    let namespaces = match &host.namespaces {
        Namespaces::User | Namespaces::Privileged => Layer::Full,
        Namespaces::Absent { why } => absent(why),
    };
    let is_bounded = !holes.iter().any(|hole| hole.protection == Protection::Limits);
    Enforcement {
        tier: host.tier(),
        landlock: landlock_layer(host.landlock),
        seccomp: if host.seccomp {
            Layer::Full
        } else {
            absent("the kernel takes no filters over system calls")
        },
        mounts: namespaces.clone(),
        namespaces,
        limits: match (profile.limits == Limits::default(), is_bounded) {
            (true, _) => Layer::NotAsked,
            (false, true) => Layer::Full,
            (false, false) => Layer::Partial {
                missing: vec!["the bound of processes".to_owned()],
            },
        },
        observer: Layer::NotAsked,
        holes,
    }
}

/// The versions of Landlock that brought something which is used.
const LANDLOCK: &[(u32, &str)] = &[
    (2, "moving files between directories"),
    (3, "truncating"),
    (4, "TCP ports"),
    (5, "device commands"),
    (6, "signals and abstract sockets"),
];

fn landlock_layer(version: u32) -> Layer {
    if version == 0 {
        return Layer::Absent {
            why: "the kernel has no Landlock, or it is switched off".to_owned(),
        };
    }
    let missing: Vec<String> = LANDLOCK
        .iter()
        .filter(|(since, _)| version < *since)
        .map(|(_, what)| (*what).to_owned())
        .collect();
    if missing.is_empty() {
        Layer::Full
    } else {
        Layer::Partial { missing }
    }
}

/// What is not kept.
fn holes(profile: &Profile, host: &Host, covers: &Covers) -> Vec<Hole> {
    let mut holes = Vec::new();
    let mut hole = |protection, why: String, need| {
        holes.push(Hole {
            protection,
            why,
            need,
        });
    };
    if host.landlock == 0 && *covers != Covers::Mounted {
        hole(
            Protection::Writes,
            "nothing keeps writes inside the writable paths".to_owned(),
            Need::Must,
        );
    }
    if host.landlock == 0 && (*covers != Covers::Mounted || profile.readable != Readable::Everything) {
        hole(
            Protection::Readable,
            "nothing keeps files from being read".to_owned(),
            Need::Must,
        );
    }
    if !host.seccomp {
        hole(
            Protection::SystemCalls,
            "dangerous system calls are not refused".to_owned(),
            Need::Must,
        );
        hole(
            Protection::Sockets,
            "sockets of every family can be made".to_owned(),
            Need::Must,
        );
    }
    match covers {
        Covers::Mounted => mounted(profile, host, &mut hole),
        Covers::Unmounted(outer) => unmounted(profile, host, outer, &mut hole),
    }
    holes
}

/// What is not kept although there are namespaces.
fn mounted(profile: &Profile, host: &Host, hole: &mut impl FnMut(Protection, String, Need)) {
    let is_root = host.namespaces == Namespaces::Privileged;
    if let Some(most) = profile.limits.processes {
        if is_root && !host.process_bound {
            hole(
                Protection::Limits,
                "before Linux 6.14 the processes of root are not bounded".to_owned(),
                Need::Must,
            );
        } else if is_root && most < LEAST_PROCESSES {
            let why = format!("the processes of root are bounded to {LEAST_PROCESSES}, not to {most}");
            hole(Protection::Limits, why, Need::Must);
        }
    }
    if host.landlock < 6 {
        hole(
            Protection::Processes,
            "signals reach the process group that the command was started from".to_owned(),
            Need::May,
        );
    }
    if host.landlock < SOCKETS_BY_PATH {
        hole(
            Protection::Sockets,
            "unix sockets that are made after the start are not covered, nor those that were bound by a relative path, \
             were renamed since, or listen in another network namespace"
                .to_owned(),
            Need::May,
        );
    }
}

/// What is not kept without namespaces, and is not seen to be kept by a sandbox further out.
fn unmounted(profile: &Profile, host: &Host, outer: &Outer, hole: &mut impl FnMut(Protection, String, Need)) {
    let mut must = |protection, why: &str| hole(protection, why.to_owned(), Need::Must);
    if !outer.seals(&profile.writable) {
        let why = "modes, owners and times of files outside can be changed where the user owns them";
        must(Protection::Attributes, why);
    }
    for path in &profile.protected {
        if profile.writable.iter().any(|root| path.starts_with(root)) && !Outer::protects(path) {
            let why = format!(
                "`{}` can be changed: it lies in something writable",
                path.display()
            );
            must(Protection::Protected, &why);
        }
    }
    for path in &profile.hidden {
        if profile.writable.iter().any(|root| path.starts_with(root)) && !Outer::hides(path) {
            let why = format!("`{}` can be read: it lies in something writable", path.display());
            must(Protection::Hidden, &why);
        }
    }
    if profile.scratch == Scratch::Private && !outer.has_own_scratch() {
        must(
            Protection::Scratch,
            "`/tmp` is the host's to read, and `/dev/shm` to write",
        );
    }
    if profile.network == Network::Proxied {
        must(
            Protection::Network,
            "only an own network namespace leads through the proxy",
        );
    }
    if !outer.is_ours() {
        must(
            Protection::Sockets,
            "unix sockets of other processes can be connected to",
        );
        must(
            Protection::Processes,
            "other processes are seen, and their priorities can be changed",
        );
    }
    if !host.children {
        must(
            Protection::Survival,
            "the kernel does not list children, so what leaves its parent is not found",
        );
    }
    if profile.limits.processes.is_some() {
        must(
            Protection::Limits,
            "processes are counted by user, not by command",
        );
    }
}

/// The version of Landlock that keeps unix sockets by their paths.
const SOCKETS_BY_PATH: u32 = 9;
