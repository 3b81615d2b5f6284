//! The property that all rests on: what bash executes is among what was claimed.

use std::io;

use shell_parser::{Dialect, Limits, Segment, Value, parse, segments};

use crate::bash::Bash;
use crate::claims::claims;

/// A script that the reader vouched for, and a command of it that no segment foresaw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fooled {
    /// The text.
    pub script: String,
    /// What bash executed.
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
    /// Words that admitted scripts executed.
    pub words: usize,
    /// Of these, words that were known to the byte.
    pub exact: usize,
}

/// Runs a script and compares. `None` where every executed command was claimed, or a gap says that not all is.
///
/// # Errors
/// Where bash is not to be had.
pub fn check(script: &str, bash: &mut Bash, tally: &mut Tally) -> io::Result<Option<Fooled>> {
    tally.scripts = tally.scripts.saturating_add(1);
    if script.contains('\0') || names_real_programs(script) {
        return Ok(None);
    }
    let read = parse(script, Dialect::Bash, &Limits::default());
    let executed = bash.run(script)?.argvs;
    tally.executed = tally.executed.saturating_add(usize::from(!executed.is_empty()));
    if !read.gaps.is_empty() {
        return Ok(None);
    }
    tally.admitted = tally.admitted.saturating_add(1);
    tally.admitted_executed = tally
        .admitted_executed
        .saturating_add(usize::from(!executed.is_empty()));
    let claimed = segments(&read);
    for argv in &executed {
        count_words(&claimed, argv, tally);
    }
    let Some(argv) = unforeseen(&claimed, &executed) else {
        return Ok(None);
    };
    // A report of a job that outlived an earlier script is no report of this one: it must come again.
    let again = Bash::start()?.run(script)?.argvs;
    let confirmed = unforeseen(&claimed, &again).is_some();
    Ok(confirmed.then(|| Fooled {
        script: script.to_owned(),
        argv: argv.clone(),
    }))
}

/// Whether a text could reach a program of the machine in spite of the empty search path.
fn names_real_programs(script: &str) -> bool {
    script.contains("bin/") || script.contains("/bin") || script.contains("/usr") || script.contains("/proc")
}

/// A command that no segment claims. A word with a newline makes bash write a report in two pieces, which mix with
/// those of other stages, so a script with one proves nothing.
fn unforeseen<'a>(claimed: &[Segment], executed: &'a [Vec<String>]) -> Option<&'a Vec<String>> {
    let has_newline = |value: &Value| value.exact().is_some_and(|text| text.contains('\n'));
    if claimed
        .iter()
        .flat_map(|segment| &segment.argv)
        .any(|argument| has_newline(&argument.value))
    {
        return None;
    }
    executed.iter().find(|argv| {
        let whole = argv.iter().all(|word| !word.contains('\n'));
        whole
            && !claimed
                .iter()
                .any(|segment| !segment.argv.is_empty() && claims(segment, argv))
    })
}

/// Counts how sharp the claim for a command is.
fn count_words(claimed: &[Segment], argv: &[String], tally: &mut Tally) {
    let Some(segment) = claimed
        .iter()
        .find(|segment| !segment.argv.is_empty() && claims(segment, argv))
    else {
        return;
    };
    let exact = segment
        .argv
        .iter()
        .filter(|word| matches!(word.value, Value::Exact(_)))
        .count();
    tally.words = tally.words.saturating_add(argv.len());
    tally.exact = tally.exact.saturating_add(exact.min(argv.len()));
}
