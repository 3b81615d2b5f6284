//! The options that a program on this machine says it has, in its help or its manual page.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Where a program says which options it has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    /// In what these words print.
    Help(&'static [&'static str]),
    /// In the manual page of this name.
    Manual(&'static str),
    /// In what these words print, as `KEY=VALUE`.
    Keys(&'static [&'static str]),
    /// In what these words print, anywhere in a line.
    Words(&'static [&'static str]),
}

/// What a program says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The options, dashes included, each once.
    pub options: BTreeSet<String>,
    /// The first two numbers of its version, `9.1`, where it tells.
    pub version: Option<String>,
}

/// Asks the program. `None` where it, or its manual, is not on this machine.
pub fn ask(program: &str, asked: Asked) -> Option<Answer> {
    let text = match asked {
        Asked::Help(words) | Asked::Keys(words) | Asked::Words(words) => printed(words)?,
        Asked::Manual(page) => printed(&["man", page])?,
    };
    let options = options(&text, asked);
    if options.is_empty() {
        return None;
    }
    let program = program.split(' ').next()?;
    let version = printed(&[program, "--version"]).as_deref().and_then(version);
    Some(Answer { options, version })
}

/// The options that stand at the beginning of a text's lines.
pub fn options(text: &str, asked: Asked) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with([' ', '-'])) {
        let mut rest = line.trim_start();
        // So far to the right a text goes on: `-1 for any number`.
        if line.len() - rest.len() > 20 {
            continue;
        }
        // Deeper lines of a manual are examples.
        if matches!(asked, Asked::Manual(_)) && line.len() - rest.len() > 7 {
            continue;
        }
        if let Asked::Keys(_) = asked {
            let key = rest.split_once('=').map(|(key, _)| key);
            let key = key.filter(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase()));
            found.extend(key.map(|key| format!("-{key}")));
            continue;
        }
        if let Asked::Words(_) = asked {
            let words = rest.split([' ', '|', '[', ']', '(', ')', ',']).filter(|word| {
                word.starts_with('-') && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())
            });
            found.extend(words.map(str::to_owned));
            continue;
        }
        // `-a, --all[=WHEN]  text`
        while rest.starts_with('-') {
            let end = rest.find(|character: char| {
                !character.is_ascii_alphanumeric() && !matches!(character, '-' | '_' | '?' | '.' | '#' | ':')
            });
            let (option, behind) = rest.split_at(end.unwrap_or(rest.len()));
            let option = option.trim_end_matches(['.', ':']);
            if option.trim_start_matches('-').is_empty() {
                break;
            }
            // `-NUM` and `-20` stand for any number.
            if option != "-NUM"
                && !option
                    .trim_start_matches('-')
                    .starts_with(|first: char| first.is_ascii_digit() && option.len() > 2)
            {
                found.insert(option.to_owned());
            }
            let Some((_, next)) = behind.split_once(", ").filter(|(value, _)| !value.contains("  ")) else {
                break;
            };
            rest = next.trim_start();
        }
    }
    found
}

/// The first two numbers of a version.
fn version(text: &str) -> Option<String> {
    let words = text.lines().next()?.split([' ', '(', ')', ',']);
    let found = words
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit()))?;
    let mut numbers = found.split('.');
    Some(format!("{}.{}", numbers.next()?, numbers.next()?))
}

/// What a command prints; `None` where it cannot be run, or prints nothing.
fn printed(words: &[&str]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let output = Command::new(program)
        .args(arguments)
        .env("MANWIDTH", "100")
        .env("MANPAGER", "cat")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    // git shows the help of some commands as an error.
    let told = if output.stdout.is_empty() {
        &output.stderr
    } else {
        &output.stdout
    };
    let text = String::from_utf8_lossy(told).into_owned();
    (!text.is_empty()).then_some(text)
}
