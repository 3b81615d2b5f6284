//! Where a change is refused, nothing has changed.

use std::io::Write;
use std::process::Command;

use super::*;

/// What is done before a rule is added.
type Arranged<'a> = Box<dyn Fn() + 'a>;

/// Set for the copy of this test that may write no file.
const CHILD: &str = "EXECPOLICY_TEST_AMENDS";

/// Adds a rule in a process of its own, started through other words; tells what it said.
fn adds_by(words: &[&str], place: &Place) -> String {
    let own = std::env::current_exe().unwrap();
    let output = Command::new(words[0])
        .args(&words[1..])
        .arg(own)
        .args([
            "amendment_file::tests::refused::child_adds",
            "--exact",
            "--nocapture",
        ])
        .env(CHILD, place.root.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.lines()
        .filter_map(|line| line.strip_prefix("said: "))
        .collect()
}

/// The words that run a command behind a shell text that mounts something over this directory, for that command alone.
fn mounting<'a>(text: &'a str, directory: &'a Path) -> [&'a str; 9] {
    let directory = directory.to_str().unwrap();
    [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        text,
        "sh",
        directory,
    ]
}

#[test]
fn child_adds() {
    if let Some(root) = std::env::var_os(CHILD) {
        let approved = AmendmentFile::approved(&context(Path::new(&root)), RuleScope::User).unwrap();
        let said = match approved.add(&rule("new")) {
            Ok(added) => format!("{added:?}"),
            Err(error) => error.to_string(),
        };
        writeln!(io::stdout(), "\nsaid: {said}").unwrap();
    }
}

fn skipped(why: &str) {
    writeln!(io::stderr(), "skipped: {why}").unwrap();
}

/// All files below a directory, with what they hold.
fn everything(place: &Place) -> Vec<(PathBuf, String)> {
    let mut waiting = vec![place.root.path().to_owned()];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

#[test]
fn a_disk_that_takes_no_more_bytes() {
    let place = Place::new();
    place.user().add(&rule("old")).unwrap();
    let before = everything(&place);
    // No file may grow beyond a byte, and the signal that tells so is ignored: writes fail as on a full disk.
    let limited = ["bash", "-c", "trap '' XFSZ; exec prlimit --fsize=1 \"$0\" \"$@\""];
    let told = adds_by(&limited, &place);
    assert!(told.contains("cannot be written"), "{told}");
    assert_eq!(everything(&place), before);
    assert!(adds_by(&["env"], &place).contains("Added"));
}

#[test]
fn a_full_disk() {
    let place = Place::new();
    place.user().add(&rule("old")).unwrap();
    let before = everything(&place);
    // A file system of one page, full, over the directory of the user's policy: seen by the one process only.
    let policy = place.path("config/execpolicy");
    let full = "mount -t tmpfs -o size=4k,mode=755 none \"$1\" && head -c 4096 /dev/zero > \"$1/filler\"; shift; exec \"$@\"";
    let told = adds_by(&mounting(full, &policy), &place);
    if told.is_empty() {
        skipped("this host gives no file system of one's own");
        return;
    }
    assert!(told.contains("cannot be written: No space left"), "{told}");
    assert_eq!(everything(&place), before);
}

#[test]
fn a_directory_that_may_not_be_written() {
    let place = Place::new();
    place.user().add(&rule("old")).unwrap();
    let before = everything(&place);
    for directory in ["config/execpolicy", "state/execpolicy"] {
        let directory = place.path(directory);
        let bind = "mount --bind -o ro \"$1\" \"$1\" && shift && exec \"$@\"";
        let told = adds_by(&mounting(bind, &directory), &place);
        if told.is_empty() {
            skipped("this host gives no mounts of one's own");
            return;
        }
        assert!(told.contains("Read-only file system"), "{told}");
        assert_eq!(everything(&place), before, "{}", directory.display());
    }
}

#[test]
fn a_file_that_is_none_or_lies_elsewhere() {
    let place = Place::new();
    place.put("elsewhere/file", "# elsewhere\n");
    let project = place.path("work/.execpolicy");
    let file = place.path(PROJECT);
    let table: [(&str, Arranged<'_>, &str); 5] = [
        (
            "its directory is a link that leads out",
            Box::new(|| symlink(place.path("elsewhere"), &project).unwrap()),
            "does not lie in the project",
        ),
        (
            "it is a link that leads out",
            Box::new(|| {
                fs::create_dir(&project).unwrap();
                symlink(place.path("elsewhere/file"), &file).unwrap();
            }),
            "does not lie in the project",
        ),
        (
            "it is a directory",
            Box::new(|| fs::create_dir_all(&file).unwrap()),
            "cannot be read: it is not a file",
        ),
        (
            "it is not text",
            Box::new(|| {
                fs::create_dir(&project).unwrap();
                fs::write(&file, b"\xff").unwrap();
            }),
            "cannot be read",
        ),
        (
            "it does not load",
            Box::new(|| {
                fs::create_dir(&project).unwrap();
                fs::write(&file, "prefix_rule(\n").unwrap();
            }),
            "does not load",
        ),
    ];
    for (name, arrange, wanted) in table {
        arrange();
        let told = place
            .approved(RuleScope::Project)
            .add(&rule("a"))
            .unwrap_err()
            .to_string();
        assert!(told.contains(wanted), "{name}: {told}");
        assert_eq!(
            place.text("elsewhere/file").as_deref(),
            Some("# elsewhere\n"),
            "{name}"
        );
        if project.is_symlink() {
            fs::remove_file(&project).unwrap();
        } else {
            fs::remove_dir_all(&project).unwrap();
        }
    }
    assert_eq!(fs::read_dir(place.path("elsewhere")).unwrap().count(), 1);
}
