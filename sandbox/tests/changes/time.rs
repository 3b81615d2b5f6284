//! Changes that a clock could hide, and what looking costs.

use std::fs;
use std::path::{Path, PathBuf};

use sandbox::{Bounds, Snapshot};

use super::ramfs;
use super::workspace::{short, tamper, workspace};

/// The kernel counts time in ticks; a file that is written just before and just after the snapshot must still count
/// as changed: on the file system of the tests, on one in memory, and on one that has no finer times than ticks.
#[test]
fn what_is_rewritten_at_once_is_seen() {
    for place in [std::env::temp_dir(), PathBuf::from("/dev/shm")] {
        rewritten_in(&place);
    }
    ramfs::run("time::what_is_rewritten_at_once_is_seen_without_fine_times");
}

/// Runs again in a process of its own, in which the ramfs is mounted.
#[test]
fn what_is_rewritten_at_once_is_seen_without_fine_times() {
    if let Some(place) = ramfs::place() {
        rewritten_in(&place);
    }
}

fn rewritten_in(place: &Path) {
    let Ok(scratch) = tempfile::tempdir_in(place) else {
        println!("skipped: {} cannot be written to", place.display());
        return;
    };
    let file = scratch.path().canonicalize().unwrap().join("file");
    let mut unseen = 0;
    for round in 0..100 {
        let text = if round % 2 == 0 { "even" } else { "odd!" };
        fs::write(&file, text).unwrap();
        let before = Snapshot::take(std::slice::from_ref(&file), Bounds::default());
        tamper(&file);
        unseen += usize::from(before.changes().changed.is_empty());
    }
    assert_eq!(unseen, 0, "of 100 rewrites in {}", place.display());
}

/// Prints what it costs; the bound is a hundred times of what it takes on a busy machine.
#[test]
fn many_files_are_looked_at_in_little_time() {
    let (_scratch, root) = workspace();
    for directory in 0..100 {
        let directory = root.join(format!("many/{directory}"));
        fs::create_dir_all(&directory).unwrap();
        for file in 0..100 {
            fs::write(directory.join(format!("file-{file}")), "").unwrap();
        }
    }
    let roots = std::slice::from_ref(&root);
    let (before, takes) = timed(|| Snapshot::take(roots, Bounds::default()));
    fs::write(root.join("many/50/file-50"), "changed").unwrap();
    let (found, looks) = timed(|| before.changes());
    println!(
        "{} entries: taken in {takes:?}, compared in {looks:?}",
        before.entries()
    );
    assert_eq!(short(&found, &root), ["~many/50/file-50 content"]);
    assert!(takes.as_secs() < 5 && looks.as_secs() < 5);
    fs::remove_dir_all(root.join("many")).unwrap();
    assert_eq!(before.changes().deleted.len(), 10_101);
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs the clock")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, std::time::Duration) {
    let start = std::time::Instant::now();
    let result = work();
    (result, start.elapsed())
}
