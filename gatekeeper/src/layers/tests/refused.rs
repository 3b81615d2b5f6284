//! What is not read, and what does not load: it fails closed, and is named.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::*;

type Spoil = fn(&Ground);

/// What keeps a layer's file from being read, what every command then gets, and what is told of it.
const CASES: [(&str, Spoil, Decision, &str); 17] = [
    (
        "a system file that all may write",
        |ground| ground.allow(SYSTEM, 0o666),
        Decision::Forbidden,
        "system etc/execpolicy/a.codexpolicy: it may be written by others than its owner (mode 666)",
    ),
    (
        "a system file that a group may write",
        |ground| ground.allow(SYSTEM, 0o664),
        Decision::Forbidden,
        "system etc/execpolicy/a.codexpolicy: it may be written by others than its owner (mode 664)",
    ),
    (
        "a system directory that all may write",
        |ground| ground.allow("etc/execpolicy", 0o777),
        Decision::Forbidden,
        "system etc/execpolicy: the directory `execpolicy` on the way to it may be written by others than its owner (mode 777)",
    ),
    (
        "a directory above the system's that all may write, sticky or not",
        |ground| ground.allow("etc", 0o1777),
        Decision::Forbidden,
        "system etc/execpolicy: the directory `etc` on the way to it may be written by others than its owner (mode 1777)",
    ),
    (
        "a system file behind a directory that all may write",
        |ground| {
            fs::create_dir(ground.path("open")).unwrap();
            ground.put("open/x.codexpolicy", "");
            ground.allow("open", 0o777);
            let link = ground.path("etc/execpolicy/x.codexpolicy");
            symlink("../../open/x.codexpolicy", link).unwrap();
        },
        Decision::Forbidden,
        "system etc/execpolicy/x.codexpolicy: the directory `open` on the way to it may be written by others than its owner (mode 777)",
    ),
    (
        "a user's file that all may write",
        |ground| ground.allow(USER, 0o646),
        Decision::Prompt,
        "user settings/execpolicy/a.codexpolicy: it may be written by others than its owner (mode 646)",
    ),
    (
        "a user's directory that is a file",
        |ground| {
            fs::remove_dir_all(ground.path("settings/execpolicy")).unwrap();
            ground.put("settings/execpolicy", "");
        },
        Decision::Prompt,
        "user settings/execpolicy: it is not a directory",
    ),
    (
        "a link that leads nowhere",
        |ground| {
            fs::remove_file(ground.path(USER)).unwrap();
            symlink("nowhere", ground.path(USER)).unwrap();
        },
        Decision::Prompt,
        "user settings/execpolicy/a.codexpolicy: the link leads nowhere",
    ),
    (
        "links in a circle",
        |ground| {
            fs::remove_file(ground.path(USER)).unwrap();
            symlink("a.codexpolicy", ground.path(USER)).unwrap();
        },
        Decision::Prompt,
        "user settings/execpolicy/a.codexpolicy: it cannot be read: Too many levels of symbolic links (os error 40)",
    ),
    (
        "a name that is not UTF-8",
        |ground| {
            let name = std::ffi::OsStr::from_bytes(b"\xff.rules");
            fs::write(ground.path("settings/execpolicy").join(name), "").unwrap();
        },
        Decision::Prompt,
        "user settings/execpolicy/\u{fffd}.rules: its name is not UTF-8",
    ),
    (
        "a text that is not UTF-8",
        |ground| fs::write(ground.path(USER), b"\xff").unwrap(),
        Decision::Prompt,
        "user settings/execpolicy/a.codexpolicy: the policy file `",
    ),
    (
        "a pipe",
        |ground| {
            let pipe = ground.path("work/.execpolicy/b.rules");
            let made = std::process::Command::new("mkfifo").arg(pipe).status();
            assert!(made.unwrap().success());
        },
        Decision::Prompt,
        "project work/.execpolicy/b.rules: it is not a file",
    ),
    (
        "a directory in the place of a file",
        |ground| fs::create_dir(ground.path("work/.execpolicy/b.rules")).unwrap(),
        Decision::Prompt,
        "project work/.execpolicy/b.rules: it is a directory",
    ),
    (
        "a file that leads out of the project",
        |ground| {
            ground.put("outside.rules", "");
            symlink("../../outside.rules", ground.path("work/.execpolicy/b.rules")).unwrap();
        },
        Decision::Prompt,
        "project work/.execpolicy/b.rules: a link leads out of the project",
    ),
    (
        "a device behind an absolute link",
        |ground| symlink("/dev/zero", ground.path("work/.execpolicy/b.rules")).unwrap(),
        Decision::Prompt,
        "project work/.execpolicy/b.rules: a link leads out of the project",
    ),
    (
        "a directory that leads out of the project",
        |ground| {
            fs::rename(ground.path("work/.execpolicy"), ground.path("outside")).unwrap();
            symlink("../outside", ground.path("work/.execpolicy")).unwrap();
        },
        Decision::Prompt,
        "project work/.execpolicy: a link leads out of the project",
    ),
    (
        "more files than are read",
        |ground| {
            for number in 0..128 {
                ground.put(&format!("work/.execpolicy/{number}.rules"), "");
            }
        },
        Decision::Prompt,
        "project work/.execpolicy: the directory holds more than 128 policy files",
    ),
];

#[test]
fn whatever_cannot_be_read_fails_closed_and_is_named() {
    for (name, spoil, decision, told) in CASES {
        let ground = Ground::new()
            .with(SYSTEM, ALLOW)
            .with(USER, ALLOW)
            .with(PROJECT_FILE, ALLOW);
        ground.trust();
        assert_eq!(ground.judged("c0"), (Decision::Allow, vec![]), "{name}");
        spoil(&ground);
        let (found, broken) = ground.judged("c0");
        assert_eq!(found, decision, "{name}: {broken:?}");
        assert!(broken[0].starts_with(told), "{name}: {broken:?}");
    }
}

#[test]
fn another_owner_of_a_system_file_is_refused() {
    let ground = Ground::new().with(SYSTEM, ALLOW);
    let mut places = ground.places();
    let owner = geteuid().as_raw().wrapping_add(1);
    places.system = Some(SystemPlace {
        root: ground.path(""),
        owner,
    });
    let layers = Layers::find(&places, &[]);
    let message = &layers.broken()[0].findings[0].message;
    assert!(message.contains("belongs to user"), "{message}");
    assert!(layers.files().is_empty());
}

#[test]
fn a_text_that_does_not_load_is_never_laxer_than_none() {
    for file in [SYSTEM, USER, PROJECT_FILE] {
        for command in ["ls", "c0", "rm -rf /", "git push"] {
            let (without, _) = Ground::new().judged(command);
            let ground = Ground::new().with(file, "prefix_rule(pattern = ['c0'])\nprefix_rule(\n");
            let (with, broken) = ground.judged(command);
            assert!(
                with.join(without) == with && with != Decision::Allow,
                "{file} {command}"
            );
            assert_eq!(broken.len(), 1);
        }
    }
}
