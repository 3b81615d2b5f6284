//! Where they stand, when they go away, and when they stay.

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use sandbox::{Bounds, LayError, Placeholders, Snapshot, Spare, Taken};

use super::{many, ramfs};

#[test]
fn one_stands_at_the_topmost_missing_component_and_goes_away() {
    let (_scratch, root) = workspace();
    fs::create_dir(root.join("sub")).unwrap();
    let held = lay(&root, &[".git/hooks", ".git/config", "sub/a/b/c", ".new"]);
    let at: Vec<&Path> = held.entries().iter().map(sandbox::Placeholder::path).collect();
    assert_eq!(at, [root.join(".git"), root.join("sub/a"), root.join(".new")]);
    assert_eq!(names(&root), [".git", ".new", "sub"]);
    assert_eq!(held.spared(), []);
    assert_eq!(taken(held), [Taken::Removed, Taken::Removed, Taken::Removed]);
    assert_eq!(names(&root), ["sub"]);
    assert_eq!(names(&root.join("sub")), [""; 0]);
}

#[test]
fn what_needs_none_gets_none() {
    let (_scratch, root) = workspace();
    fs::create_dir(root.join("dir")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    symlink("nowhere", root.join("link")).unwrap();
    let long = "n".repeat(256);
    let cases = [
        ("dir", Spare::Exists),
        ("file", Spare::Exists),
        ("link", Spare::Exists),
        ("", Spare::Exists),
        ("file/below/it", Spare::Blocked(root.join("file"))),
        (&long, Spare::Impossible),
        ("/elsewhere/path", Spare::Outside),
    ];
    for (name, why) in cases {
        let held = lay(&root, &[name]);
        assert_eq!((held.entries().len(), &held.spared()[0].why), (0, &why), "{name}");
    }
    let gone = root.join("gone");
    let held = Placeholders::lay(&[gone.join("x")], &[gone]).unwrap();
    assert_eq!(held.spared()[0].why, Spare::Outside);
    let file = root.join("file");
    let held = Placeholders::lay(&[file.join("x")], std::slice::from_ref(&file)).unwrap();
    assert_eq!(held.spared()[0].why, Spare::Blocked(file));
    assert_eq!(names(&root), ["dir", "file", "link"]);
}

#[test]
fn no_link_is_followed_and_no_odd_path_taken() {
    let (_scratch, root) = workspace();
    let outside = root.parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    symlink(&outside, root.join("link")).unwrap();
    assert_eq!(
        try_lay(&root, &[".a", "link/x"]).unwrap_err(),
        LayError::Link(root.join("link"))
    );
    // What was laid before the failure is gone again.
    assert_eq!(
        (names(&root), names(&outside)),
        (vec!["link".to_owned()], Vec::new())
    );
    let linked = root.join("link");
    let refused = Placeholders::lay(&[linked.join("x")], std::slice::from_ref(&linked));
    assert!(matches!(refused, Err(LayError::Link(_)) | Ok(_)) && names(&outside).is_empty());
    for path in ["a/../../outside/x", "../x"] {
        assert!(
            matches!(try_lay(&root, &[path]), Err(LayError::Plain(_))),
            "{path}"
        );
    }
    assert!(matches!(
        Placeholders::lay(&[PathBuf::from("x")], &[root]),
        Err(LayError::Plain(_))
    ));
}

#[test]
fn the_last_of_those_who_share_one_removes_it() {
    let (_scratch, root) = workspace();
    let first = lay(&root, &[".git"]);
    let second = lay(&root, &[".git/config"]);
    assert_eq!(second.entries()[0].path(), root.join(".git"));
    assert_eq!(taken(first), [Taken::Shared]);
    let third = lay(&root, &[".git"]);
    assert_eq!(taken(second), [Taken::Shared]);
    assert_eq!(third.entries()[0].take_away(), Taken::Removed);
    assert_eq!(third.entries()[0].take_away(), Taken::Gone);
    drop(third);
    assert_eq!(names(&root), [""; 0]);
}

#[test]
fn what_somebody_has_put_in_its_place_or_into_it_stays() {
    let (_scratch, root) = workspace();
    let held = lay(&root, &["a", "b", "c"]);
    fs::write(root.join("a/file"), "").unwrap();
    fs::remove_dir(root.join("b")).unwrap();
    fs::create_dir(root.join("b")).unwrap();
    fs::remove_dir(root.join("c")).unwrap();
    assert_eq!(taken(held), [Taken::Filled, Taken::Gone, Taken::Gone]);
    assert_eq!(names(&root), ["a", "b"]);
    // It lost its mark, and stays when it is empty again.
    fs::remove_file(root.join("a/file")).unwrap();
    drop(lay(&root, &["a", "b"]));
    assert_eq!(names(&root), ["a", "b"]);
}

#[test]
fn one_that_is_used_by_now_is_passed_and_loses_its_mark() {
    let (_scratch, root) = workspace();
    let first = lay(&root, &["a"]);
    fs::write(root.join("a/file"), "").unwrap();
    let second = lay(&root, &["a/below", "a"]);
    assert_eq!(names(&root.join("a")), ["below", "file"]);
    assert_eq!(second.spared()[0].why, Spare::Exists);
    assert_eq!(taken(second), [Taken::Removed]);
    fs::remove_file(root.join("a/file")).unwrap();
    assert_eq!(taken(first), [Taken::Filled]);
    assert_eq!(names(&root), ["a"]);
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let (_scratch, root) = workspace();
    many::killed(&root);
    fs::create_dir(root.join(".execpolicy-placeholder-1-1")).unwrap();
    assert_eq!(names(&root), [".execpolicy-placeholder-1-1", "a"]);
    assert_eq!(taken(lay(&root, &["a", "b"])), [Taken::Removed, Taken::Removed]);
    assert_eq!(names(&root), [""; 0]);
}

#[test]
fn who_locks_one_without_end_is_named() {
    let (_scratch, root) = workspace();
    many::killed(&root);
    let other = fs::File::open(root.join("a")).unwrap();
    rustix::fs::flock(other.as_fd(), rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_eq!(
        try_lay(&root, &["a"]).unwrap_err(),
        LayError::Contended(root.join("a"))
    );
}

#[test]
fn a_parent_that_cannot_be_written_to_needs_none() {
    if rustix::process::geteuid().is_root() {
        println!("skipped: root writes everywhere");
        return;
    }
    let (_scratch, root) = workspace();
    for (name, bits) in [("ro", 0o555), ("closed", 0o600), ("unreadable", 0o300)] {
        fs::create_dir(root.join(name)).unwrap();
        mode(&root.join(name), bits);
    }
    // Its owner can make it writable: it has to be guarded as a whole.
    let held = lay(&root, &["ro/a/b", "closed/a", "unreadable/a"]);
    let why: Vec<&Spare> = held.spared().iter().map(|spared| &spared.why).collect();
    assert_eq!(
        why,
        [&Spare::Guard(root.join("ro")), &Spare::Guard(root.join("closed"))]
    );
    assert_eq!(taken(held), [Taken::Removed]);
    mode(&root.join("unreadable"), 0o700);
    assert_eq!(names(&root.join("unreadable")), [""; 0]);
    let etc = Placeholders::lay(&[PathBuf::from("/etc/none/x")], &[PathBuf::from("/etc")]).unwrap();
    assert_eq!(etc.spared()[0].why, Spare::Denied);
}

#[test]
fn one_that_another_user_left_is_held_as_well() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root makes files of others");
        return;
    }
    let (_scratch, root) = workspace();
    many::killed(&root);
    std::os::unix::fs::chown(root.join("a"), Some(1000), Some(1000)).unwrap();
    std::os::unix::fs::chown(&root, Some(1000), Some(1000)).unwrap();
    assert_eq!(taken(lay(&root, &["a", "b"])), [Taken::Removed, Taken::Removed]);
}

#[test]
fn one_is_no_change_of_the_run() {
    let (_scratch, root) = workspace();
    let roots = std::slice::from_ref(&root);
    let empty = Snapshot::take(roots, Bounds::default());
    let held = lay(&root, &[".git"]);
    let with = Snapshot::take(roots, Bounds::default());
    assert_eq!(empty.changes(), sandbox::Changes::default());
    fs::write(root.join(".git/x"), "").unwrap();
    assert_eq!(empty.changes().added.len(), 2);
    fs::remove_file(root.join(".git/x")).unwrap();
    assert_eq!(taken(held), [Taken::Removed]);
    assert_eq!(with.changes(), sandbox::Changes::default());
}

#[test]
fn without_attributes_only_its_maker_removes_one() {
    ramfs::run("few::without_attributes_only_its_maker_removes_one_there");
}

/// Runs again in a process of its own, in which the ramfs is mounted.
#[test]
fn without_attributes_only_its_maker_removes_one_there() {
    let Some(root) = ramfs::place().map(|place| place.canonicalize().unwrap()) else {
        return;
    };
    let maker = lay(&root, &["a", "b"]);
    assert_eq!(names(&root), ["a", "b"]);
    let other = lay(&root, &["a"]);
    assert_eq!(taken(maker), [Taken::Shared, Taken::Removed]);
    // The other cannot know whose it is, but held it as long as it ran.
    assert_eq!(taken(other), [Taken::Filled]);
    assert_eq!(names(&root), ["a"]);
    let inode = fs::metadata(root.join("a")).unwrap().ino();
    drop(lay(&root, &["a", "a/b"]));
    assert_eq!(fs::metadata(root.join("a")).unwrap().ino(), inode);
    fs::remove_dir(root.join("a")).unwrap();
    assert_eq!(taken(lay(&root, &["a"])), [Taken::Removed]);
    assert_eq!(names(&root), [""; 0]);
}

/// A mount on it in the caller's own namespace keeps it; in another one it does not.
#[test]
fn a_mount_of_ones_own_keeps_it() {
    ramfs::run("few::a_mount_of_ones_own_keeps_it_there");
}

/// Runs again in a process of its own, which may mount.
#[test]
fn a_mount_of_ones_own_keeps_it_there() {
    use rustix::mount::{UnmountFlags, mount_bind, unmount};
    let Some(root) = ramfs::place().map(|place| place.canonicalize().unwrap()) else {
        return;
    };
    let held = lay(&root, &["a"]);
    let path = root.join("a");
    mount_bind(&path, &path).unwrap();
    assert_eq!(held.entries()[0].take_away(), Taken::Mounted);
    unmount(&path, UnmountFlags::DETACH).unwrap();
    assert_eq!(held.entries()[0].take_away(), Taken::Removed);
}

/// A directory that may be written to.
pub(super) fn workspace() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().canonicalize().unwrap().join("ws");
    fs::create_dir(&root).unwrap();
    (scratch, root)
}

pub(super) fn lay(root: &Path, names: &[&str]) -> Placeholders {
    try_lay(root, names).unwrap()
}

fn try_lay(root: &Path, names: &[&str]) -> Result<Placeholders, LayError> {
    let paths: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
    Placeholders::lay(&paths, &[root.to_owned()])
}

fn taken(placeholders: Placeholders) -> Vec<Taken> {
    placeholders
        .remove()
        .into_iter()
        .map(|(_, taken)| taken)
        .collect()
}

/// The names in a directory, in order.
pub(super) fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
