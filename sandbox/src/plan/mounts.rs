//! The command's own view of the files: which steps make it.

mod outermost;
mod pinned;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use outermost::outermost;
use pinned::pinned;
use rustix::fs::OFlags;

use super::files::DEVICES;
use super::step::{Blank, Presence, Step, TreeAccess};
use super::{BLANK_DIRECTORY, BLANK_FILE, LEAST_PROCESSES, PlanError, c_path};
use crate::{Host, Namespaces, Network, Profile, Scratch, no_links, placeholder};

/// What every command finds empty but for what its profile shows: sockets of services and of agents, and other users'
/// files.
const RUN: &str = "/run";

/// What stays to be seen below `/run`: no service listens there, and programs are found by it.
const SHOWN: &[&str] = &["/run/current-system", "/run/booted-system", "/run/opengl-driver"];

/// Paths that are hidden or protected by a mount each, at most: the kernel bounds the mounts of a view (`fs.mount-max`,
/// 100,000 where nobody sets it), and each costs time.
const MOST_COVERED: usize = 30_000;

/// What root could change about the whole machine by writing to its own view of the processes.
const MACHINE: &[&str] = &[
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
];

/// The steps of a view, and what they skip.
pub(super) struct View {
    /// The steps, in order.
    pub(super) steps: Vec<Step>,
    /// How many copies of mounts are kept on the way.
    pub(super) slots: usize,
    /// Paths of the profile that are not there.
    pub(super) absent: Vec<PathBuf>,
    /// Protected paths that are not there.
    pub(super) missing: Vec<PathBuf>,
    /// After how many steps what is protected is protected.
    pub(super) protect_at: usize,
}

/// The steps that make a profile's view of the files, in a new mount namespace.
///
/// # Errors
/// [`PlanError::Path`] for a path with a null, [`PlanError::TooManyCovered`].
pub(super) fn view(profile: &Profile, host: &Host, sockets: &[PathBuf]) -> Result<View, PlanError> {
    let mut view = View {
        steps: vec![Step::Separate],
        slots: 0,
        absent: Vec::new(),
        missing: Vec::new(),
        protect_at: 0,
    };
    let roots = outermost(&profile.writable);
    let covers = covers(profile);
    // What is to be seen through a cover, or written in a read-only tree, is taken before either is made.
    let mut attached: Vec<(PathBuf, usize, Kind)> = Vec::new();
    for (path, access) in trees(profile, &roots, &covers) {
        match Kind::of(&path) {
            Some(kind) => {
                let slot = view.take(&path, access)?;
                attached.push((path, slot, kind));
            }
            None => view.absent.push(path),
        }
    }
    let mut devices = Vec::new();
    let named = DEVICES.iter().map(|name| Path::new("/dev").join(name));
    for path in named.chain(profile.devices.iter().cloned()) {
        if Kind::of(&path).is_some() {
            let slot = view.take(&path, TreeAccess::Device)?;
            devices.push((path, slot));
        }
    }
    let scratch = match &profile.scratch {
        Scratch::Directory(path) => Some(view.take(path, TreeAccess::Write)?),
        Scratch::Private | Scratch::Shared => None,
    };
    if !roots.iter().any(|root| root.as_os_str() == "/") {
        view.steps.push(Step::SealRoot);
    }
    for cover in &covers {
        view.steps.push(Step::Cover {
            path: c_path(cover)?,
            options: cover_options(cover),
        });
    }
    if let Some(slot) = scratch {
        view.attach(Path::new("/tmp"), slot)?;
    }
    view.devices(devices)?;
    attached.sort_by_key(|(path, ..)| path.components().count());
    let mut made = BTreeSet::new();
    for (path, slot, kind) in attached {
        if let Some(cover) = covers
            .iter()
            .filter(|cover| path.starts_with(cover))
            .max_by_key(|cover| cover.components().count())
        {
            view.mount_point(&path, cover, kind, &mut made)?;
        }
        view.attach(&path, slot)?;
    }
    view.steps.push(Step::Seal(c"/dev".to_owned()));
    for cover in covers.iter().filter(|cover| is_sealed(cover)) {
        view.steps.push(Step::Seal(c_path(cover)?));
    }
    view.protect(profile, &roots)?;
    view.hide(profile, &covers, sockets)?;
    view.steps.push(Step::Processes);
    if let Some(most) = profile.limits.processes
        && host.process_bound
    {
        view.steps.push(Step::BoundProcesses(most.max(LEAST_PROCESSES)));
    }
    if host.namespaces == Namespaces::Privileged {
        for path in MACHINE {
            if Path::new(path).exists() {
                view.steps.push(Step::Protect(c_path(Path::new(path))?));
            }
        }
    }
    Ok(view)
}

/// Whether something is a directory, to be mounted on one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Directory,
    File,
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok()?;
        Some(if found.is_dir() {
            Self::Directory
        } else {
            Self::File
        })
    }
}

/// Whether another run may have put there what stands there, and may take it away before this one begins: whether it is
/// held is seen when this one does. Outside of the writable roots none is held.
fn is_passing(profile: &Profile, path: &Path) -> bool {
    let is_writable = || profile.writable.iter().any(|root| path.starts_with(root));
    profile.stand_ins.iter().any(|one| one.path == path)
        || is_writable()
            && no_links::directory(path, OFlags::RDONLY).is_ok_and(|found| placeholder::may_be_one(&found))
}

/// What is covered with something empty: `/tmp`, `/run`, and hidden directories in which something is shown.
fn covers(profile: &Profile) -> Vec<PathBuf> {
    let mut covers = vec![PathBuf::from(RUN), PathBuf::from("/dev")];
    if profile.scratch == Scratch::Private {
        covers.push(PathBuf::from("/tmp"));
    }
    let is_open = |path: &PathBuf| {
        let inner = profile.writable.iter().chain(&profile.shown);
        inner.into_iter().any(|one| one != path && one.starts_with(path))
    };
    covers.extend(profile.hidden.iter().filter(|path| is_open(path)).cloned());
    covers.retain(|cover| Kind::of(cover) == Some(Kind::Directory));
    covers.sort();
    covers.dedup();
    // What lies in a cover is not there to be covered.
    let outer = outermost(&covers);
    covers.retain(|cover| outer.contains(cover));
    covers
}

/// Whether a cover is read-only in the end.
fn is_sealed(cover: &Path) -> bool {
    cover != Path::new("/tmp") && cover != Path::new("/dev")
}

fn cover_options(cover: &Path) -> std::ffi::CString {
    if cover == Path::new("/tmp") {
        c"mode=1777".to_owned()
    } else {
        c"mode=0755,size=1m".to_owned()
    }
}

/// What is taken before the covers are made: writable roots, and what is shown below a cover.
fn trees(profile: &Profile, roots: &[PathBuf], covers: &[PathBuf]) -> Vec<(PathBuf, TreeAccess)> {
    let mut trees: Vec<(PathBuf, TreeAccess)> = Vec::new();
    for root in roots {
        // All of the root is not taken: it is there, and is not sealed.
        let is_scratch = root == Path::new("/tmp") && profile.scratch != Scratch::Shared;
        if root.as_os_str() != "/" && !is_scratch {
            trees.push((root.clone(), TreeAccess::Write));
        }
    }
    if profile.scratch == Scratch::Shared {
        trees.push((PathBuf::from("/tmp"), TreeAccess::Write));
    }
    let resolver = match profile.network {
        Network::Full => fs::canonicalize("/etc/resolv.conf").ok(),
        Network::None | Network::Loopback | Network::Proxied => None,
    };
    let shown = profile.shown.iter().cloned();
    let shown = shown.chain(SHOWN.iter().map(PathBuf::from)).chain(resolver);
    for path in shown {
        let is_covered = covers.iter().any(|cover| path.starts_with(cover));
        let is_taken = trees.iter().any(|(other, _)| path.starts_with(other));
        if is_covered && !is_taken && (profile.shown.contains(&path) || Kind::of(&path).is_some()) {
            trees.push((path, TreeAccess::Read));
        }
    }
    trees
}

fn check_count(paths: &[PathBuf]) -> Result<(), PlanError> {
    if paths.len() > MOST_COVERED {
        return Err(PlanError::TooManyCovered);
    }
    Ok(())
}

impl View {
    fn take(&mut self, path: &Path, access: TreeAccess) -> Result<usize, PlanError> {
        let slot = self.slots;
        self.slots = slot.saturating_add(1);
        let path = c_path(path)?;
        self.steps.push(Step::Take { path, slot, access });
        Ok(slot)
    }

    fn attach(&mut self, path: &Path, slot: usize) -> Result<(), PlanError> {
        let path = c_path(path)?;
        self.steps.push(Step::Attach { slot, path });
        Ok(())
    }

    /// Something to mount on, inside a cover.
    fn mount_point(
        &mut self,
        path: &Path,
        cover: &Path,
        kind: Kind,
        made: &mut BTreeSet<PathBuf>,
    ) -> Result<(), PlanError> {
        let mut above: Vec<&Path> = path.ancestors().skip(1).take_while(|one| *one != cover).collect();
        above.reverse();
        for directory in above {
            if made.insert(directory.to_owned()) {
                self.steps.push(Step::MakeDirectory(c_path(directory)?));
            }
        }
        if path != cover && made.insert(path.to_owned()) {
            self.steps.push(match kind {
                Kind::Directory => Step::MakeDirectory(c_path(path)?),
                Kind::File => Step::MakeFile(c_path(path)?),
            });
        }
        Ok(())
    }

    /// A `/dev` with the harmless devices, own terminals and own shared memory, and the two blanks that hide things.
    fn devices(&mut self, devices: Vec<(PathBuf, usize)>) -> Result<(), PlanError> {
        let mut made = BTreeSet::new();
        for (path, slot) in devices {
            self.mount_point(&path, Path::new("/dev"), Kind::File, &mut made)?;
            self.attach(&path, slot)?;
        }
        for directory in [c"/dev/pts", c"/dev/shm", BLANK_DIRECTORY] {
            self.steps.push(Step::MakeDirectory(directory.to_owned()));
        }
        self.steps.push(Step::MakeFile(BLANK_FILE.to_owned()));
        self.steps.push(Step::Blanks);
        self.steps.push(Step::Terminals(c"/dev/pts".to_owned()));
        self.steps.push(Step::Cover {
            path: c"/dev/shm".to_owned(),
            options: c"mode=1777".to_owned(),
        });
        for (target, path) in [
            (c"pts/ptmx", c"/dev/ptmx"),
            (c"/proc/self/fd", c"/dev/fd"),
            (c"/proc/self/fd/0", c"/dev/stdin"),
            (c"/proc/self/fd/1", c"/dev/stdout"),
            (c"/proc/self/fd/2", c"/dev/stderr"),
        ] {
            self.steps.push(Step::MakeLink {
                target: target.to_owned(),
                path: path.to_owned(),
            });
        }
        Ok(())
    }

    fn protect(&mut self, profile: &Profile, roots: &[PathBuf]) -> Result<(), PlanError> {
        // What lies in something protected is protected with it.
        let paths = outermost(&profile.protected);
        check_count(&paths)?;
        for path in pinned(profile, &paths, roots) {
            self.steps.push(Step::Pin(c_path(&path)?));
        }
        for path in paths {
            if Kind::of(&path).is_some() && !is_passing(profile, &path) {
                self.steps.push(Step::Protect(c_path(&path)?));
            } else {
                self.missing.push(path);
            }
        }
        self.protect_at = self.steps.len();
        Ok(())
    }

    fn hide(&mut self, profile: &Profile, covers: &[PathBuf], sockets: &[PathBuf]) -> Result<(), PlanError> {
        let shown: Vec<&PathBuf> = profile.writable.iter().chain(&profile.shown).collect();
        let is_covered = |path: &Path| {
            let cover = covers.iter().any(|cover| path.starts_with(cover));
            cover
                && !shown
                    .iter()
                    .any(|one| path.starts_with(one) && covers.iter().any(|cover| one.starts_with(cover)))
        };
        let hidden = outermost(&profile.hidden);
        check_count(&hidden)?;
        let blanks = hidden.iter().map(|path| (path, Presence::Vanishing));
        let sockets = sockets.iter().map(|path| (path, Presence::Vanishing));
        for (path, presence) in blanks.chain(sockets) {
            if covers.contains(path) || is_covered(path) {
                continue;
            }
            let with = match Kind::of(path) {
                Some(Kind::Directory) => Blank::Directory,
                Some(Kind::File) => Blank::File,
                None => continue,
            };
            self.steps.push(Step::Hide {
                path: c_path(path)?,
                with,
                presence,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_can_be_mounted_is_refused() {
        let hidden = (0..=MOST_COVERED)
            .map(|n| PathBuf::from(format!("/w/d{n}/.env")))
            .collect();
        let profile = Profile {
            hidden,
            ..Profile::default()
        };
        let refused = view(&profile, &Host::look(), &[]);
        assert!(matches!(refused, Err(PlanError::TooManyCovered)));
    }
}
