//! What stands between a clearance and the start of its command.

use std::fs;
use std::io::{self, Write};

use execpolicy::Dialect;
use sandbox::{Host, Status, Tier};

use crate::ground::{Ground, POLICY, gatekeeper, person};
use crate::{Answer, Command, PrepareError, Scope};

/// Whether this host can confine; says so where it cannot.
fn confines() -> bool {
    let host = Host::look();
    let confines = host.tier() == Tier::Full;
    if !confines {
        let why = format!("skipped: this host does not reach tier full: {host:?}\n");
        io::stderr().write_all(why.as_bytes()).unwrap();
    }
    confines
}

#[test]
fn only_an_allow_or_a_yes_clears() {
    let ground = Ground::new();
    for (word, answer, cleared, asked) in [
        ("runs", Answer::No, true, 0),
        ("ask", Answer::Yes(Scope::Once), true, 1),
        ("ask", Answer::Yes(Scope::Rule), true, 1),
        ("ask", Answer::Cancel, false, 1),
        ("ask", Answer::No, false, 1),
    ] {
        let person = person(answer);
        let prepared = ground.prepare(Command::of_argv(&["tool", word]), None).unwrap();
        let outcome = prepared.clear(&person);
        assert_eq!((outcome.is_ok(), person.asked.get()), (cleared, asked), "{word}");
    }
    let forbidden = ground.prepare(Command::of_argv(&["tool", "never"]), None);
    assert!(
        matches!(forbidden, Err(PrepareError::Forbidden { .. })),
        "{forbidden:?}"
    );
}

#[test]
fn what_was_judged_runs() {
    let ground = Ground::new();
    let (text, status) = ground
        .launch(ground.cleared(&["tool", "a  b", "$HOME"], None))
        .unwrap();
    assert_eq!((text.as_str(), status), ("tool a  b $HOME\n", Status::Exited(0)));
    let script = Command::of_text("tool one && tool two | cat", Dialect::Bash);
    let cleared = ground
        .prepare(script, None)
        .unwrap()
        .clear(&person(Answer::No))
        .unwrap();
    let (text, _) = ground.launch(cleared).unwrap();
    assert_eq!(text, "tool one\ntool two\n");
}

#[test]
fn a_text_that_is_not_for_bash_is_not_run() {
    let ground = Ground::new();
    for command in [
        Command::of_text("tool", Dialect::Sh),
        Command::of_text("tool", Dialect::Unknown),
        Command::of_bytes(b"tool \xff", Dialect::Bash),
    ] {
        let prepared = ground.prepare(command, None);
        assert!(matches!(prepared, Err(PrepareError::NotRunnable)), "{prepared:?}");
    }
}

#[test]
fn a_change_between_the_verdict_and_the_launch_is_refused_by_name() {
    let mut ground = Ground::new();
    let clearance = ground.cleared(&["tool"], None);
    ground.put_tool("#!/bin/sh\necho another\n");
    assert_eq!(
        ground.refused(clearance),
        "the program `$TEST/bin/tool` has changed since the command was judged"
    );

    let clearance = ground.cleared(&["tool"], None);
    fs::rename(ground.path("bin/tool"), ground.path("bin/old")).unwrap();
    fs::copy(ground.path("bin/old"), ground.path("bin/tool")).unwrap();
    assert_eq!(
        ground.refused(clearance),
        "the program `$TEST/bin/tool` has changed since the command was judged"
    );

    let clearance = ground.cleared(&["tool"], None);
    fs::rename(ground.path("work"), ground.path("moved")).unwrap();
    fs::create_dir(ground.path("work")).unwrap();
    assert_eq!(
        ground.refused(clearance),
        "the directory `$TEST/work` is not the one that the command was judged in"
    );

    let clearance = ground.cleared(&["tool"], None);
    ground.variables.push(("NEW".into(), "1".into()));
    assert_eq!(
        ground.refused(clearance),
        "the environment has changed since the command was judged"
    );

    let clearance = ground.cleared(&["tool"], None);
    ground.gatekeeper = gatekeeper(&format!("{POLICY}\n"));
    assert_eq!(
        ground.refused(clearance),
        "the policy has changed since the command was judged"
    );

    let path = format!("{}:/usr/bin", ground.path("work/.venv/bin").display());
    ground.variables = vec![("PATH".into(), path.into())];
    let clearance = ground.cleared(&["ls"], None);
    fs::create_dir_all(ground.path("work/.venv/bin")).unwrap();
    fs::write(ground.path("work/.venv/bin/cat"), "").unwrap();
    assert_eq!(
        ground.refused(clearance),
        "a program that the `PATH` leads to was put there since the command was judged"
    );
}

#[test]
fn a_confinement_that_has_become_another_is_refused() {
    let ground = Ground::new();
    let clearance = ground.cleared(&["tool"], Some("workspace-write"));
    fs::write(ground.path("work/.env"), "KEY=1").unwrap();
    assert_eq!(
        ground.refused(clearance),
        "the confinement has changed since the command was judged: what is hidden"
    );
}

#[test]
fn a_cleared_command_is_confined() {
    if !confines() {
        return;
    }
    let ground = Ground::new();
    let outside = ground.path("outside");
    ground.put_tool(&format!(
        "#!/bin/sh\necho x > inside; echo x > {}; echo \"$TMPDIR $PWD\"\n",
        outside.display()
    ));
    let (text, _) = ground
        .launch(ground.cleared(&["tool"], Some("workspace-write")))
        .unwrap();
    assert_eq!(text, format!("/tmp {}\n", ground.path("work").display()));
    assert!(ground.path("work/inside").exists() && !outside.exists());
    let (text, _) = ground.launch(ground.cleared(&["tool"], None)).unwrap();
    assert_eq!(text, format!(" {}\n", ground.path("work").display()));
    assert!(outside.exists());
}

#[test]
fn what_is_not_there_is_not_found() {
    let ground = Ground::new();
    fs::remove_file(ground.path("bin/tool")).unwrap();
    let prepared = ground.prepare(Command::of_argv(&["tool"]), None);
    assert!(
        matches!(prepared, Err(PrepareError::NotFound { .. })),
        "{prepared:?}"
    );
    fs::remove_dir_all(ground.path("work")).unwrap();
    let prepared = ground.prepare(Command::of_argv(&["tool"]), None);
    assert!(
        matches!(prepared, Err(PrepareError::Directory { .. })),
        "{prepared:?}"
    );
}
