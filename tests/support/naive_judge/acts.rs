//! What the two programs of the small vocabulary do, one outcome of the unknown words at a time.

use crate::triples::{DrawnCommand, DrawnWord, WORDS};

/// A text that stands for all that no rule names.
const OTHER: &str = "other";

/// Something that one outcome does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Act {
    pub(super) what: What,
    /// The places of the words that cause it; none where the shell does it.
    pub(super) words: Vec<usize>,
}

/// What is done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum What {
    Read(String),
    Write(String),
    Set(&'static str),
    Unknown,
}

/// Every row of words that the command's words may become.
pub(super) fn outcomes(words: &[DrawnWord]) -> Vec<Vec<String>> {
    let one: Vec<Vec<String>> = WORDS
        .iter()
        .chain([&OTHER])
        .map(|word| vec![(*word).to_owned()])
        .collect();
    let pairs = one.iter().flat_map(|first| {
        one.iter()
            .map(move |second| [first.clone(), second.clone()].concat())
    });
    let pairs: Vec<Vec<String>> = pairs.collect();
    // Behind the two words that a pattern can cover stands what takes a rule away, or is none of its last words.
    let longer = pairs.iter().flat_map(|pair| {
        ["-q", "-o", OTHER]
            .iter()
            .map(move |third| [pair.clone(), vec![(*third).to_owned()]].concat())
    });
    let many: Vec<Vec<String>> = [Vec::new()]
        .into_iter()
        .chain(one.clone())
        .chain(pairs.clone())
        .chain(longer)
        .collect();
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    for word in words {
        let choices = match word {
            DrawnWord::Exact(text) => vec![vec![(*text).to_owned()]],
            DrawnWord::One => one.clone(),
            DrawnWord::Many => many.clone(),
        };
        rows = rows
            .iter()
            .flat_map(|row| {
                choices
                    .iter()
                    .map(move |choice| [row.clone(), choice.clone()].concat())
            })
            .collect();
    }
    rows
}

/// Where the command runs.
pub(super) fn directory(command: &DrawnCommand) -> &'static str {
    match command.directory {
        None => "/w/repo",
        Some("d") => "/w/repo/d",
        Some("..") => "/w",
        Some(absolute) => absolute,
    }
}

/// The options that `w` would find, by place.
pub(super) fn options(words: &[String]) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    walk(words, |part| {
        if let Part::Option(place, name, _) = part {
            found.push((place, name));
        }
    });
    found
}

/// A part of the arguments of `w`.
enum Part {
    /// Place, name, and the value with its place.
    Option(usize, &'static str, Option<(usize, String)>),
    Unheard(usize),
    Operand(usize, String),
}

/// Reads the arguments as `w` does.
fn walk(words: &[String], mut tell: impl FnMut(Part)) {
    let mut place = 0;
    let mut is_over = false;
    while let Some(word) = words.get(place) {
        let here = place;
        place += 1;
        let mut next = || {
            let value = words.get(place).map(|value| (place, value.clone()));
            place += 1;
            value
        };
        if is_over || !word.starts_with('-') {
            tell(Part::Operand(here, word.clone()));
        } else if word == "--" {
            is_over = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some((here, value.to_owned()))),
                None => (long, None),
            };
            if "output".starts_with(name) {
                let value = value.or_else(&mut next);
                tell(Part::Option(here, "--output", value));
            } else if "quiet".starts_with(name) && value.is_none() {
                tell(Part::Option(here, "--quiet", None));
            } else {
                tell(Part::Unheard(here));
            }
        } else {
            let letters = word.trim_start_matches('-');
            for (at, letter) in letters.char_indices() {
                match letter {
                    'q' => tell(Part::Option(here, "-q", None)),
                    'o' => {
                        let rest: String = letters.chars().skip(at + 1).collect();
                        let value = if rest.is_empty() {
                            next()
                        } else {
                            Some((here, rest))
                        };
                        tell(Part::Option(here, "-o", value));
                        break;
                    }
                    _ => {
                        tell(Part::Unheard(here));
                        break;
                    }
                }
            }
        }
    }
}

/// All that one outcome does.
pub(super) fn acts(command: &DrawnCommand, words: &[String]) -> Vec<Act> {
    let mut acts = Vec::new();
    if command.program == "u" {
        acts.push(Act {
            what: What::Unknown,
            words: vec![],
        });
    } else {
        walk(words, |part| match part {
            Part::Option(place, _, Some((value_place, value))) => acts.push(Act {
                what: What::Write(value),
                words: (place..=value_place).collect(),
            }),
            Part::Option(_, "-q" | "--quiet", None) => {}
            // An option without its value is as good as one that nobody heard of.
            Part::Option(place, _, None) | Part::Unheard(place) => acts.push(Act {
                what: What::Unknown,
                words: vec![place],
            }),
            Part::Operand(place, text) => acts.push(Act {
                what: What::Read(text),
                words: vec![place],
            }),
        });
    }
    let by_shell = |what| Act { what, words: vec![] };
    acts.extend(command.redirect.map(|(sign, target)| {
        by_shell(if sign == "<" {
            What::Read(target.to_owned())
        } else {
            What::Write(target.to_owned())
        })
    }));
    acts.extend(command.assignment.map(|name| by_shell(What::Set(name))));
    for act in &mut acts {
        if let What::Read(path) | What::Write(path) = &mut act.what {
            *path = if path.starts_with('/') {
                path.clone()
            } else {
                format!("{}/{path}", directory(command))
            };
        }
        if act.words.is_empty() && act.what != What::Unknown {
            // No word of the argv causes it.
            act.words.push(usize::MAX);
        }
    }
    acts
}
