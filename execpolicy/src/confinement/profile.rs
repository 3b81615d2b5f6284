//! A sandbox profile as policy describes it, and which of two is the narrower.

use crate::{ConfinementName, NamePattern, Origin, PathGlob};

/// What a command may touch while it runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile {
    /// What rules and callers call it.
    pub name: ConfinementName,
    /// What may be written.
    pub writable: Vec<PathGlob>,
    /// What may be read; `None` is all that is not hidden.
    pub readable: Option<Vec<PathGlob>>,
    /// What may not be read.
    pub hidden: Vec<PathGlob>,
    /// What may not be written although it lies in something writable.
    pub protected: Vec<PathGlob>,
    /// What may be connected to.
    pub network: Network,
    /// Names of variables that reach the command; `None` is all.
    pub env: Option<Vec<NamePattern>>,
    /// Variables that the command gets, with their values.
    pub set: Vec<(Box<str>, Box<str>)>,
    /// Bounds by name: `processes`, `open_files`, `file_size` and `memory` in bytes, `cpu_seconds`, `wall_seconds`.
    pub limits: Vec<(Box<str>, u64)>,
    /// Devices beside the harmless ones.
    pub devices: Vec<PathGlob>,
    /// Where it is described; `None` for those that come with us.
    pub origin: Option<Origin>,
}

/// What may be connected to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Network {
    /// Nothing.
    #[default]
    None,
    /// This machine, seen from inside.
    Loopback,
    /// These hosts.
    Hosts(Vec<Box<str>>),
    /// Everything.
    Full,
}

/// The bounds that a profile may set.
pub(crate) const LIMITS: &[&str] = &[
    "processes",
    "open_files",
    "file_size",
    "memory",
    "cpu_seconds",
    "wall_seconds",
];

/// Names that hold secrets wherever they stand, hidden in every profile that comes with us: those that the default
/// policy guards from readers.
#[rustfmt::skip]
const HIDDEN_NAMES: &[&str] = &[
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", ".mozilla", ".terraform.d",
    ".config/gh", ".config/gcloud", ".config/hub", ".config/op", ".config/rclone", ".config/google-chrome",
    ".config/chromium", ".config/git/credentials", ".local/share/keyrings", ".claude/.credentials.json",
    ".codex/auth.json", ".cargo/credentials", ".cargo/credentials.toml", ".m2/settings.xml", ".gem/credentials",
    ".netrc", ".git-credentials", ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".vault-token", ".env", ".env.local",
    ".env.development", ".env.production", ".env.staging", ".env.test", ".bash_history", ".zsh_history",
    ".python_history", ".node_repl_history", ".psql_history", ".mysql_history", "id_rsa", "id_ed25519", "id_ecdsa",
    "id_dsa",
];

/// Of each process in `/proc`, what leads into it.
const HIDDEN_OF_PROCESSES: &[&str] = &["environ", "mem", "root", "cwd", "fd", "task"];

/// How the names of raw disks begin in `/dev`.
const DISKS: &[&str] = &[
    "sd", "vd", "hd", "xvd", "nvme", "mmcblk", "dm-", "md", "loop", "nbd", "mapper", "disk", "block",
];

/// Paths of the system that are hidden.
#[rustfmt::skip]
const HIDDEN: &[&str] = &[
    "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d/**",
    "/etc/ssl/private/**", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key",
    "/etc/ssh/ssh_host_ed25519_key", "/etc/letsencrypt/**", "/etc/krb5.keytab", "/etc/security/opasswd",
    "/etc/NetworkManager/system-connections/**", "/run/secrets/**", "/var/run/secrets/**", "/root/**", "/proc/kcore", "/dev/mem", "/dev/kmem",
];

/// What nobody writes who works in the workspace.
const PROTECTED: &[&str] = &["**/.execpolicy/**", "**/.codex/**", "**/.claude/**", "$POLICY/**"];

/// The profile of that name that comes with us: `read-only`, `workspace-write`, `workspace-commit`, `none`.
pub(crate) fn built_in(name: &str) -> Option<Profile> {
    let globs = |texts: &[&str]| -> Vec<PathGlob> {
        texts.iter().filter_map(|text| PathGlob::new(text).ok()).collect()
    };
    let (writable, git, network) = match name {
        "read-only" => (globs(&[]), globs(&["**/.git/**"]), Network::None),
        "workspace-write" => (
            globs(&["$WORKSPACE/**", "$TMPDIR/**", "/tmp/**"]),
            globs(&["**/.git/**"]),
            Network::None,
        ),
        "workspace-commit" => (
            globs(&["$WORKSPACE/**", "$TMPDIR/**", "/tmp/**"]),
            globs(&["**/.git/hooks/**", "**/.git/config"]),
            Network::None,
        ),
        "none" => (globs(&["/**"]), Vec::new(), Network::Full),
        _ => return None,
    };
    let confines = name != "none";
    let kept = |texts| if confines { globs(texts) } else { Vec::new() };
    let mut protected = kept(PROTECTED);
    let mut hidden = kept(HIDDEN);
    if confines {
        let names = HIDDEN_NAMES.iter();
        hidden.extend(names.filter_map(|name| PathGlob::new(&format!("**/{name}/**")).ok()));
        for process in ["self", "thread-self", "[0-9]*"] {
            let parts = HIDDEN_OF_PROCESSES.iter();
            let globs = parts.map(|part| PathGlob::new(&format!("/proc/{process}/{part}/**")));
            hidden.extend(globs.filter_map(Result::ok));
        }
        let disks = DISKS
            .iter()
            .map(|disk| PathGlob::new(&format!("/dev/{disk}*/**")));
        hidden.extend(disks.filter_map(Result::ok));
    }
    protected.extend(git);
    Some(Profile {
        name: ConfinementName::new(name),
        writable,
        readable: None,
        hidden,
        protected,
        network,
        env: None,
        set: Vec::new(),
        limits: Vec::new(),
        devices: if confines { Vec::new() } else { globs(&["/dev/**"]) },
        origin: None,
    })
}

impl Profile {
    /// Whether it lets nothing happen that the other would not: it is the narrower, or they are equal.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let readable = match (&self.readable, &other.readable) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => all_within(own, others),
        };
        let env = match (&self.env, &other.env) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => own.iter().all(|name| others.contains(name)),
        };
        let limits = other.limits.iter().all(|(name, most)| {
            let own = self.limits.iter().find(|(known, _)| known == name);
            own.is_some_and(|(_, own)| own <= most)
        });
        readable
            && env
            && limits
            && all_within(&self.writable, &other.writable)
            && all_within(&other.hidden, &self.hidden)
            && all_within(&other.protected, &self.protected)
            && all_within(&self.devices, &other.devices)
            && self.network.is_within(&other.network)
            && self.set == other.set
    }
}

impl Network {
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, _) | (_, Self::Full) | (Self::Loopback, Self::Loopback) => true,
            (Self::Hosts(own), Self::Hosts(others)) => own.iter().all(|host| others.contains(host)),
            (Self::Loopback | Self::Hosts(_) | Self::Full, _) => false,
        }
    }
}

/// Whether each of these patterns lies in one of the others.
pub(crate) fn all_within(own: &[PathGlob], others: &[PathGlob]) -> bool {
    own.iter()
        .all(|glob| others.iter().any(|other| glob.is_within(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profiles_that_come_with_us_are_a_chain() {
        let chain = ["read-only", "workspace-write", "workspace-commit", "none"];
        let chain = chain.map(|name| built_in(name).unwrap());
        for (place, narrow) in chain.iter().enumerate() {
            for (other, wide) in chain.iter().enumerate() {
                assert_eq!(
                    narrow.is_within(wide),
                    place <= other,
                    "{} in {}",
                    narrow.name,
                    wide.name
                );
            }
        }
        assert_eq!(built_in("unheard-of"), None);
    }

    #[test]
    fn every_shipped_pattern_is_one() {
        for text in HIDDEN.iter().chain(PROTECTED).chain(HIDDEN_NAMES) {
            let text = if HIDDEN_NAMES.contains(text) {
                format!("**/{text}/**")
            } else {
                (*text).to_owned()
            };
            assert!(PathGlob::new(&text).is_ok(), "{text}");
        }
    }
}
