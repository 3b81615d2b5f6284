//! A terminal for the binary, with somebody who types.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::project::Project;

/// In what time something is to be seen.
const PATIENCE: i64 = 60;

/// What was seen at a terminal, and the status.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) screen: String,
    pub(crate) status: i32,
}

/// Starts the binary as the leader of a session at the terminal, where `^C` ends it whatever the tests were started by.
const STARTER: [&str; 5] = ["setsid", "--ctty", "--wait", "env", "--default-signal=INT"];

/// Columns of a terminal where nothing else is said.
const COLUMNS: u16 = 200;

/// Runs the binary at a terminal of its own and types these keys once it asks.
pub(crate) fn at_terminal(project: &Project, arguments: &[&str], keys: &str) -> Seen {
    at_terminal_meanwhile(project, arguments, keys, || {})
}

/// The same, at a terminal of so many columns, with an answer for each question.
pub(crate) fn at_terminal_of(columns: u16, project: &Project, arguments: &[&str], answers: &[&str]) -> Seen {
    typing(&STARTER, columns, project, arguments, answers, || {})
}

/// The same, where something happens between the question and the answer.
pub(crate) fn at_terminal_meanwhile(
    project: &Project,
    arguments: &[&str],
    keys: &str,
    happens: impl FnOnce(),
) -> Seen {
    typing(&STARTER, COLUMNS, project, arguments, &[keys], happens)
}

/// The same, by a starter that ignores `^C`.
pub(crate) fn at_terminal_ignoring_interrupts(project: &Project, arguments: &[&str], keys: &str) -> Seen {
    let [starter @ .., _] = STARTER;
    let starter = [&starter[..], &["--ignore-signal=INT"]].concat();
    typing(&starter, COLUMNS, project, arguments, &[keys], || {})
}

/// Types each answer once it is asked for; something happens before the first.
fn typing(
    starter: &[&str],
    columns: u16,
    project: &Project,
    arguments: &[&str],
    answers: &[&str],
    happens: impl FnOnce(),
) -> Seen {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs: OwnedFd = openat(CWD, &name, flags, Mode::empty()).unwrap();
    let end = || Stdio::from(theirs.try_clone().unwrap());
    let mut command = project.command_by(starter, arguments);
    command.env("PATH", format!("{}/bin:/usr/bin:/bin", project.root().display()));
    command.stdin(end()).stdout(end()).stderr(end());
    let mut child = command.spawn().unwrap();
    drop((command, theirs));
    let mut ours = File::from(ours);
    let mut screen = String::new();
    let mut answers = answers.iter();
    let mut happens = Some(happens);
    while let Some(text) = read(&mut ours) {
        screen.push_str(&text);
        if screen.ends_with("/N] ")
            && let Some(keys) = answers.next()
        {
            if let Some(happens) = happens.take() {
                happens();
            }
            rustix::io::write(&ours, keys.as_bytes()).unwrap();
        }
    }
    // Whoever still waits for a key learns that nobody is there.
    drop(ours);
    let status = child.wait().unwrap();
    Seen {
        screen: screen.replace("\r\n", "\n"),
        status: status.code().unwrap_or(-1),
    }
}

/// What is written next; `None` once nobody writes any more, or for too long.
fn read(terminal: &mut File) -> Option<String> {
    let patience = Timespec {
        tv_sec: PATIENCE,
        tv_nsec: 0,
    };
    let ready = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&patience));
    let mut buffer = [0; 4096];
    match (ready, terminal.read(&mut buffer)) {
        (Ok(1..), Ok(count @ 1..)) => Some(String::from_utf8_lossy(&buffer[..count]).into_owned()),
        _ => None,
    }
}
