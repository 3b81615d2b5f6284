//! Roots of every kind, and what is not looked at.

use std::fs;
use std::path::PathBuf;

use sandbox::{Bounds, Snapshot, Unseen};

use super::workspace::{mode, short, workspace};

#[test]
fn roots_may_be_nested_files_or_missing() {
    let (_scratch, root) = workspace();
    let roots = [
        root.join("src/deep"),
        root.join("src"),
        root.join("src"),
        root.join("a"),
        root.join("later"),
        root.join("later/inner"),
        root.join("a/below"),
        root.join("link"),
    ];
    let before = Snapshot::take(&roots, Bounds::default());
    assert_eq!(before.entries(), 7);
    fs::create_dir_all(root.join("later/inner")).unwrap();
    fs::write(root.join("later/inner/x"), "").unwrap();
    fs::write(root.join("src/deep/one"), "changed").unwrap();
    fs::remove_file(root.join("a")).unwrap();
    fs::write(root.join("b"), "in no root").unwrap();
    assert_eq!(
        short(&before.changes(), &root),
        [
            "+later",
            "+later/inner",
            "+later/inner/x",
            "~src/deep/one content",
            "-a"
        ]
    );
    let nested = Snapshot::take(
        &[root.clone(), root.join("b"), root.join("link"), root.join("docs")],
        Bounds::default(),
    );
    fs::write(root.join("b"), "once").unwrap();
    fs::write(root.join("docs/new"), "once").unwrap();
    assert_eq!(short(&nested.changes(), &root), ["+docs/new", "~b content"]);
    let linked = Snapshot::take(
        &[root.join("link/x"), PathBuf::from("/proc/self/root/etc")],
        Bounds::default(),
    );
    let found = linked.changes();
    assert_eq!(
        (linked.entries(), found.missing.len()),
        (0, 2),
        "{:?}",
        found.missing
    );
}

#[test]
fn what_lies_beyond_the_bounds_is_named_and_not_guessed() {
    let (_scratch, root) = workspace();
    // The root, six in it, and one of .git, docs, src at a time: src/deep does not fit any more.
    let bounds = Bounds {
        entries: 11,
        ..Bounds::default()
    };
    let before = Snapshot::take(std::slice::from_ref(&root), bounds);
    fs::write(root.join("src/deep/one"), "changed").unwrap();
    fs::remove_file(root.join(".git/config")).unwrap();
    fs::write(root.join("src/new"), "").unwrap();
    let found = before.changes();
    assert_eq!(
        short(&found, &root),
        [
            "+src/new",
            "-.git/config",
            "?src/deep there are more files than are looked at"
        ]
    );

    let flat = Bounds {
        depth: 1,
        ..Bounds::default()
    };
    let before = Snapshot::take(std::slice::from_ref(&root), flat);
    fs::remove_dir_all(root.join("src")).unwrap();
    fs::write(root.join("docs/new"), "").unwrap();
    fs::write(root.join("b"), "changed").unwrap();
    let found = before.changes();
    assert_eq!(
        short(&found, &root),
        [
            "~b content",
            "-src",
            "?.git it lies too deep",
            "?docs it lies too deep",
            "?src it lies too deep"
        ]
    );
    assert!(found.missing.iter().all(|missing| missing.why == Unseen::TooDeep));

    for number in 0..1_500 {
        fs::create_dir(root.join(format!("docs/{number}"))).unwrap();
    }
    let two = Bounds {
        depth: 2,
        ..Bounds::default()
    };
    let found = Snapshot::take(std::slice::from_ref(&root), two).changes();
    assert_eq!((found.missing.len(), found.unnamed), (1_000, 501));
}

#[test]
fn a_path_longer_than_the_kernel_takes_is_named() {
    let (_scratch, root) = workspace();
    let name = "d".repeat(250);
    let before = Snapshot::take(std::slice::from_ref(&root), Bounds::default());
    // Made from inside, as a program would.
    let script = format!(
        "cd '{}' && for i in $(seq 20); do mkdir {name} && cd {name} || exit 1; done",
        root.display()
    );
    assert!(
        std::process::Command::new("bash")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success()
    );
    let found = before.changes();
    assert_eq!(found.missing.len(), 1);
    assert_eq!(found.missing[0].why, Unseen::TooDeep);
    assert!(found.added.len() > 14, "{}", found.added.len());
}

#[test]
fn what_cannot_be_read_is_named_and_not_guessed() {
    if rustix::process::geteuid().is_root() {
        println!("skipped: root reads everything");
        return;
    }
    let (_scratch, root) = workspace();
    let roots = [root.clone(), root.join("src/deep")];
    mode(&root.join("src"), 0o000);
    mode(&root.join("docs"), 0o444);
    fs::write(root.join(".git/hooks/x"), "").unwrap();
    let before = Snapshot::take(&roots, Bounds::default());
    mode(&root.join("src"), 0o755);
    fs::remove_file(root.join("src/main")).unwrap();
    let found = before.changes();
    mode(&root.join("docs"), 0o755);
    assert_eq!(
        short(&found, &root),
        ["~src mode", "?src Permission denied (os error 13)"]
    );

    let inner = [root.join("src/main"), root.join("src/deep")];
    mode(&root.join("src"), 0o000);
    let before = Snapshot::take(&inner, Bounds::default());
    mode(&root.join("src"), 0o755);
    let found = before.changes();
    assert_eq!((found.added.len(), found.missing.len()), (0, 2));
}
