//! `execpolicy hook doctor`: a command that no policy allows is sent the way that an agent would.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Parser;
use diagnostics::visible;
use gatekeeper::hook::{Agent, Answer, CANARY};

use super::deadline;
use super::settings::{self, ended, installation};
use crate::args::{AgentSettings, Args, Deferred, Verb};
use crate::environment;
use crate::exit::Exit;

/// How long a command is waited for: as long as the agents are told to.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tries every installed command of an agent.
pub(super) fn run(args: &AgentSettings) -> Exit {
    ended(|| {
        let agent = args.agent;
        let installation = installation(args)?;
        let commands = installation.commands().map_err(|error| error.to_string())?;
        if commands.is_empty() {
            let flaw = installation.flaws().map_err(|error| error.to_string())?;
            let flaw = flaw.first().map(|flaw| format!(" as it should be ({flaw})"));
            return Err(format!(
                "the hook is not in `{}`{}: `execpolicy hook install {}` writes it there",
                installation.path().display(),
                flaw.unwrap_or_default(),
                agent.name()
            ));
        }
        let here = environment::directory().ok_or("the working directory is gone")?;
        let mut all = Vec::new();
        for command in &commands {
            // Whoever wrote the project may have written any command there.
            let words = arguments(agent, command)
                .ok_or_else(|| format!("`{}` is not run: `install` does not write it", visible(command)))?;
            all.push((command, words));
        }
        let flaws = installation.flaws().map_err(|error| error.to_string())?;
        if let Some(flaw) = flaws.first() {
            let file = installation.path().display();
            return Err(format!("the hook in `{file}` does not run as it should: {flaw}"));
        }
        if let Some(off) = settings::switched_off(agent)? {
            return Err(off);
        }
        for (command, words) in all {
            let place = here.clone();
            let sent = deadline::keep(PATIENCE, move || sent(agent, &words, &place));
            let answer = sent.map_err(|error| error.to_string());
            let answer = answer.and_then(|answer| answer.map_err(|error| error.to_string()));
            let answer = answer.map_err(|why| format!("`{}`: {why}", visible(command)))?;
            if !agent.is_denied_by(&answer) {
                return Err(format!(
                    "`{}` lets `{CANARY}` through: it said `{}` with status {}",
                    visible(command),
                    visible(&answer.stdout),
                    answer.status
                ));
            }
        }
        Ok(format!(
            "{}: `{CANARY}` was denied through `{}`",
            agent.name(),
            installation.path().display()
        ))
    })
}

/// The words behind this program in a command, where the command is one that `install` writes, to the byte. It is run
/// without a shell.
fn arguments(agent: Agent, command: &str) -> Option<Vec<String>> {
    let words = unquoted(command)?;
    let read = Args::try_parse_from(&words).ok()?;
    let Verb::Hook(Deferred(read)) = read.verb else {
        return None;
    };
    let is_event = read.verb.is_none() && read.agent == Some(agent);
    let again = settings::command(agent, &read.options).ok()?;
    let words = words.into_iter().skip(1).collect();
    (is_event && again == command).then_some(words)
}

/// The words of a command line of plain and single-quoted words; `None` where there is anything else.
fn unquoted(text: &str) -> Option<Vec<String>> {
    let quote = "\u{0}";
    let text = text.replace(r"'\''", quote);
    let mut words = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('\'') {
            Some(inner) => inner.split_once('\'')?,
            None => rest.split_at(rest.find(' ').unwrap_or(rest.len())),
        };
        words.push(word.replace(quote, "'"));
        rest = match behind.strip_prefix(' ') {
            Some(next) => next,
            None if behind.is_empty() => behind,
            None => return None,
        };
    }
    Some(words)
}

/// What the command answers to the canary.
fn sent(agent: Agent, words: &[String], here: &Path) -> io::Result<Answer> {
    let event = agent.event_of(CANARY, &here.to_string_lossy());
    let mut child = Command::new(std::env::current_exe()?)
        .args(words)
        .current_dir(here)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who does not read it has not judged it, and its answer shows that.
        drop(stdin.write_all(event.as_bytes()));
    }
    let output = child.wait_with_output()?;
    Ok(Answer {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        status: output
            .status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(u8::MAX),
    })
}
