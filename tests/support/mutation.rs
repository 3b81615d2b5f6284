//! Known scripts, changed: tokens taken out, put in, swapped, spliced from other scripts.

use crate::choices::Choices;

/// A case with one to four changes.
pub fn mutated(choices: &mut Choices<'_>) -> String {
    let mut tokens = tokens(case(choices));
    for _ in 0..choices.below(4).saturating_add(1) {
        let at = choices.below(tokens.len().saturating_add(1));
        match choices.below(6) {
            0 => drop((at < tokens.len()).then(|| tokens.remove(at))),
            1 | 2 => tokens.insert(at, choices.pick(GLUE).to_owned()),
            3 => {
                let other = crate::mutation::tokens(case(choices));
                let from = choices.below(other.len());
                let count = choices.below(8).saturating_add(1);
                tokens.splice(at..at, other.into_iter().skip(from).take(count));
            }
            4 => {
                let with = choices.below(tokens.len());
                if at < tokens.len() {
                    tokens.swap(at, with);
                }
            }
            _ => {
                tokens.push(choices.pick(&[" ; ", "\n", " && ", " | ", ""]).to_owned());
                tokens.extend(crate::mutation::tokens(case(choices)));
            }
        }
    }
    tokens.concat()
}

fn case(choices: &mut Choices<'_>) -> &'static str {
    let high = choices.below(256);
    let index = high.saturating_mul(256).saturating_add(choices.below(256));
    crate::cases::case(index).map_or("", |case| case.script)
}

/// Runs of letters and digits, runs of blanks, and single other characters.
fn tokens(script: &str) -> Vec<String> {
    let kind = |character: char| match character {
        ' ' => 0,
        _ if character.is_alphanumeric() => 1,
        _ => 2,
    };
    let mut tokens: Vec<String> = Vec::new();
    for character in script.chars() {
        match tokens.last_mut() {
            Some(last)
                if kind(character) < 2 && last.chars().next_back().map(kind) == Some(kind(character)) =>
            {
                last.push(character);
            }
            _ => tokens.push(character.into()),
        }
    }
    tokens
}

/// What is put in: whatever joins, splits, opens or closes in bash.
const GLUE: &[&str] = &[
    "\\\n",
    "\n",
    " ",
    "",
    "\\",
    "'",
    "\"",
    "$",
    "`",
    "#",
    "(",
    ")",
    "{",
    "}",
    "<<A\n",
    "\nA\n",
    ">",
    "<",
    "&",
    "|",
    ";",
    "!",
    "=",
    "[",
    "]",
    "~",
    "*",
    "$'",
    "\\'",
    "evil",
    "c0 ",
    "x=",
    "&&",
    "||",
    "-",
    " - ",
    "$(",
    "$((",
    "${",
    "2>",
    "&1",
    ">&",
    "in ",
    "for ",
    "do ",
    "done",
    "if ",
    "then ",
    "fi",
    "time ",
    "case ",
    "esac",
    "1",
    "\t",
    "[[ ",
    " ]]",
    "<(",
    "f() { ",
    "; }",
    "function ",
    "x=(",
    ";;",
    "export ",
    "${x:-",
    "trap ",
    "exec ",
    "command ",
];
