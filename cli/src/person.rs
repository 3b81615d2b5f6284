//! The person at the terminal, who is asked where a verdict is a prompt.

use std::fs::File;
use std::io::{self, IsTerminal, Write};

use diagnostics::visible;
use gatekeeper::{Answer, Approver, Question, Scope};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush, tcgetpgrp};

use crate::{confined, output};

/// In what time an answer is given, in seconds; who has gone away has not said yes.
const PATIENCE: i64 = 300;

/// Bytes of an answer that are read.
const LONGEST: usize = 64;

/// Somebody at a terminal, or nobody.
#[derive(Debug)]
pub(crate) enum Person {
    /// A person who sees standard error, and types at the terminal that this process belongs to.
    Present(File),
    /// There is no terminal, or this process may not read from it now.
    Absent,
}

impl Person {
    /// Looks whether somebody can be asked: standard input and standard error are terminals, and this process is in
    /// the foreground of its own.
    pub(crate) fn look() -> Self {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Self::Absent;
        }
        let Ok(terminal) = File::options().read(true).write(true).open("/dev/tty") else {
            return Self::Absent;
        };
        // Reading in the background would stop this process, and nobody may be there to let it go on.
        let foreground = tcgetpgrp(&terminal);
        if foreground.is_ok_and(|group| group == rustix::process::getpgrp()) {
            Self::Present(terminal)
        } else {
            Self::Absent
        }
    }
}

impl Approver for Person {
    fn ask(&self, question: &Question<'_>) -> Answer {
        let Self::Present(terminal) = self else {
            return Answer::No;
        };
        output::complain(&question.judgement.findings(), None);
        let mut stderr = io::stderr().lock();
        let told = stderr.write_all(shown(question).as_bytes());
        // What was typed before the question was seen is no answer to it.
        let flushed = tcflush(terminal, QueueSelector::IFlush);
        let asked = told.and_then(|()| stderr.write_all(b"Run it once? [y/N] "));
        if asked.and_then(|()| stderr.flush()).is_err() || flushed.is_err() {
            return Answer::No;
        }
        let answer = answer(terminal);
        if answer.is_none() {
            // The line was not ended by a key.
            drop(stderr.write_all(b"\n"));
        }
        answer.unwrap_or(Answer::No)
    }
}

/// The whole command, where it would start and what it would run in. A finding shows only what is in the way, and a yes
/// is to everything.
fn shown(question: &Question<'_>) -> String {
    let mut lines = vec!["Command".to_owned()];
    let text = question.judgement.command().source().text();
    lines.extend(text.lines().map(|line| format!("  {}", visible(line))));
    let directory = question.directory.display().to_string();
    lines.push(format!("  in {}", visible(&directory)));
    match question.confinement {
        Some(confinement) => lines.extend(confined::summary(confinement)),
        None => lines.push("Confinement none: it may do all that you may".to_owned()),
    }
    lines.join("\n") + "\n"
}

/// One line from the terminal. `None` where none came.
fn answer(terminal: &File) -> Option<Answer> {
    let patience = Timespec {
        tv_sec: PATIENCE,
        tv_nsec: 0,
    };
    let came = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&patience));
    if !matches!(came, Ok(count) if count > 0) {
        return None;
    }
    let mut line = [0_u8; LONGEST];
    let length = rustix::io::read(terminal, &mut line).ok()?;
    let line = line.get(..length)?;
    let Some((b'\n' | b'\r', line)) = line.split_last() else {
        // What is left of a longer line shall not become somebody's next command.
        let _stays = tcflush(terminal, QueueSelector::IFlush);
        return None;
    };
    Some(match line.trim_ascii() {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" => Answer::Yes(Scope::Once),
        _ => Answer::No,
    })
}
