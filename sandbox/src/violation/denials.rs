//! What a profile denies, as a question about one path or address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Grant, Operation, Permits, Rule, Target};
use crate::{Network, Profile, Readable, Scratch};

/// The denials of a profile, made for many questions: each costs what the path has components, however many paths the
/// profile names.
pub struct Denials {
    /// All that the profile names, without what only repeats in a path.
    named: HashMap<OsString, Vec<Kind>>,
    /// The directories above protected paths, each with one of these: it is not moved away with what it holds.
    around: HashMap<OsString, PathBuf>,
    readable: Readable,
    network: Network,
    permits: Box<dyn Permits>,
}

/// As what a profile names a path, with all below it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Writable,
    /// Empty at first, and writable but for what is shown in it.
    Scratch,
    Shown,
    Readable,
    Hidden,
    Protected,
    Device,
}

/// Devices that every profile lets be opened, and directories of such.
const DEVICES: [&str; 9] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/fd",
];

/// Where processes leave what they need no longer; whatever [`Scratch`] the profile has, it may be written.
const SCRATCH: [&str; 2] = ["/tmp", "/dev/shm"];

impl Denials {
    /// Of this profile. No grant is told, see [`Self::granting`].
    pub fn of(profile: &Profile) -> Self {
        let (kind, scratch) = match &profile.scratch {
            Scratch::Private => (Kind::Scratch, None),
            Scratch::Shared => (Kind::Writable, None),
            Scratch::Directory(path) => (Kind::Writable, Some(path.as_path())),
        };
        let readable = match &profile.readable {
            Readable::Everything => [].as_slice(),
            Readable::Only(paths) => paths,
        };
        let devices = paths(&profile.devices).chain(DEVICES.map(Path::new));
        let mut denials = Self {
            named: HashMap::new(),
            around: HashMap::new(),
            readable: profile.readable.clone(),
            network: profile.network.clone(),
            permits: Box::new(|_: &Grant| false),
        };
        // What is hidden is named before what is opened in the same place, so that it stays hidden.
        denials.name(Kind::Hidden, paths(&profile.hidden));
        denials.name(Kind::Writable, paths(&profile.writable));
        denials.name(kind, scratch.into_iter().chain(SCRATCH.map(Path::new)));
        denials.name(Kind::Shown, paths(&profile.shown));
        denials.name(Kind::Readable, paths(readable));
        denials.name(Kind::Protected, paths(&profile.protected));
        for protected in &profile.protected {
            for above in protected.ancestors().skip(1) {
                match denials.around.entry(above.into()) {
                    Entry::Vacant(place) => place.insert(protected.clone()),
                    // What is above it has one too.
                    Entry::Occupied(_) => break,
                };
            }
        }
        denials.name(Kind::Device, devices);
        denials
    }

    fn name<'a>(&mut self, kind: Kind, paths: impl Iterator<Item = &'a Path>) {
        for path in paths {
            let plain: PathBuf = path.components().collect();
            self.named.entry(plain.into_os_string()).or_default().push(kind);
        }
    }

    /// Grants are told where this permits them.
    #[must_use]
    pub fn granting(self, permits: impl Permits + 'static) -> Self {
        Self {
            permits: Box::new(permits),
            ..self
        }
    }

    /// What denies this, if anything does. Of what several rules deny the one is told that speaks of the narrowest thing: a
    /// hidden path, then a protected one. Files of the kernel below `/proc` are left to the kernel.
    pub fn denied(&self, operation: Operation, target: &Target) -> Option<Rule> {
        match target {
            Target::Host(address) => {
                let loopback = address.ip().to_canonical().is_loopback();
                let open = match self.network {
                    Network::None => false,
                    Network::Loopback | Network::Proxied => loopback,
                    Network::Full => true,
                };
                (!open).then_some(Rule::Network)
            }
            Target::File(path) => self.denied_file(operation, path),
        }
    }

    fn denied_file(&self, operation: Operation, path: &Path) -> Option<Rule> {
        let held = self.held(path);
        if let Some(hidden) = held.hidden {
            return Some(Rule::Hidden(hidden.to_path_buf()));
        }
        if path.starts_with("/proc") {
            return None;
        }
        let changes = !matches!(operation, Operation::Read | Operation::Connect);
        if changes && let Some(protected) = held.protected {
            return Some(Rule::Protected(protected.to_path_buf()));
        }
        // A name belongs to the directory it stands in: a writable root does not make its own name writable.
        let names = matches!(
            operation,
            Operation::Create | Operation::Remove | Operation::Rename | Operation::Link
        );
        if held.writable.is_some_and(|root| !(names && root == path)) {
            let moves = matches!(operation, Operation::Rename | Operation::Remove);
            let around = self.around.get(path.as_os_str()).filter(|_| moves);
            return around.cloned().map(Rule::Protected);
        }
        if held.device && !names {
            return None;
        }
        match operation {
            Operation::Connect => Some(Rule::Socket),
            Operation::Read | Operation::Write if path.starts_with("/dev") => Some(Rule::Device),
            Operation::Read => match self.readable {
                Readable::Only(_) if !held.readable => Some(Rule::NotReadable),
                Readable::Only(_) | Readable::Everything => None,
            },
            Operation::Create
            | Operation::Write
            | Operation::Remove
            | Operation::Rename
            | Operation::Link
            | Operation::Attributes => Some(Rule::OutsideWritable),
        }
    }

    /// What of the profile holds the path. Of writable roots the farthest, of the rest the nearest.
    fn held<'a>(&self, path: &'a Path) -> Held<'a> {
        let mut held = Held::default();
        let mut shown = false;
        for above in path.ancestors() {
            for kind in self.named.get(above.as_os_str()).into_iter().flatten() {
                match kind {
                    Kind::Writable => held.writable = Some(above),
                    Kind::Scratch if shown => {}
                    Kind::Scratch => held.writable = held.writable.or(Some(above)),
                    Kind::Shown => shown = true,
                    Kind::Readable => held.readable = true,
                    // What is shown, or writable, in something hidden is there.
                    Kind::Hidden if shown || held.writable.is_some() => {}
                    Kind::Hidden => held.hidden = held.hidden.or(Some(above)),
                    Kind::Protected => held.protected = held.protected.or(Some(above)),
                    Kind::Device => held.device = true,
                }
            }
        }
        held
    }

    /// The narrowest addition that lifts the rule, if the policy permits it.
    pub fn grant(&self, operation: Operation, target: &Target, rule: &Rule) -> Option<Grant> {
        Grant::narrowest(operation, target, rule).filter(|grant| self.permits.may_grant(grant))
    }
}

impl fmt::Debug for Denials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Denials")
            .field("named", &self.named)
            .field("readable", &self.readable)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

/// What of a profile holds a path.
#[derive(Default)]
struct Held<'a> {
    writable: Option<&'a Path>,
    readable: bool,
    hidden: Option<&'a Path>,
    protected: Option<&'a Path>,
    device: bool,
}

fn paths(paths: &[PathBuf]) -> impl Iterator<Item = &Path> {
    paths.iter().map(PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_denies_what_it_does_not_open() {
        use Operation::{Attributes, Connect, Create, Read, Remove, Rename, Write};
        let denials = Denials::of(&Profile {
            writable: vec!["/w/".into(), "/w/inner".into(), "/etc/one".into()],
            hidden: vec!["/w/.env".into(), "/h/.ssh".into()],
            shown: vec!["/h/.ssh/known".into(), "/tmp/given".into()],
            protected: vec!["/w/.git".into(), "/w/sub/.git".into()],
            devices: vec!["/dev/kvm".into()],
            network: Network::Loopback,
            ..Profile::default()
        });
        let inner = || Some(Rule::Protected("/w/sub/.git".into()));
        let protected = || Some(Rule::Protected("/w/.git".into()));
        let cases = [
            ("below a root", Create, "/w/a/b", None),
            ("beside a root", Write, "/wide/a", Some(Rule::OutsideWritable)),
            ("a root's own attributes", Attributes, "/w", None),
            ("a root in a root", Remove, "/w/inner", None),
            ("a root's own name", Remove, "/w", Some(Rule::OutsideWritable)),
            ("a writable file", Write, "/etc/one", None),
            ("its name", Rename, "/etc/one", Some(Rule::OutsideWritable)),
            ("what holds a protected path", Rename, "/w/sub", inner()),
            ("a file in what holds one", Create, "/w/sub/x", None),
            ("a protected path", Rename, "/w/.git", protected()),
            ("below a protected path", Write, "/w/.git/config", protected()),
            ("reading it", Read, "/w/.git/config", None),
            ("beside a protected path", Write, "/w/.gitignore", None),
            (
                "a hidden file in a root",
                Write,
                "/w/.env",
                Some(Rule::Hidden("/w/.env".into())),
            ),
            (
                "below a hidden directory",
                Read,
                "/h/.ssh/id",
                Some(Rule::Hidden("/h/.ssh".into())),
            ),
            ("shown in it", Read, "/h/.ssh/known", None),
            (
                "and not written",
                Write,
                "/h/.ssh/known",
                Some(Rule::OutsideWritable),
            ),
            (
                "shown in scratch",
                Write,
                "/tmp/given/x",
                Some(Rule::OutsideWritable),
            ),
            ("anything else is read", Read, "/h/x", None),
            ("scratch", Create, "/tmp/x", None),
            ("shared memory", Create, "/dev/shm/x", None),
            ("a harmless device", Write, "/dev/null", None),
            ("its name", Remove, "/dev/null", Some(Rule::OutsideWritable)),
            ("a terminal", Write, "/dev/pts/3", None),
            ("a device that is named", Write, "/dev/kvm", None),
            ("another", Read, "/dev/mem", Some(Rule::Device)),
            ("the kernel's own", Write, "/proc/4/oom_score_adj", None),
            ("a socket in a root", Connect, "/w/s", None),
            ("a socket elsewhere", Connect, "/run/s", Some(Rule::Socket)),
        ];
        for (name, operation, path, expected) in cases {
            let found = denials.denied(operation, &Target::File(path.into()));
            assert_eq!(found, expected, "{name}: {path}");
        }
    }

    #[test]
    fn only_what_is_readable_is_read() {
        let denials = Denials::of(&Profile {
            writable: vec!["/w".into()],
            readable: Readable::Only(vec!["/usr".into()]),
            ..Profile::default()
        });
        let read = |path: &str| denials.denied(Operation::Read, &Target::File(path.into()));
        assert_eq!(read("/usr/lib/x"), None);
        assert_eq!(read("/w/x"), None);
        assert_eq!(read("/tmp/x"), None);
        assert_eq!(read("/dev/null"), None);
        assert_eq!(read("/etc/passwd"), Some(Rule::NotReadable));
    }

    #[test]
    fn a_network_is_open_as_far_as_it_says() {
        let cases = [
            (Network::None, "127.0.0.1:80", true),
            (Network::None, "192.0.2.1:80", true),
            (Network::Loopback, "127.0.0.1:80", false),
            (Network::Loopback, "[::1]:80", false),
            (Network::Loopback, "[::ffff:127.0.0.1]:80", false),
            (Network::Proxied, "192.0.2.1:80", true),
            (Network::Full, "192.0.2.1:80", false),
        ];
        for (network, address, denied) in cases {
            let denials = Denials::of(&Profile {
                network: network.clone(),
                ..Profile::default()
            });
            let rule = denials.denied(Operation::Connect, &Target::Host(address.parse().unwrap()));
            assert_eq!(rule.is_some(), denied, "{network:?} {address}");
        }
    }

    #[test]
    fn a_grant_is_told_only_where_policy_permits_it() {
        let target = Target::File("/etc/x".into());
        let grant = |denials: Denials| {
            let rule = denials.denied(Operation::Write, &target).unwrap();
            denials.grant(Operation::Write, &target, &rule)
        };
        let denials = || Denials::of(&Profile::default());
        assert_eq!(grant(denials()), None);
        assert_eq!(
            grant(denials().granting(|_: &Grant| true)),
            Some(Grant::Writable("/etc/x".into()))
        );
        let not_etc = |grant: &Grant| !matches!(grant, Grant::Writable(path) if path.starts_with("/etc"));
        assert_eq!(grant(denials().granting(not_etc)), None);
    }
}
