//! The person at the terminal, who is asked where a verdict is a prompt.

mod answer;
mod folded;
mod interrupt;
mod shown;

use std::fs::File;
use std::io::{self, IsTerminal, Write};

use gatekeeper::risk::{Risk, RiskProgram, RiskRequest};
use gatekeeper::{Answer, Approver, Question, Scope};
use rustix::termios::{QueueSelector, tcflush, tcgetpgrp, tcgetwinsize};

use answer::answer;
use diagnostics::visible;
use interrupt::InterruptKey;

/// In what time an answer is given, in seconds; who has gone away has not said yes.
const PATIENCE: i64 = 300;

/// Columns of a terminal that does not say how wide it is.
const WIDTH: usize = 80;

/// Somebody at a terminal, or nobody.
#[derive(Debug)]
pub(crate) enum Person {
    /// A person who sees standard error, and types at the terminal that this process belongs to.
    Present {
        /// Where they type.
        terminal: File,
        /// Who tells them how much harm a command may do, beside its effects.
        adviser: Option<RiskProgram>,
    },
    /// There is no terminal, or this process may not read from it now.
    Absent,
}

impl Person {
    /// Looks whether somebody can be asked: standard input and standard error are terminals, and this process is in
    /// the foreground of its own.
    pub(crate) fn look(adviser: Option<RiskProgram>) -> Self {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Self::Absent;
        }
        let Ok(terminal) = File::options().read(true).write(true).open("/dev/tty") else {
            return Self::Absent;
        };
        // Reading in the background would stop this process, and nobody may be there to let it go on.
        let foreground = tcgetpgrp(&terminal);
        if foreground.is_ok_and(|group| group == rustix::process::getpgrp()) {
            Self::Present { terminal, adviser }
        } else {
            Self::Absent
        }
    }

    /// Whether there is somebody.
    pub(crate) fn is_present(&self) -> bool {
        matches!(self, Self::Present { .. })
    }
}

impl Approver for Person {
    fn ask(&self, question: &Question<'_>) -> Answer {
        let Self::Present { terminal, adviser } = self else {
            return Answer::No;
        };
        let mut stderr = io::stderr().lock();
        let risk = assessed(question, adviser.as_ref(), &mut stderr);
        let told = stderr.write_all(shown::shown(question, &risk, width(terminal)).as_bytes());
        let _key = InterruptKey::as_text(terminal);
        // What was typed before the question was seen is no answer to it.
        let flushed = tcflush(terminal, QueueSelector::IFlush);
        let asked = told.and_then(|()| stderr.write_all(choices(question.offered).as_bytes()));
        if asked.and_then(|()| stderr.flush()).is_err() || flushed.is_err() {
            return Answer::No;
        }
        let answer = answer(terminal, question.offered, PATIENCE);
        if answer.is_none() {
            // The line was not ended by a key.
            drop(stderr.write_all(b"\n"));
        }
        answer.unwrap_or(Answer::No)
    }
}

/// The risk by the effects, or what the adviser makes of it.
fn assessed(question: &Question<'_>, adviser: Option<&RiskProgram>, stderr: &mut impl Write) -> Risk {
    let Some(adviser) = adviser else {
        return question.risk.clone();
    };
    let confinement = question.confinement.map(|confinement| &*confinement.profile.name);
    let request = RiskRequest::new(question.judgement, question.context, confinement);
    adviser.assess(&request).unwrap_or_else(|error| {
        let told = format!(
            "the program that assesses risks does not count: {}\n",
            visible(&error.to_string())
        );
        // Who cannot be told this cannot be asked either.
        drop(stderr.write_all(told.as_bytes()));
        question.risk.clone()
    })
}

/// The question itself. What is written in capitals is what an empty line means.
fn choices(offered: &[Scope]) -> &'static str {
    if offered.contains(&Scope::Rule) {
        "Run it? yes once, always, no [y/a/N] "
    } else {
        "Run it once? [y/N] "
    }
}

fn width(terminal: &File) -> usize {
    match tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 => size.ws_col.into(),
        Ok(_) | Err(_) => WIDTH,
    }
}
