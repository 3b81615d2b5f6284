//! `answer`: however one side ends, nothing hangs and nothing stays.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::project::Project;
use crate::signals::ignores;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// After how many looks everything has ended.
const SOON: usize = 1_500;

fn start(project: &Project, script: &str) -> Child {
    project
        .command(&["answer", "acp", "--", "/bin/sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The status, where it ends soon.
fn status(child: &mut Child) -> i32 {
    for _ in 0..SOON {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or_else(|| -status.signal().unwrap());
        }
        thread::sleep(PAUSE);
    }
    child.kill().unwrap();
    panic!("it does not end");
}

pub(crate) fn until(what: impl Fn() -> bool) {
    for _ in 0..SOON {
        if what() {
            return;
        }
        thread::sleep(PAUSE);
    }
    panic!("it does not come");
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn an_agent_that_ends_ends_it_with_its_own_status() {
    let project = Project::new();
    for (script, wanted) in [
        ("exit 7", 7),
        ("kill -9 $$", 137),
        ("exec true", 0),
        // What it leaves behind ends with it.
        ("sleep 600 & exit 3", 3),
        ("exec 0<&-; exec 1>&-; exit 4", 4),
    ] {
        let mut child = start(&project, script);
        // Its input stays open.
        assert_eq!(status(&mut child), wanted, "{script}");
    }
    let mut missing = project.command(&["answer", "acp", "--", "./absent"]);
    assert_eq!(missing.stderr(Stdio::null()).status().unwrap().code(), Some(127));
    let broken = project.with("broken.codexpolicy", "prefix_rule(");
    let mut broken = broken.command(&["answer", "acp", "-r", "broken.codexpolicy", "--", "/bin/true"]);
    assert_eq!(broken.stderr(Stdio::null()).status().unwrap().code(), Some(125));
}

#[test]
fn what_an_agent_said_last_arrives() {
    let project = Project::new();
    let mut child = start(
        &project,
        "head -c 300000 /dev/zero | tr '\\0' '{'; printf '\\n{\"half'; exit 5",
    );
    let mut said = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut said).unwrap();
    assert_eq!(said.len(), 300_007);
    assert!(said.ends_with(b"{\n{\"half"));
    assert_eq!(status(&mut child), 5);
}

#[test]
fn a_client_that_says_its_last_word_is_answered_to_the_end() {
    let project = Project::new();
    let mut child = start(&project, "cat; exit 6");
    let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut to = child.stdin.take().unwrap();
    let sent = text.clone();
    let writer = thread::spawn(move || to.write_all(&sent).unwrap());
    let mut back = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut back).unwrap();
    writer.join().unwrap();
    assert!(back == text, "{} bytes of {}", back.len(), text.len());
    assert_eq!(status(&mut child), 6);
}

#[test]
fn a_client_that_does_not_listen_ends_an_agent_that_speaks() {
    let project = Project::new();
    let mut child = start(&project, "exec yes");
    drop(child.stdout.take());
    // As if the agent had been told by the client itself.
    assert_eq!(status(&mut child), 141);
}

#[test]
fn a_client_that_is_gone_ends_an_agent_that_does_not_care() {
    let project = Project::new();
    let mut child = start(&project, "exec sleep 600");
    drop(child.stdout.take());
    drop(child.stdin.take());
    assert_eq!(status(&mut child), 143);
}

#[test]
fn signals_are_the_agents() {
    let project = Project::new();
    for (name, number, wanted) in [("TERM", 15, 11), ("INT", 2, 12), ("HUP", 1, 13), ("USR1", 10, 14)] {
        // What is ignored from the start, as in a job of the background, no shell can trap.
        if ignores("self", number) {
            continue;
        }
        let script = "trap 'exit 11' TERM; trap 'exit 12' INT; trap 'exit 13' HUP; trap 'exit 14' USR1; \
                      : > ready; while :; do sleep 0.05; done";
        let mut child = start(&project, script);
        let ready = project.work().join("ready");
        until(|| ready.exists());
        signal(&child, name);
        assert_eq!(status(&mut child), wanted, "{name}");
        fs::remove_file(ready).unwrap();
    }
    let mut child = start(&project, ": > ready; exec sleep 600");
    until(|| project.work().join("ready").exists());
    signal(&child, "TERM");
    assert_eq!(status(&mut child), 143);
}

#[test]
fn an_agent_does_not_outlive_it() {
    let project = Project::new();
    let mut child = start(
        &project,
        "sleep 600 & echo $! > other.new; mv other.new other; echo $$ > own.new; mv own.new own; wait",
    );
    let id = |name: &str| {
        fs::read_to_string(project.work().join(name))
            .unwrap()
            .trim()
            .to_owned()
    };
    until(|| project.work().join("own").exists());
    let ids = [id("own"), id("other")];
    child.kill().unwrap();
    child.wait().unwrap();
    // A process that nobody has waited for yet has ended, too.
    let runs = |id: &String| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
    };
    until(|| !ids.iter().any(runs));
}

#[test]
fn an_agent_that_writes_without_reading_does_not_stop_it() {
    let project = Project::new().with("rules.codexpolicy", "prefix_rule(pattern = [\"tool\"])\n");
    let ask = r#"{"id":%s,"method":"execCommandApproval","params":{"conversationId":"t","callId":"c","command":["tool"],"cwd":"/","reason":null,"parsedCmd":[]}}"#;
    // Writes far more than pipes hold, questions among it, and reads only then.
    let script = format!(
        "i=0; while [ $i -lt 300 ]; do printf '{ask}\\n' $i; head -c 8000 /dev/zero | tr '\\0' x; echo; i=$((i+1)); done; cat"
    );
    let words = [
        "answer",
        "codex-app-server",
        "-r",
        "rules.codexpolicy",
        "--",
        "/bin/sh",
        "-c",
        &script,
    ];
    let mut child = project
        .command(&words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        for _ in 0..2_000 {
            to.write_all(format!("{}\n", "y".repeat(500)).as_bytes()).unwrap();
        }
    });
    let mut heard = String::new();
    child.stdout.take().unwrap().read_to_string(&mut heard).unwrap();
    writer.join().unwrap();
    assert_eq!(status(&mut child), 0);
    let lines: Vec<&str> = heard.lines().collect();
    let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!(
        (count("xxx"), count("yyy"), count("execCommandApproval")),
        (300, 2_000, 0)
    );
    // It says what it was told.
    assert_eq!(count("approved"), 300);
}
