//! An agent's oracle: judges each of its arguments, a text for bash, asks on standard input where it must, and runs what
//! is cleared in a sandbox. `cargo run -p gatekeeper --example oracle -- 'ls' 'touch x'`

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};

use gatekeeper::{
    Answer, Approver, Command, ConfinementName, Defaults, Dialect, Live, PrepareError, Question, Scope,
    Session, Surroundings, Wiring,
};

/// Whoever types the answers.
struct Person;

impl Approver for Person {
    fn ask(&self, question: &Question<'_>) -> Answer {
        let text = question.judgement.command().source().text();
        let mut out = io::stdout().lock();
        for finding in question.judgement.findings() {
            drop(writeln!(out, "  {}", finding.message));
        }
        drop(write!(out, "run {text:?}? [once/session/no] "));
        // A terminal shows a line that has no end only so.
        drop(out.flush());
        let mut line = String::new();
        // Who cannot be read has not said yes.
        match io::stdin().read_line(&mut line).map(|_| line.trim()) {
            Ok("once") => Answer::Yes(Scope::Once),
            Ok("session") => Answer::Yes(Scope::Session),
            _ => Answer::No,
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let surroundings = Surroundings {
        cwd: env::current_dir()?.to_str().map(ToOwned::to_owned),
        home: env::home_dir().and_then(|home| home.to_str().map(ToOwned::to_owned)),
        // What a verdict may lean on, and what the command runs in.
        confinement: Some(ConfinementName::new("workspace-write")),
        ..Surroundings::default()
    };
    let workspace = surroundings.context()?.workspace;
    let live = Live::new(
        surroundings.places(workspace.as_deref())?,
        Vec::new(),
        Defaults::BuiltIn,
    );
    let session = Session::new();
    let variables: Vec<(OsString, OsString)> = env::vars_os().collect();
    for text in env::args().skip(1) {
        // A policy that was changed meanwhile counts from the next command on.
        live.refresh();
        let gatekeeper = live.current();
        let command = Command::of_text(&text, Dialect::Bash);
        let prepared = match gatekeeper.prepare(command, &mut surroundings.context()?, &variables) {
            Ok(prepared) => prepared.proposing(&gatekeeper),
            Err(PrepareError::Forbidden { judgement }) => {
                let why = judgement.findings();
                let why = why.first().map_or("", |finding| finding.message.as_str());
                writeln!(io::stdout(), "{text}: {why}")?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        match session.clear(prepared, &Person) {
            Ok(clearance) => {
                let running = gatekeeper.launch(clearance, &variables, Wiring::default())?;
                let outcome = running.wait();
                writeln!(io::stdout(), "{text}: {:?}", outcome.status)?;
            }
            Err(refusal) => writeln!(io::stdout(), "{text}: {refusal}")?,
        }
    }
    Ok(())
}
