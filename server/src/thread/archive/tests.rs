//! Logs that are made, taken, read, listed, cut off and removed.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::protocol::{Item, ItemStatus, Turn, TurnStatus};
use crate::thread::new_id;

fn start(id: &str, at: u64) -> Fact {
    Fact::ThreadStarted(Start {
        id: id.to_owned(),
        at,
        cwd: "/w".into(),
        workspace: None,
        sandbox: "read-only".to_owned(),
        approval_policy: None,
        forked_from: None,
    })
}

fn item(id: &str, status: ItemStatus) -> Item {
    Item::CommandExecution {
        id: id.to_owned(),
        command: "ls".to_owned(),
        cwd: "/w".to_owned(),
        command_actions: Vec::new(),
        status,
        confinement: None,
        exit_code: None,
        duration_ms: None,
        aggregated_output: Some("ü\n".to_owned()),
        output_dropped: None,
        violations: Vec::new(),
        reason: None,
    }
}

/// What a turn with one item that ended and one that did not leaves.
fn facts(id: &str) -> Vec<Fact> {
    let turn_id = || "turn_1".to_owned();
    vec![
        start(id, 1),
        Fact::TurnStarted {
            turn_id: turn_id(),
            at: 2,
        },
        Fact::ItemStarted {
            turn_id: turn_id(),
            item: item("item_1", ItemStatus::InProgress),
        },
        Fact::ItemCompleted {
            turn_id: turn_id(),
            item: item("item_1", ItemStatus::Completed),
        },
        Fact::ItemStarted {
            turn_id: turn_id(),
            item: item("item_2", ItemStatus::InProgress),
        },
        Fact::TurnEnded {
            turn_id: turn_id(),
            at: 3,
            status: TurnStatus::Completed,
        },
        Fact::TurnStarted {
            turn_id: "turn_2".to_owned(),
            at: 4,
        },
    ]
}

fn archive(state: &TempDir) -> Archive {
    Archive::new(Some(state.path()))
}

fn shown(turns: &[Turn]) -> String {
    let turns: Vec<String> = turns
        .iter()
        .map(|turn| {
            let items: Vec<String> = turn
                .items
                .iter()
                .map(|item| match item {
                    Item::CommandExecution { status, reason, .. }
                    | Item::FileChange { status, reason, .. } => {
                        format!("{status:?} {}", reason.as_deref().unwrap_or_default())
                    }
                })
                .collect();
            format!("{:?}[{}]", turn.status, items.join(", "))
        })
        .collect();
    turns.join(" ")
}

#[test]
fn a_thread_comes_back_with_what_it_did() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    let id = new_id("thread").unwrap();
    let log = archive.create(&id, facts(&id)).unwrap().unwrap();
    assert!(matches!(archive.take(&id), Err(OpenLogError::Taken)));
    let forked = archive.read(&id).unwrap();
    assert!(shown(&forked.turns).contains("it had not ended when the thread was forked"));
    log.release();
    let (_log, history) = archive.take(&id).unwrap();
    assert_eq!(
        shown(&history.turns),
        "Completed[Completed , Failed the server ended] Interrupted[]"
    );
    let path = state.path().join("threads");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join(name_of(&id))), 0o600);
}

#[test]
fn a_log_that_is_cut_anywhere_says_a_prefix_and_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    let id = new_id("thread").unwrap();
    drop(archive.create(&id, facts(&id)).unwrap());
    let path = state.path().join("threads").join(name_of(&id));
    let whole = fs::read(&path).unwrap();
    let directory = archive.open().unwrap().unwrap();
    for end in 0..=whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let (log, said) = Log::take(&directory, &name_of(&id)).unwrap();
        assert_eq!(said, facts(&id)[..said.len()], "cut at {end}");
        let lines = whole[..end].split(|byte| *byte == b'\n').count() - 1;
        assert_eq!(said.len(), lines, "cut at {end}");
        log.append(Fact::ThreadResumed { at: 9 }).unwrap();
        drop(log);
        let (_log, after) = Log::take(&directory, &name_of(&id)).unwrap();
        assert_eq!(after.len(), lines + 1, "cut at {end}");
        assert_eq!(History::of(said, &id, "").is_ok(), lines > 0, "cut at {end}");
    }
}

#[test]
fn a_log_that_was_given_back_is_not_written_any_more() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    let id = new_id("thread").unwrap();
    let old = archive.create(&id, facts(&id)).unwrap().unwrap();
    old.release();
    let (new, _) = archive.take(&id).unwrap();
    new.append(Fact::ThreadResumed { at: 9 }).unwrap();
    let path = state.path().join("threads").join(name_of(&id));
    let whole = fs::read(&path).unwrap();
    assert!(old.append(Fact::ThreadResumed { at: 8 }).is_err());
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn what_is_no_log_is_not_taken_and_not_listed() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    assert!(archive.list().unwrap().threads.is_empty());
    let ids: Vec<String> = (0..8).map(|_| new_id("thread").unwrap()).collect();
    for (at, id) in (0_u64..).zip(&ids[..3]) {
        drop(archive.create(id, vec![start(id, at)]).unwrap());
    }
    let path = |id: &str| state.path().join("threads").join(name_of(id));
    fs::write(path(&ids[3]), "").unwrap();
    fs::write(path(&ids[4]), "{\"fact\":\"threadStarted\"}\n").unwrap();
    // The log of another thread.
    fs::copy(path(&ids[0]), path(&ids[5])).unwrap();
    std::os::unix::fs::symlink(path(&ids[0]), path(&ids[6])).unwrap();
    fs::create_dir(path(&ids[7])).unwrap();
    fs::write(state.path().join("threads/notes.txt"), "x").unwrap();
    let listed = archive.list().unwrap();
    let found: Vec<&str> = listed.threads.iter().map(|start| start.id.as_str()).collect();
    assert_eq!(found, [&*ids[2], &*ids[1], &*ids[0]]);
    assert_eq!(listed.passed_over, 5);
    for id in &ids[3..] {
        assert!(archive.take(id).is_err() && archive.read(id).is_err(), "{id}");
    }
    for id in ["", "../x", "thread_", "thread_../../../../../../../../../../.."] {
        assert!(matches!(archive.take(id), Err(OpenLogError::Missing)), "{id}");
    }
}

#[test]
fn the_oldest_threads_go_unless_somebody_has_them() {
    let state = tempfile::tempdir().unwrap();
    let archive = Archive {
        kept: 3,
        ..archive(&state)
    };
    let ids: Vec<String> = (0..6).map(|_| new_id("thread").unwrap()).collect();
    let first = archive.create(&ids[0], vec![start(&ids[0], 0)]).unwrap();
    for (at, id) in (1_u64..).zip(&ids[1..]) {
        drop(archive.create(id, vec![start(id, at)]).unwrap());
    }
    let listed = archive.list().unwrap();
    let found: Vec<&str> = listed.threads.iter().map(|start| start.id.as_str()).collect();
    assert_eq!(found, [&*ids[5], &*ids[4], &*ids[0]]);
    drop(first);
}

#[test]
fn a_line_that_nobody_understands_spoils_no_other() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    let id = new_id("thread").unwrap();
    drop(archive.create(&id, facts(&id)).unwrap());
    let path = state.path().join("threads").join(name_of(&id));
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"fact\":\"of the future\"}\n\xff\n\n").unwrap();
    let (_log, history) = archive.take(&id).unwrap();
    assert_eq!(history.turns.len(), 2);
}

#[test]
fn a_log_is_bounded() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    let id = new_id("thread").unwrap();
    let log = archive.create(&id, vec![start(&id, 0)]).unwrap().unwrap();
    let mut big = item("item_1", ItemStatus::Completed);
    if let Item::CommandExecution {
        cwd,
        aggregated_output,
        ..
    } = &mut big
    {
        *cwd = "/x".repeat(32 * 1024);
        *aggregated_output = Some("x".repeat(1 << 20));
    }
    let fact = || Fact::ItemCompleted {
        turn_id: "turn_1".to_owned(),
        item: big.clone(),
    };
    let appended = (0..1000).take_while(|_| log.append(fact()).is_ok()).count();
    assert!((200..400).contains(&appended), "{appended}");
    let length = fs::metadata(state.path().join("threads").join(name_of(&id)))
        .unwrap()
        .len();
    assert!(length <= 16 << 20, "{length}");
    drop(log);
    assert!(archive.take(&id).is_ok());
}

#[test]
fn nothing_is_kept_where_there_is_no_place() {
    let archive = Archive::new(None);
    let id = new_id("thread").unwrap();
    assert!(archive.create(&id, vec![start(&id, 0)]).unwrap().is_none());
    assert!(archive.list().unwrap().threads.is_empty());
    assert!(matches!(archive.take(&id), Err(OpenLogError::Missing)));
    let state = tempfile::tempdir().unwrap();
    let open = Archive::new(Some(state.path()));
    fs::create_dir(state.path().join("threads")).unwrap();
    fs::set_permissions(state.path().join("threads"), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(open.create(&id, vec![start(&id, 0)]).is_err() && open.list().is_err());
}

#[test]
fn a_log_that_somebody_takes_away_or_cuts_off_is_told_or_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let archive = archive(&state);
    let id = new_id("thread").unwrap();
    let log = archive.create(&id, facts(&id)).unwrap().unwrap();
    let path = state.path().join("threads").join(name_of(&id));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    log.append(Fact::ThreadResumed { at: 7 }).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains('\0'), "{text:?}");
    assert_eq!(text.lines().last(), Some(r#"{"fact":"threadResumed","at":7}"#));
    fs::remove_file(&path).unwrap();
    assert!(log.append(Fact::ThreadResumed { at: 8 }).is_err());
}

#[test]
fn a_turn_of_very_many_items_is_read_in_a_moment() {
    let items = 40_000;
    let mut facts = vec![
        start("id", 1),
        Fact::TurnStarted {
            turn_id: "turn_1".to_owned(),
            at: 2,
        },
    ];
    for number in 0..items {
        facts.push(Fact::ItemStarted {
            turn_id: "turn_1".to_owned(),
            item: item(&format!("item_{number:032}"), ItemStatus::InProgress),
        });
    }
    facts.push(Fact::ItemCompleted {
        turn_id: "turn_1".to_owned(),
        item: item(&format!("item_{:032}", 0), ItemStatus::Completed),
    });
    let begun = crate::clock::moment();
    let history = History::of(facts, "id", "").unwrap();
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let ended = history.turns[0].items.iter().filter(|item| match item {
        Item::CommandExecution { status, .. } | Item::FileChange { status, .. } => {
            *status == ItemStatus::Completed
        }
    });
    assert_eq!((history.turns[0].items.len(), ended.count()), (items, 1));
}
