//! Each kind of change.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use sandbox::{Aspect, Change, Kind};

use super::workspace::{after, mode, short, tamper, workspace};

#[test]
fn each_kind_of_change_is_told() {
    for (name, work, expected) in CASES {
        let (_scratch, root) = workspace();
        if fs::metadata(&root).unwrap().created().is_err() && expected.iter().any(|line| line.contains('<')) {
            println!("skipped: {name}: this file system keeps no time of birth");
            continue;
        }
        assert_eq!(short(&after(&root, work), &root), *expected, "{name}");
    }
}

#[test]
fn a_change_says_what_it_is() {
    let (_scratch, root) = workspace();
    let changes = after(&root, |root| {
        fs::write(root.join("a"), "longer text").unwrap();
        fs::write(root.join(OsStr::from_bytes(b"\xff")), "12").unwrap();
        fs::remove_file(root.join("b")).unwrap();
        fs::create_dir(root.join("new")).unwrap();
    });
    let of = |list: &[Change]| {
        list.iter()
            .map(|change| (change.path.clone(), change.kind, change.bytes))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&changes.changed), [(root.join("a"), Kind::File, 11)]);
    assert_eq!(changes.changed[0].aspects, [Aspect::Content]);
    assert_eq!(of(&changes.deleted), [(root.join("b"), Kind::File, 4)]);
    assert_eq!(
        of(&changes.added),
        [
            (root.join("new"), Kind::Directory, 0),
            (root.join(OsStr::from_bytes(b"\xff")), Kind::File, 2)
        ]
    );
}

/// What it is called, what is done, and what is told of it.
type Case = (&'static str, fn(&Path), &'static [&'static str]);

const CASES: &[Case] = &[
    ("nothing", |_| {}, &[]),
    ("read", |root| drop(fs::read(root.join("a")).unwrap()), &[]),
    (
        "added",
        |root| fs::write(root.join("src/new"), "1").unwrap(),
        &["+src/new"],
    ),
    (
        "in .git",
        |root| fs::write(root.join(".git/hooks/x"), "1").unwrap(),
        &["+.git/hooks/x"],
    ),
    (
        "directory",
        |root| fs::create_dir_all(root.join("n/m")).unwrap(),
        &["+n", "+n/m"],
    ),
    (
        "came and went",
        |root| {
            fs::write(root.join("src/new"), "1").unwrap();
            fs::remove_file(root.join("src/new")).unwrap();
        },
        &[],
    ),
    (
        "longer",
        |root| fs::write(root.join("a"), "longer text").unwrap(),
        &["~a content"],
    ),
    (
        "same length",
        |root| fs::write(root.join("a"), "evil").unwrap(),
        &["~a content"],
    ),
    ("time put back", |root| tamper(&root.join("a")), &["~a status"]),
    (
        "touched",
        |root| {
            File::options()
                .write(true)
                .open(root.join("a"))
                .unwrap()
                .set_modified(std::time::UNIX_EPOCH)
                .unwrap();
        },
        &["~a content"],
    ),
    (
        "replaced by a rename",
        |root| {
            fs::write(root.join("new"), "text").unwrap();
            fs::rename(root.join("new"), root.join("a")).unwrap();
        },
        &["~a content"],
    ),
    ("mode", |root| mode(&root.join("a"), 0o755), &["~a mode"]),
    ("set-user-id", |root| mode(&root.join("a"), 0o4755), &["~a mode"]),
    (
        "mode of a directory",
        |root| mode(&root.join("docs"), 0o700),
        &["~docs mode"],
    ),
    ("mode of the root", |root| mode(root, 0o700), &["~. mode"]),
    (
        "mode there and back",
        |root| {
            let before = fs::metadata(root.join("a")).unwrap().permissions();
            mode(&root.join("a"), 0o777);
            fs::set_permissions(root.join("a"), before).unwrap();
        },
        &["~a status"],
    ),
    (
        "deleted",
        |root| fs::remove_file(root.join("a")).unwrap(),
        &["-a"],
    ),
    (
        "a whole directory",
        |root| fs::remove_dir_all(root.join("src")).unwrap(),
        &["-src", "-src/deep", "-src/deep/one", "-src/deep/two", "-src/main"],
    ),
    (
        "a directory made anew",
        |root| {
            fs::remove_dir(root.join("docs")).unwrap();
            fs::create_dir(root.join("docs")).unwrap();
        },
        &[],
    ),
    (
        "renamed",
        |root| fs::rename(root.join("a"), root.join("docs/c")).unwrap(),
        &["+docs/c <a", "-a"],
    ),
    (
        "renamed and written to",
        |root| {
            fs::rename(root.join("a"), root.join("c")).unwrap();
            fs::write(root.join("c"), "other").unwrap();
        },
        &["+c <a", "-a"],
    ),
    (
        "renamed there and back",
        |root| {
            fs::rename(root.join("a"), root.join("c")).unwrap();
            fs::rename(root.join("c"), root.join("a")).unwrap();
        },
        &["~a status"],
    ),
    (
        "swapped",
        |root| {
            fs::rename(root.join("a"), root.join("c")).unwrap();
            fs::rename(root.join("b"), root.join("a")).unwrap();
            fs::rename(root.join("c"), root.join("b")).unwrap();
        },
        &["~a content", "~b content"],
    ),
    (
        "a directory renamed",
        |root| fs::rename(root.join("src/deep"), root.join("d")).unwrap(),
        &[
            "+d <src/deep",
            "+d/one <src/deep/one",
            "+d/two <src/deep/two",
            "-src/deep",
            "-src/deep/one",
            "-src/deep/two",
        ],
    ),
    // The inode is often used again at once; it was born later.
    (
        "deleted, another made",
        |root| {
            fs::remove_file(root.join("a")).unwrap();
            fs::write(root.join("c"), "text").unwrap();
        },
        &["+c", "-a"],
    ),
    (
        "linked",
        |root| fs::hard_link(root.join("a"), root.join("c")).unwrap(),
        &["+c", "~a links"],
    ),
    (
        "written to by another name",
        |root| {
            fs::hard_link(root.join("a"), root.join("c")).unwrap();
            fs::write(root.join("c"), "other").unwrap();
        },
        &["+c", "~a content,links"],
    ),
    (
        "link turned",
        |root| {
            fs::remove_file(root.join("link")).unwrap();
            symlink("b", root.join("link")).unwrap();
        },
        &["~link content"],
    ),
    (
        "link made anew",
        |root| {
            fs::remove_file(root.join("link")).unwrap();
            symlink("a", root.join("link")).unwrap();
        },
        &[],
    ),
    (
        "a file becomes a directory",
        |root| {
            fs::remove_file(root.join("a")).unwrap();
            fs::create_dir(root.join("a")).unwrap();
            fs::write(root.join("a/x"), "").unwrap();
        },
        &["+a/x", "~a kind,mode"],
    ),
    (
        "a directory becomes a link",
        |root| {
            fs::rename(root.join("src"), root.join("was")).unwrap();
            symlink("/etc", root.join("src")).unwrap();
        },
        &[
            "+was",
            "+was/deep <src/deep",
            "+was/deep/one <src/deep/one",
            "+was/deep/two <src/deep/two",
            "+was/main <src/main",
            "~src kind",
            "-src/deep",
            "-src/deep/one",
            "-src/deep/two",
            "-src/main",
        ],
    ),
    (
        "a link out",
        |root| symlink("/etc", root.join("out")).unwrap(),
        &["+out"],
    ),
    (
        "a socket",
        |root| drop(std::os::unix::net::UnixListener::bind(root.join("s")).unwrap()),
        &["+s"],
    ),
    (
        "a name of any bytes",
        |root| {
            fs::write(root.join(OsStr::from_bytes(b"\xff\n")), "").unwrap();
        },
        &["+\u{fffd}\n"],
    ),
    (
        "the root itself",
        |root| fs::remove_dir_all(root).unwrap(),
        &[
            "-.",
            "-.git",
            "-.git/config",
            "-.git/hooks",
            "-a",
            "-b",
            "-docs",
            "-link",
            "-src",
            "-src/deep",
            "-src/deep/one",
            "-src/deep/two",
            "-src/main",
        ],
    ),
];
