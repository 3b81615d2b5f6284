//! The property that all rests on: what bash executes is among what was claimed.

use std::collections::BTreeSet;
use std::io;
use std::ops::AddAssign;

use shell_parser::{Limits, Segment, parse, segments};

use crate::claims::claims;
use crate::executor::Executor;

/// A script that the reader vouched for, and a command of it that no segment foresaw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fooled {
    /// The text.
    pub script: String,
    /// What the shell executed.
    pub argv: Vec<String>,
}

/// What a run of scripts came to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Scripts that were looked at.
    pub scripts: usize,
    /// Of these, scripts that executed something.
    pub executed: usize,
    /// Scripts read without a gap.
    pub admitted: usize,
    /// Of these, scripts that executed something.
    pub admitted_executed: usize,
    /// Words of the different commands that admitted scripts executed.
    pub words: usize,
    /// Of these, words that were claimed to the byte.
    pub exact: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (sum, part) in [
            (&mut self.scripts, other.scripts),
            (&mut self.executed, other.executed),
            (&mut self.admitted, other.admitted),
            (&mut self.admitted_executed, other.admitted_executed),
            (&mut self.words, other.words),
            (&mut self.exact, other.exact),
        ] {
            *sum = sum.saturating_add(part);
        }
    }
}

/// How often a script is run again before the report of an unforeseen command is put down to an earlier script's
/// job: what commands answer changes from run to run, and with it which branches run.
const ATTEMPTS: usize = 12;

/// Runs a script and compares, in the dialect of the shell. `None` where every executed command was claimed, or a gap
/// says that not all is.
///
/// # Errors
/// Where the shell is not to be had.
pub fn check(script: &str, shell: &mut Executor, tally: &mut Tally) -> io::Result<Option<Fooled>> {
    tally.scripts = tally.scripts.saturating_add(1);
    if script.contains('\0') || names_real_programs(script) {
        return Ok(None);
    }
    let read = parse(script, shell.shell().dialect(), &Limits::default());
    let executed = shell.run(script)?.argvs;
    let ran = usize::from(!executed.is_empty());
    tally.executed = tally.executed.saturating_add(ran);
    if !read.gaps.is_empty() {
        return Ok(None);
    }
    tally.admitted = tally.admitted.saturating_add(1);
    tally.admitted_executed = tally.admitted_executed.saturating_add(ran);
    let claimed = segments(&read);
    let different: BTreeSet<&Vec<String>> = executed.iter().collect();
    for argv in different {
        count_words(&claimed, argv, tally);
    }
    if unforeseen(&claimed, &executed).is_none() {
        return Ok(None);
    }
    for _ in 0..ATTEMPTS {
        let again = Executor::start(shell.shell().clone())?.run(script)?.argvs;
        if let Some(argv) = unforeseen(&claimed, &again) {
            return Ok(Some(Fooled {
                script: script.to_owned(),
                argv: argv.clone(),
            }));
        }
    }
    Ok(None)
}

/// Whether a text could reach a program of the machine in spite of the search path, or the oracle itself.
fn names_real_programs(script: &str) -> bool {
    script.contains("kill")
        || script.contains("bin/")
        || script.contains("/bin")
        || script.contains("/usr")
        || script.contains("/proc")
}

/// A command that no segment claims.
fn unforeseen<'a>(claimed: &[Segment], executed: &'a [Vec<String>]) -> Option<&'a Vec<String>> {
    let is_claimed = |argv: &Vec<String>| {
        claimed
            .iter()
            .any(|segment| !segment.argv.is_empty() && claims(segment, argv))
    };
    executed.iter().find(|argv| !is_claimed(argv))
}

/// Counts how sharp the claim for a command is.
fn count_words(claimed: &[Segment], argv: &[String], tally: &mut Tally) {
    let exact = claimed
        .iter()
        .filter(|segment| !segment.argv.is_empty() && claims(segment, argv))
        .map(|segment| {
            let values = segment.argv.iter().map(|word| &word.value);
            values.filter(|value| value.exact().is_some()).count()
        })
        .max();
    tally.words = tally.words.saturating_add(argv.len());
    tally.exact = tally.exact.saturating_add(exact.unwrap_or(0));
}
