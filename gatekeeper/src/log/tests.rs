//! What is appended, is read, and stays bounded, whoever writes beside.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::thread;

use execpolicy::{Context, Dialect, Directory};
use rustix::fs::{FlockOperation, flock};

use super::{Asker, Bounds, EndEntry, Entry, Lines, Log, NotReplayable, Record, files, path_of};
use crate::{Command, Defaults, Gatekeeper};

fn entry_of(command: Command) -> Entry {
    let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn).unwrap();
    let context = Context {
        cwd: Directory::Known("/w/repo".into()),
        environment: vec!["HOME".into(), "LANG".into(), "PATH".into()],
        ..Context::default()
    };
    let judgement = gatekeeper.judge(command, &context);
    Entry::of(&judgement, &context, gatekeeper.digest(), Asker::verb("test"))
}

fn entry(text: &str) -> Entry {
    entry_of(Command::of_text(text, Dialect::Bash))
}

fn records(directory: &Path) -> Vec<Record> {
    Lines::of(files(directory))
        .map(|line| serde_json::from_slice(&line.unwrap().bytes.unwrap()).unwrap())
        .collect()
}

#[test]
fn a_decision_and_its_end_are_read_as_they_were_written() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("state/execpolicy");
    let log = Log::open(&directory).unwrap();
    let entry = entry("LANG=C git push && cat \"$x\"").answered("person", "no");
    log.append(&entry).unwrap();
    let end = EndEntry::not_started(&entry.id, "gone");
    log.append_end(&end).unwrap();
    assert_eq!(entry.context.environment, ["LANG".into()]);
    let wanted = [Record::Decision(Box::new(entry)), Record::End(Box::new(end))];
    assert_eq!(records(&directory), wanted);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&path_of(&directory))), (0o700, 0o600));
}

#[test]
fn a_secret_is_in_no_part_of_a_line() {
    for text in [
        "curl -H 'Authorization: Bearer hunter2hunter2' https://x",
        "bash -c 'mysql --password=hunter2hunter2'",
        "export TOKEN=hunter2hunter2 && ls",
    ] {
        let entry = entry(text);
        assert_eq!(entry.not_replayable, Some(NotReplayable::Masked), "{text}");
        let line = serde_json::to_string(&entry).unwrap();
        assert!(!line.contains("hunter2"), "{line}");
        assert!(entry.subject().is_none(), "{text}");
    }
    let entry = entry_of(Command::of_argv(&["x", "--password", "hunter 2"]));
    let line = serde_json::to_string(&entry).unwrap();
    assert!(entry.argv.is_none() && !line.contains("hunter"), "{line}");
}

#[test]
fn what_is_no_text_is_not_replayable() {
    let entry = entry_of(Command::of_bytes(b"cat \xff", Dialect::Bash));
    assert_eq!(entry.not_replayable, Some(NotReplayable::Bytes));
}

#[test]
fn a_full_file_is_moved_aside_and_the_oldest_goes() {
    let place = tempfile::tempdir().unwrap();
    let entry = entry("git push");
    let length = u64::try_from(serde_json::to_string(&entry).unwrap().len()).unwrap();
    let bounds = Bounds {
        file: 3 * (length + 40),
        files: 2,
    };
    let log = Log::with_bounds(place.path(), bounds).unwrap();
    for number in 0..11 {
        let id = format!("{number:04}");
        log.append(&Entry { id, ..entry.clone() }).unwrap();
    }
    let ids: Vec<String> = records(place.path())
        .into_iter()
        .map(|record| match record {
            Record::Decision(entry) => entry.id,
            Record::End(end) => end.id,
        })
        .collect();
    assert_eq!(
        ids,
        ["0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"]
    );
    assert_eq!(files(place.path()).len(), 3);
}

#[test]
fn who_keeps_the_lock_keeps_no_decision_waiting() {
    let place = tempfile::tempdir().unwrap();
    let bounds = Bounds { file: 1, files: 2 };
    let log = Log::with_bounds(place.path(), bounds).unwrap();
    log.append(&entry("git push")).unwrap();
    // As a command may that can only read it; the log waits for it no longer than it says.
    let lock = place.path().join("log.lock");
    fs::write(&lock, "").unwrap();
    let held = fs::File::open(&lock).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    log.append(&entry("git push")).unwrap();
    assert_eq!(records(place.path()).len(), 2);
    assert_eq!(files(place.path()).len(), 1);
    drop(held);
    log.append(&entry("git push")).unwrap();
    assert_eq!(files(place.path()).len(), 2);
}

#[test]
fn writers_at_once_lose_nothing() {
    let place = tempfile::tempdir().unwrap();
    let entry = entry("git push");
    let bounds = Bounds {
        file: 200_000,
        files: 100,
    };
    thread::scope(|scope| {
        for writer in 0..8 {
            let (entry, place) = (&entry, place.path());
            scope.spawn(move || {
                // Half of them share nothing, as processes do.
                let log = Log::with_bounds(place, bounds).unwrap();
                for number in 0..200 {
                    let id = format!("{writer}-{number}");
                    let entry = Entry { id, ..entry.clone() };
                    if writer % 2 == 0 {
                        log.append(&entry).unwrap();
                    } else {
                        Log::with_bounds(place, bounds).unwrap().append(&entry).unwrap();
                    }
                }
            });
        }
    });
    assert!(files(place.path()).len() > 3);
    let mut ids: Vec<String> = records(place.path())
        .into_iter()
        .map(|record| match record {
            Record::Decision(entry) => entry.id,
            Record::End(end) => end.id,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8 * 200);
}

#[test]
fn a_line_that_was_cut_off_does_not_spoil_the_next() {
    let place = tempfile::tempdir().unwrap();
    fs::write(path_of(place.path()), "{\"half\": ").unwrap();
    Log::open(place.path()).unwrap().append(&entry("ls")).unwrap();
    let lines: Vec<_> = Lines::of(files(place.path())).map(Result::unwrap).collect();
    assert_eq!(lines.len(), 2);
    let last: Record = serde_json::from_slice(lines[1].bytes.as_deref().unwrap()).unwrap();
    assert!(matches!(last, Record::Decision(_)));
}

#[test]
fn what_others_could_read_is_made_private_and_a_link_is_not_followed() {
    let place = tempfile::tempdir().unwrap();
    let path = path_of(place.path());
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    Log::open(place.path()).unwrap().append(&entry("ls")).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let elsewhere = place.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let error = Log::open(place.path()).unwrap_err();
    assert!(
        error.to_string().contains("log.jsonl` cannot be written"),
        "{error}"
    );
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(Log::open(place.path()).is_err());
}

#[test]
fn a_full_disk_is_told() {
    // The one file that is always full; it is not a file that a log may be, so its writing is tried by itself.
    let place = tempfile::tempdir().unwrap();
    symlink("/dev/full", path_of(place.path())).unwrap();
    assert!(Log::open(place.path()).is_err());
}
