//! Patches applied to real trees, with faults at every step.

mod killed;
mod life;
mod model;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use gatekeeper::{Defaults, Surroundings};

use super::apply::{apply, recover};
use super::fault::{self, Fault};
use super::plan::Plan;
use crate::options::Options;
use crate::protocol::{FileChange, FileChangeKind};

/// A tree, and a server's state beside it.
struct Ground {
    root: tempfile::TempDir,
}

/// What a tree holds: of each path its mode and content; of a directory none.
type Tree = BTreeMap<String, (u32, Option<Vec<u8>>)>;

impl Ground {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("w")).unwrap();
        Self { root }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let ground = Self::new();
        for (path, content) in files {
            ground.put(path, content);
        }
        ground
    }

    fn tree(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("w")
    }

    fn put(&self, path: &str, content: &str) {
        let path = self.tree().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn options(&self) -> Options {
        options(self.root.path())
    }

    fn apply(&self, changes: &[FileChange]) -> Result<(), String> {
        let mut plan = Plan::of(changes, &self.tree())?;
        apply(&mut plan, &self.options())
    }

    fn holds(&self) -> Tree {
        let mut tree = Tree::new();
        walk(&self.tree(), "", &mut tree);
        tree
    }

    fn journals(&self) -> usize {
        fs::read_dir(self.root.path().join("state/patches")).map_or(0, Iterator::count)
    }
}

fn options(root: &Path) -> Options {
    Options {
        surroundings: Surroundings::default(),
        rules: Vec::new(),
        no_layers: true,
        defaults: Defaults::BuiltIn,
        variables: Vec::new(),
        state: Some(root.join("state")),
        risk_program: None,
    }
}

fn walk(directory: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let found = entry.metadata().unwrap();
        if found.is_dir() {
            tree.insert(name.clone(), (0, None));
            walk(&entry.path(), &format!("{name}/"), tree);
        } else {
            let content = fs::read(entry.path()).unwrap_or_default();
            tree.insert(name, (found.mode() & 0o777, Some(content)));
        }
    }
}

fn change(path: &str, kind: FileChangeKind, diff: &str) -> FileChange {
    FileChange {
        path: path.into(),
        kind,
        diff: diff.to_owned(),
    }
}

fn add(path: &str, content: &str) -> FileChange {
    change(path, FileChangeKind::Add {}, content)
}

fn delete(path: &str, content: &str) -> FileChange {
    change(path, FileChangeKind::Delete {}, content)
}

fn update(path: &str, diff: &str) -> FileChange {
    change(path, FileChangeKind::Update { move_path: None }, diff)
}

fn moved(path: &str, to: &str, diff: &str) -> FileChange {
    let move_path = Some(to.into());
    change(path, FileChangeKind::Update { move_path }, diff)
}

/// A patch of every kind of change.
fn everything() -> (Ground, Vec<FileChange>) {
    let ground = Ground::with(&[
        ("changed", "a\n"),
        ("gone", "g\n"),
        ("from", "f\n"),
        ("sub/moved", "m\n"),
        ("stays", "s\n"),
    ]);
    let mode = fs::Permissions::from_mode(0o751);
    fs::set_permissions(ground.tree().join("changed"), mode).unwrap();
    let changes = vec![
        update("changed", "@@ -1 +1 @@\n-a\n+b\n"),
        add("new", "n\n"),
        add("x/y/z", "deep"),
        delete("gone", "g\n"),
        moved("from", "x/to", "@@ -1 +1 @@\n-f\n+F\n"),
        moved("sub/moved", "moved", ""),
    ];
    (ground, changes)
}

#[test]
fn a_patch_of_every_kind_is_applied_whole() {
    let (ground, changes) = everything();
    ground.apply(&changes).unwrap();
    let text = |text: &str| Some(text.as_bytes().to_vec());
    let (mode, _) = ground.holds()["stays"];
    let wanted: Tree = [
        ("changed", (0o751, text("b\n"))),
        ("moved", (mode, text("m\n"))),
        ("new", (mode, text("n\n"))),
        ("stays", (mode, text("s\n"))),
        ("sub", (0, None)),
        ("x", (0, None)),
        ("x/to", (mode, text("F\n"))),
        ("x/y", (0, None)),
        ("x/y/z", (mode, text("deep"))),
    ]
    .map(|(path, what)| (path.to_owned(), what))
    .into();
    assert_eq!(ground.holds(), wanted);
    assert_eq!(ground.journals(), 0);
}

#[test]
fn conflicts_change_nothing() {
    for (name, changes, why) in [
        (
            "add where a file is",
            vec![add("a", "x")],
            "there is a file already",
        ),
        (
            "add where a directory is",
            vec![add("d", "x")],
            "not a regular file",
        ),
        (
            "delete other content",
            vec![delete("a", "b\n")],
            "does not have the content",
        ),
        ("delete nothing", vec![delete("none", "")], "no such file"),
        ("delete a directory", vec![delete("d", "")], "not a regular file"),
        (
            "update nothing",
            vec![update("none", "@@ -1 +1 @@\n-a\n+b\n")],
            "no such file",
        ),
        (
            "update other content",
            vec![update("a", "@@ -1 +1 @@\n-x\n+b\n")],
            "does not match",
        ),
        ("update by nothing", vec![update("a", "")], "no hunk"),
        (
            "update what is not UTF-8",
            vec![update("bytes", "@@ -1 +1 @@\n-x\n+b\n")],
            "not UTF-8",
        ),
        (
            "update a link",
            vec![update("link", "@@ -1 +1 @@\n-a\n+b\n")],
            "symbolic link",
        ),
        (
            "add at a dangling link",
            vec![add("dangling", "x")],
            "symbolic link",
        ),
        (
            "add below a dangling link",
            vec![add("dangling/x", "x")],
            "leads nowhere",
        ),
        ("add below a file", vec![add("a/x", "x")], "Not a directory"),
        (
            "move onto a file",
            vec![moved("a", "d/b", "")],
            "there is a file already",
        ),
        (
            "one file twice",
            vec![update("a", "@@ -1 +1 @@\n-a\n+b\n"), delete("./a", "a\n")],
            "twice",
        ),
        (
            "one file by a link twice",
            vec![add("d/x", ""), add("to_d/x", "")],
            "twice",
        ),
        ("a target twice", vec![moved("a", "x", ""), add("x", "")], "twice"),
        (
            "a file and its directory",
            vec![add("x", ""), add("x/y", "")],
            "a file and a directory",
        ),
        ("the directory itself", vec![add(".", "")], "no path of a file"),
        ("what is above", vec![add("d/..", "")], "no path of a file"),
        ("a slash at the end", vec![add("x/", "")], "no path of a file"),
        (
            "up from what is not there",
            vec![add("none/../x", "")],
            "is not there",
        ),
        (
            "the good with the bad",
            vec![add("x", "x"), add("a", "x")],
            "there is a file already",
        ),
    ] {
        let ground = Ground::with(&[("a", "a\n"), ("d/b", "b\n")]);
        let tree = ground.tree();
        symlink("a", tree.join("link")).unwrap();
        symlink("d", tree.join("to_d")).unwrap();
        symlink("none", tree.join("dangling")).unwrap();
        fs::write(tree.join("bytes"), [0xff, 0xfe]).unwrap();
        let before = ground.holds();
        let said = ground.apply(&changes).unwrap_err();
        assert!(said.contains(why), "{name}: {said}");
        assert_eq!(ground.holds(), before, "{name}");
    }
}

#[test]
fn links_on_the_way_are_followed_once() {
    let ground = Ground::with(&[("d/a", "a\n"), ("e/a", "a\n")]);
    let tree = ground.tree();
    symlink("d", tree.join("to_d")).unwrap();
    let diff = "@@ -1 +1 @@\n-a\n+b\n";
    let mut plan = Plan::of(&[update("to_d/a", diff)], &tree).unwrap();
    assert_eq!(plan.edits[0].path, tree.join("d/a"));
    // Where the link leads later is nobody's business.
    fs::remove_file(tree.join("to_d")).unwrap();
    symlink("e", tree.join("to_d")).unwrap();
    apply(&mut plan, &ground.options()).unwrap();
    assert_eq!(fs::read_to_string(tree.join("d/a")).unwrap(), "b\n");
    assert_eq!(fs::read_to_string(tree.join("e/a")).unwrap(), "a\n");
}

#[test]
fn what_changes_between_looking_and_applying_is_a_conflict() {
    type Meanwhile = fn(&Path);
    for (name, meanwhile) in [
        (
            "written",
            (|tree| fs::write(tree.join("d/a"), "other\n").unwrap()) as Meanwhile,
        ),
        ("gone", |tree| fs::remove_file(tree.join("d/a")).unwrap()),
        ("made", |tree| fs::write(tree.join("d/new"), "").unwrap()),
        ("its directory made", |tree| {
            fs::create_dir(tree.join("x")).unwrap();
        }),
        ("its directory a link", |tree| {
            symlink("d", tree.join("x")).unwrap();
        }),
        ("directory replaced", |tree| {
            fs::rename(tree.join("d"), tree.join("e")).unwrap();
            fs::create_dir(tree.join("d")).unwrap();
        }),
        ("directory a link", |tree| {
            fs::rename(tree.join("d"), tree.join("e")).unwrap();
            symlink("e", tree.join("d")).unwrap();
        }),
    ] {
        let ground = Ground::with(&[("d/a", "a\n")]);
        let tree = ground.tree();
        let changes = [
            update("d/a", "@@ -1 +1 @@\n-a\n+b\n"),
            add("d/new", "n"),
            add("x/y", ""),
        ];
        let mut plan = Plan::of(&changes, &tree).unwrap();
        meanwhile(&tree);
        let before = ground.holds();
        apply(&mut plan, &ground.options()).unwrap_err();
        assert_eq!(ground.holds(), before, "{name}");
    }
}

#[test]
fn a_hard_link_keeps_the_old_content() {
    let ground = Ground::with(&[("a", "a\n")]);
    fs::hard_link(ground.tree().join("a"), ground.tree().join("b")).unwrap();
    ground.apply(&[update("a", "@@ -1 +1 @@\n-a\n+A\n")]).unwrap();
    assert_eq!(fs::read_to_string(ground.tree().join("a")).unwrap(), "A\n");
    assert_eq!(fs::read_to_string(ground.tree().join("b")).unwrap(), "a\n");
}

#[test]
fn an_error_at_any_step_leaves_the_old_tree_or_the_new_one() {
    let (mut old, mut new) = (0, 0);
    for step in 0.. {
        let (ground, changes) = everything();
        let before = ground.holds();
        fault::set(Some((step, Fault::Fails)));
        let applied = ground.apply(&changes);
        if !fault::is_over() {
            fault::set(None);
            break;
        }
        assert!(recover(&ground.options()).is_empty(), "{step}");
        assert_eq!(ground.journals(), 0, "{step}");
        if applied.is_ok() {
            new += 1;
            let (other, changes) = everything();
            other.apply(&changes).unwrap();
            assert_eq!(ground.holds(), other.holds(), "{step}");
        } else {
            old += 1;
            assert_eq!(ground.holds(), before, "{step}: {applied:?}");
        }
    }
    assert!(old > 30 && new > 5, "{old} {new}");
}

#[test]
fn without_a_state_directory_an_error_is_undone() {
    let (ground, changes) = everything();
    let before = ground.holds();
    let options = Options {
        state: None,
        ..ground.options()
    };
    let mut plan = Plan::of(&changes, &ground.tree()).unwrap();
    fault::set(Some((20, Fault::Fails)));
    apply(&mut plan, &options).unwrap_err();
    assert_eq!(ground.holds(), before);
    let mut plan = Plan::of(&changes, &ground.tree()).unwrap();
    apply(&mut plan, &options).unwrap();
    assert_eq!(ground.journals(), 0);
}
