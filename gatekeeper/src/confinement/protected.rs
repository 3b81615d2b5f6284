//! Which paths stay as they are although they lie in something writable.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::slice;

use execpolicy::{Context, PathGlob, Profile};

use super::found::{Absent, Finder, Within};
use super::git::Repository;
use super::{ConfinementError, places, real};

/// The paths that are protected.
#[derive(Default)]
pub(super) struct Protected {
    pub(super) paths: Vec<PathBuf>,
    /// Directories that stay in their places, with what is protected below them.
    pub(super) pinned: Vec<PathBuf>,
    /// What was looked at, and whether as something essential: many patterns mean the same path.
    seen: BTreeSet<(PathBuf, bool)>,
}

impl Protected {
    /// What a profile protects in these roots, what the one that it builds on does, and what git reads there.
    pub(super) fn of(
        profile: &Profile,
        base: &[PathGlob],
        repository: Option<&Repository>,
        writable: &[PathBuf],
        context: &Context,
        finder: &mut Finder<'_>,
    ) -> Result<Self, ConfinementError> {
        let mut protected = Self {
            pinned: places(context),
            ..Self::default()
        };
        // What judges is looked for by its full path.
        let judging = context.policy.iter().map(|path| Path::new(&**path));
        protected
            .pinned
            .extend(judging.filter_map(Path::parent).map(real));
        // Where the gate keeps what it relies on is made by nobody else, nor is its place.
        for store in context.store.iter().map(|path| real(Path::new(&**path))) {
            let is_file = fs::symlink_metadata(&store).is_ok_and(|about| !about.is_dir());
            if is_file {
                protected.pinned.extend(store.parent().map(Path::to_owned));
            } else {
                protected.pinned.push(store.clone());
                protected.add(store, true, writable, finder)?;
            }
        }
        let is_custom = profile.origin.is_some();
        for glob in profile.protected.iter().chain(base) {
            let is_essential = is_essential(glob) || (is_custom && profile.protected.contains(glob));
            let absent = if is_essential { Absent::Kept } else { Absent::Left };
            for path in finder.find(slice::from_ref(glob), absent, Within::Roots(writable)) {
                protected.add(path, is_essential, writable, finder)?;
            }
        }
        let Some(repository) = repository else {
            // Who makes a repository says what git executes in it.
            for place in places(context) {
                protected.add(place.join(".git"), true, writable, finder)?;
            }
            return Ok(protected);
        };
        for path in repository.protected(profile.name.as_str()) {
            protected.add(path, true, writable, finder)?;
        }
        protected.pinned.extend(repository.pinned());
        if !writable.is_empty() {
            protected.add_led(repository, context, writable, finder)?;
        }
        Ok(protected)
    }

    /// Adds a path that lies in something writable. Where it is essential, it is not to be made either, and a link in
    /// its place cannot be accepted; where it is not, only what is there counts.
    fn add(
        &mut self,
        path: PathBuf,
        is_essential: bool,
        writable: &[PathBuf],
        finder: &mut Finder<'_>,
    ) -> Result<(), ConfinementError> {
        let is_writable = |path: &Path| writable.iter().any(|root| path.starts_with(root));
        if !is_writable(&path) || !self.seen.insert((path.clone(), is_essential)) {
            return Ok(());
        }
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() && is_essential => {
                return Err(ConfinementError::ProtectedLink { path });
            }
            Ok(found) if found.is_symlink() => {
                let what = format!(
                    "`{}` is a link: what it leads to is protected, the link is not",
                    path.display()
                );
                finder.tell(what);
                let real = real(&path);
                if is_writable(&real) && real.exists() {
                    self.paths.push(real);
                }
            }
            Ok(_) => self.paths.push(path),
            Err(_) if is_essential => self.paths.push(path),
            Err(_) => {}
        }
        Ok(())
    }

    /// Adds what a repository's config leads git to.
    fn add_led(
        &mut self,
        repository: &Repository,
        context: &Context,
        writable: &[PathBuf],
        finder: &mut Finder<'_>,
    ) -> Result<(), ConfinementError> {
        let led = repository.led(context);
        for what in led.unclear {
            finder.tell(what);
        }
        for path in led.to {
            let Some(written) = plain(&path) else { continue };
            let (Some(parent), Some(name)) = (written.parent(), written.file_name()) else {
                continue;
            };
            let parent = real(parent);
            let path = parent.join(name);
            if !writable.iter().any(|root| path.starts_with(root)) || repository.has(&path) {
                continue;
            }
            let mut tell = |what: &str| {
                finder.tell(format!(
                    "`{}`, which git's config names, {what}",
                    written.display()
                ));
            };
            if places(context).iter().any(|place| place.starts_with(&path)) {
                tell("holds the work tree: it cannot be protected");
                continue;
            }
            if path != written {
                tell("is reached by a link: what it leads to is protected, the link is not");
            }
            self.pinned.push(parent);
            self.add(path, true, writable, finder)?;
        }
        Ok(())
    }
}

/// A path without `.` and `..`, by its names alone.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain.is_absolute().then_some(plain)
}

/// Names at the root of a work tree that nothing confined may bring into being: git, agents and the gate read there
/// what to execute.
const ESSENTIAL: &[&str] = &["**/.git/**", "**/.execpolicy/**", "**/.claude/**", "**/.codex/**"];

fn is_essential(glob: &PathGlob) -> bool {
    ESSENTIAL.contains(&glob.as_str()) || glob.begins_with("$POLICY")
}
