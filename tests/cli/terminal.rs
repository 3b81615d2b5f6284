//! A terminal for the binary, with somebody who types.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::project::Project;

/// In what time something is to be seen.
const PATIENCE: i64 = 60;

/// What was seen at a terminal, and the status.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) screen: String,
    pub(crate) status: i32,
}

/// Runs the binary at a terminal of its own and types these keys once it asks.
pub(crate) fn at_terminal(project: &Project, arguments: &[&str], keys: &str) -> Seen {
    at_terminal_meanwhile(project, arguments, keys, || {})
}

/// The same, where something happens between the question and the answer.
pub(crate) fn at_terminal_meanwhile(
    project: &Project,
    arguments: &[&str],
    keys: &str,
    happens: impl FnOnce(),
) -> Seen {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs: OwnedFd = openat(CWD, &name, flags, Mode::empty()).unwrap();
    let end = || Stdio::from(theirs.try_clone().unwrap());
    let mut command = project.command_by(&["setsid", "--ctty", "--wait"], arguments);
    command.stdin(end()).stdout(end()).stderr(end());
    let mut child = command.spawn().unwrap();
    drop((command, theirs));
    let mut ours = File::from(ours);
    let mut screen = String::new();
    let mut answer = Some((keys, happens));
    while let Some(text) = read(&mut ours) {
        screen.push_str(&text);
        if screen.contains("[y/N] ")
            && let Some((keys, happens)) = answer.take()
        {
            happens();
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
