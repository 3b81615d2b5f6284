//! What the items of a turn have changed, as one diff.

mod content;
mod held;
mod ignored;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gatekeeper::Surroundings;

use crate::clock;
use crate::protocol::Notification;
use crate::stop::Stop;
use crate::thread::{Thread, Turn};

pub(crate) use content::Content;
pub(crate) use tree::{Snapshot, WorkTree};

/// Paths that a turn's diff is kept of; of more, the diff says that there are more.
const MOST_PATHS: usize = 20_000;

/// How long it is looked what the paths of a turn hold now, and what is different; those that are left are named.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of a diff that nobody asked for.
const MOST_TOLD: usize = 1024 * 1024;

/// Bytes of a diff that was asked for.
const MOST_ASKED: usize = 16 * 1024 * 1024;

/// Bytes of the contents that a turn's patches may bring to its diff.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What the items of a turn have changed: of each path what it held before the first of them touched it. What it holds
/// now is looked at when the diff is made, so that what was undone is not in it.
#[derive(Debug, Default)]
pub(crate) struct TurnDiff(Mutex<Baselines>);

#[derive(Debug, Default)]
struct Baselines {
    paths: BTreeMap<PathBuf, Baseline>,
    /// Something was changed since the client was told.
    is_news: bool,
    /// Bytes of the contents that patches brought.
    of_patches: usize,
    /// Some were not kept.
    is_cut: bool,
    /// What was not looked at, in words.
    unseen: Option<&'static str>,
}

/// What a path held before.
#[derive(Debug)]
struct Baseline {
    content: Content,
    /// When that was: see [`Snapshot`].
    at: u64,
    /// Whether it was seen in the work tree, and not by a patch.
    is_walked: bool,
}

impl Thread {
    /// To be called before a command starts: looks at the work tree, if the command may write there. `writable` are the
    /// directories that its confinement lets it write, `None` where nothing confines it.
    pub(crate) fn before_command(&self, writable: Option<&[PathBuf]>) -> Option<Snapshot> {
        let root = self.root();
        let may_write = writable.is_none_or(|writable| {
            let mut each = writable.iter();
            each.any(|place| place.starts_with(&root) || root.starts_with(place))
        });
        may_write.then(|| self.work_tree.look(&root))
    }

    /// To be called when the command and all that it started is over, with what was seen before. What was changed
    /// is told by [`Self::tell_news`].
    pub(crate) fn after_command(&self, turn: &Turn, before: Option<Snapshot>) {
        let Some(before) = before else { return };
        let after = self.work_tree.look(&self.root());
        turn.diff.compared(&before, &after);
    }

    /// To be called when a command is over: tells the client of the turn's diff, if something was changed
    /// since it was told the last time. It is not made for a command that is ordered to stop: who ends a turn waits for it.
    pub(crate) fn tell_news(&self, turn: &Turn, stop: &Stop) {
        if !stop.is_ordered() && turn.diff.take_news() {
            let _gone = self.client.tell_unless(&self.diff_updated(turn, stop), stop);
        }
    }

    /// All that a turn has changed, as [`TurnDiff::text`].
    pub(crate) fn diff(&self, turn: &Turn) -> String {
        turn.diff.text(&self.root(), MOST_ASKED, PATIENCE, || {
            self.client.gone().is_ordered()
        })
    }

    /// Tells the client of the turn's diff.
    pub(crate) fn tell_diff(&self, turn: &Turn) {
        let gone = self.client.gone();
        let _gone = self.client.tell(&self.diff_updated(turn, gone));
    }

    fn diff_updated(&self, turn: &Turn, stop: &Stop) -> Notification {
        let diff = turn
            .diff
            .text(&self.root(), MOST_TOLD, PATIENCE, || stop.is_ordered());
        Notification::TurnDiffUpdated {
            thread_id: self.id.clone(),
            turn_id: turn.id.clone(),
            diff,
        }
    }

    /// As [`root`] says.
    fn root(&self) -> PathBuf {
        root(&self.surroundings, &self.cwd)
    }
}

/// The real path of the work tree of a place, or where there is none of its directory.
pub(crate) fn root(surroundings: &Surroundings, cwd: &Path) -> PathBuf {
    let root = surroundings.workspace.as_deref().map_or(cwd, Path::new);
    std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned())
}

impl TurnDiff {
    /// A patch has changed a file, which held this before. `at` is the moment, of [`WorkTree::moment`].
    pub(crate) fn patched(&self, path: &Path, before: Content, at: u64) {
        let mut kept = self.kept();
        if kept.paths.get(path).is_some_and(|known| known.at <= at) {
            return;
        }
        let bytes = kept.of_patches.saturating_add(before.len());
        if bytes > MOST_BYTES {
            kept.is_cut = true;
            return;
        }
        kept.of_patches = bytes;
        kept.keep(path, before, at, false);
    }

    /// A command has ended: between two looks at the work tree something was changed, by it or by another one. Says
    /// whether anything was.
    pub(crate) fn compared(&self, before: &Snapshot, after: &Snapshot) -> bool {
        let mut kept = self.kept();
        kept.unseen = kept.unseen.or(before.unseen()).or(after.unseen());
        let changes = before.changes(after);
        for path in &changes {
            kept.keep(path, before.content(path), before.at(), true);
        }
        // Of two commands at the same time, the one that began first knows what was there before both.
        let later = kept.paths.iter_mut();
        for (path, baseline) in later.filter(|(_, baseline)| baseline.at > before.at()) {
            if baseline.is_walked || before.has(path) {
                baseline.content = before.content(path);
                baseline.at = before.at();
            }
        }
        kept.is_news |= !changes.is_empty();
        !changes.is_empty()
    }

    /// Whether something was changed since this was asked the last time.
    fn take_news(&self) -> bool {
        std::mem::take(&mut self.kept().is_news)
    }

    /// All that the turn has changed, as a unified diff with the headers of git. Paths in the work tree are relative to
    /// its root, others absolute. At most so many bytes and a note: what does not fit is said to be left out. What is not
    /// looked at in that time, or before it is to stop, is named.
    pub(crate) fn text(
        &self,
        root: &Path,
        most: usize,
        patience: Duration,
        is_stopped: impl Fn() -> bool,
    ) -> String {
        let begun = clock::moment();
        let (paths, is_cut, unseen) = {
            // Commands keep what they change meanwhile; copies share the text.
            let kept = self.kept();
            let paths = kept.paths.iter();
            let paths: Vec<(PathBuf, Content)> = paths
                .map(|(path, baseline)| (path.clone(), baseline.content.clone()))
                .collect();
            (paths, kept.is_cut, kept.unseen)
        };
        let mut diff = String::new();
        for (path, before) in &paths {
            let shown = path.strip_prefix(root).unwrap_or(path);
            let left = patience.saturating_sub(begun.elapsed());
            let mut one = String::new();
            if left.is_zero() || is_stopped() {
                text::add_unseen(&mut one, shown);
            } else {
                text::add(&mut one, shown, before, &before.after(path), left);
            }
            if diff.len().saturating_add(one.len()) > most {
                diff.push_str("# the diff is longer: from here on it is left out");
                diff.push_str(if most < MOST_ASKED {
                    "; `turn/diff` may have more\n"
                } else {
                    "\n"
                });
                break;
            }
            diff.push_str(&one);
        }
        if is_cut {
            diff.push_str("# more files were changed than are kept\n");
        }
        if let Some(unseen) = unseen {
            diff.push_str("# not all of the work tree was looked at: ");
            diff.push_str(unseen);
            diff.push('\n');
        }
        diff
    }

    fn kept(&self) -> MutexGuard<'_, Baselines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Baselines {
    /// Keeps the oldest content.
    fn keep(&mut self, path: &Path, content: Content, at: u64, is_walked: bool) {
        let kept = self.paths.get(path);
        if kept.is_some_and(|kept| kept.at <= at) {
            return;
        }
        if kept.is_none() && self.paths.len() >= MOST_PATHS {
            self.is_cut = true;
            return;
        }
        let baseline = Baseline {
            content,
            at,
            is_walked: is_walked && kept.is_none_or(|kept| kept.is_walked),
        };
        self.paths.insert(path.to_owned(), baseline);
    }
}
