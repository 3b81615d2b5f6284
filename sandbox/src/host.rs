//! What the host offers to confine with.

use std::fs;

use crate::Tier;
use crate::sys::{fork, landlock, seccomp, trial};

/// Facts about this host. Those that cost a process to prove are presumed here and proved by the launch itself, which
/// fails closed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact about the kernel, and they are independent"
)]
pub struct Host {
    /// The version of Landlock's interface; zero where there is none.
    pub landlock: u32,
    /// Whether filters over system calls can be installed.
    pub seccomp: bool,
    /// Whether calls can be told to an observer.
    pub notifications: bool,
    /// How namespaces can be had.
    pub namespaces: Namespaces,
    /// Whether each process namespace has a bound of its own (Linux 6.14).
    pub process_bound: bool,
    /// Whether the kernel lists a process's children, which the sweep in tier landlock needs.
    pub children: bool,
    /// The user who asks.
    pub user: u32,
    /// The group who asks.
    pub group: u32,
}

/// How namespaces can be had.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Namespaces {
    /// By a user namespace, as every user may.
    User,
    /// By privilege, without one.
    Privileged,
    /// Not at all.
    Absent {
        /// Why, in words.
        why: String,
    },
}

impl Host {
    /// Looks at this host without making a process: a few system calls and files of `/proc`.
    pub fn look() -> Self {
        let release = rustix::system::uname();
        let release = release.release().to_string_lossy().into_owned();
        Self {
            landlock: landlock::version(),
            seccomp: seccomp::knows(libc::SECCOMP_RET_ERRNO),
            notifications: seccomp::knows(libc::SECCOMP_RET_USER_NOTIF),
            namespaces: namespaces(),
            process_bound: at_least(&release, (6, 14)),
            children: fs::read("/proc/thread-self/children").is_ok(),
            user: rustix::process::geteuid().as_raw(),
            group: rustix::process::getegid().as_raw(),
        }
    }

    /// The best tier that it can reach.
    pub fn tier(&self) -> Tier {
        let namespaces = !matches!(self.namespaces, Namespaces::Absent { .. });
        match (self.landlock > 0 && self.seccomp, namespaces) {
            (true, true) => Tier::Full,
            (true, false) => Tier::Landlock,
            (false, _) => Tier::None,
        }
    }
}

/// Whether a kernel's release is at least this one.
fn at_least(release: &str, wanted: (u32, u32)) -> bool {
    let mut numbers = release
        .split(|character: char| !character.is_ascii_digit())
        .map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= wanted,
        _ => false,
    }
}

fn namespaces() -> Namespaces {
    let absent = |why: &str| Namespaces::Absent { why: why.to_owned() };
    if fork::are_namespaces_refused() {
        return absent(
            "a filter over system calls refuses them: this process runs in a container or in another sandbox",
        );
    }
    let own = if is_privileged() {
        Namespaces::Privileged
    } else {
        Namespaces::User
    };
    // In a user namespace that somebody else has made, its maker may have forbidden what the settings allow.
    if !is_first_user_namespace()
        && let Err(error) = trial::view(own == Namespaces::User)
    {
        return absent(&format!(
            "the user namespace around this process forbids them: {}",
            std::io::Error::from(error)
        ));
    }
    if own == Namespaces::Privileged {
        return own;
    }
    let setting = |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    if setting("/proc/sys/user/max_user_namespaces").as_deref() == Some("0") {
        return absent("`user.max_user_namespaces` is 0");
    }
    if setting("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
        return absent("`kernel.unprivileged_userns_clone` is 0");
    }
    if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") {
        return absent("`kernel.apparmor_restrict_unprivileged_userns` is 1");
    }
    own
}

/// Whether no user namespace is around this process but the machine's own, which knows all users.
fn is_first_user_namespace() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

/// Whether this process has the privileges that its steps need without a user namespace.
fn is_privileged() -> bool {
    use rustix::thread::CapabilitySet;
    let needed = CapabilitySet::SYS_ADMIN | CapabilitySet::NET_ADMIN | CapabilitySet::SETPCAP;
    rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_number() {
        for (release, is) in [
            ("6.18.44-fc-v657", true),
            ("6.14", true),
            ("6.9.1", false),
            ("5.15.0-91-generic", false),
            ("10.0-rc1", true),
            ("", false),
            ("x.y", false),
        ] {
            assert_eq!(at_least(release, (6, 14)), is, "{release}");
        }
    }
}
