//! The cases of a chapter: what is judged, under which policy, and what is expected of it.

use super::blocks::{Block, Chapter};
use super::policy::Policy;

/// One case of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Case {
    /// Chapter, heading and line.
    pub name: String,
    /// What is looked at.
    pub subject: Subject,
    /// What it should give; at least one.
    pub expectations: Vec<Expectation>,
}

/// What a case looks at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subject {
    /// How a policy loads.
    Policy(Policy),
    /// What a command gets in some surroundings.
    Command {
        /// Where it is judged.
        surroundings: Surroundings,
        /// The command.
        input: Input,
    },
}

/// What a command is judged by and in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Surroundings {
    /// The policy.
    pub policy: Policy,
    /// The links there are: `path -> target` a line, `?` where it is not known.
    pub links: String,
    /// The profile that the caller runs commands in; empty where it confines nothing.
    pub confinement: String,
    /// Where commands start, no work tree being known; `?` where that is not known either, empty for the work tree.
    pub directory: String,
}

/// A command as a chapter gives it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input {
    /// A shell text, which need not be UTF-8.
    Shell(Vec<u8>),
    /// Words.
    Argv(Vec<String>),
}

/// What is expected, with the place to rewrite.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expectation {
    /// A block that is compared as text.
    Text(Block),
    /// An allow.
    Allowed,
    /// A prompt or a refusal.
    Refused,
    /// A prompt that a rule with this prefix would answer; none where it is empty.
    Proposed(String),
}

/// All cases of a chapter, or the first mistake in its form with its line.
///
/// # Errors
/// A command without an expectation, an expectation without a command, an unknown argument of a fence.
pub fn cases(chapter: &Chapter) -> Result<Vec<Case>, String> {
    let mut surroundings = Surroundings::default();
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<Case> = None;
    for block in &chapter.blocks {
        let name = format!("{}: {} (line {})", chapter.name(), block.heading, block.line);
        match block.language.as_str() {
            "codexpolicy" => {
                // Files of layers that stand in a row are judged by together.
                let is_next = matches!(&open, Some(case) if matches!(case.subject, Subject::Policy(_)));
                let before = if is_next {
                    surroundings.policy
                } else {
                    Policy::default()
                };
                cases.extend(open.take());
                surroundings = Surroundings {
                    policy: before.followed_by(block.arguments.strip_prefix("layer="), &block.text),
                    ..Surroundings::default()
                };
                open = Some(Case {
                    name,
                    subject: Subject::Policy(surroundings.policy.clone()),
                    expectations: Vec::new(),
                });
            }
            "links" => {
                cases.extend(open.take());
                surroundings.links.clone_from(&block.text);
            }
            "confinement" => {
                cases.extend(open.take());
                block.text.trim().clone_into(&mut surroundings.confinement);
            }
            "directory" => {
                cases.extend(open.take());
                block.text.trim().clone_into(&mut surroundings.directory);
            }
            "bash" | "argv" => {
                cases.extend(open.take());
                let input = input(block).map_err(|mistake| format!("{name}: {mistake}"))?;
                open = Some(Case {
                    name,
                    subject: Subject::Command {
                        surroundings: surroundings.clone(),
                        input,
                    },
                    expectations: Vec::new(),
                });
            }
            "verdict" | "segments" | "diagnostics" => match open.as_mut() {
                Some(case) => case.expectations.push(Expectation::Text(block.clone())),
                None => return Err(format!("{name}: `{}` without a command above it", block.language)),
            },
            "allowed" | "open" | "refused" => {
                cases.extend(open.take());
                cases.extend((block.line..).zip(block.text.lines()).map(|(line, text)| Case {
                    name: format!("{}: {} (line {line})", chapter.name(), block.heading),
                    subject: Subject::Command {
                        surroundings: surroundings.clone(),
                        input: Input::Shell(text.as_bytes().to_vec()),
                    },
                    expectations: vec![if block.language == "refused" {
                        Expectation::Refused
                    } else {
                        Expectation::Allowed
                    }],
                }));
            }
            "proposed" => {
                cases.extend(open.take());
                cases.extend((block.line..).zip(block.text.lines()).map(|(line, text)| {
                    let (command, prefix) = text.split_once(" => ").unwrap_or((text, ""));
                    Case {
                        name: format!("{}: {} (line {line})", chapter.name(), block.heading),
                        subject: Subject::Command {
                            surroundings: surroundings.clone(),
                            input: Input::Shell(command.as_bytes().to_vec()),
                        },
                        expectations: vec![Expectation::Proposed(prefix.to_owned())],
                    }
                }));
            }
            _ => {}
        }
    }
    cases.extend(open);
    // A policy that nothing is said of is only the ground for what follows; a command must say what it gets.
    cases.retain(|case| !case.expectations.is_empty() || matches!(case.subject, Subject::Command { .. }));
    match cases.iter().find(|case| case.expectations.is_empty()) {
        Some(case) => Err(format!("{}: a command without a `verdict`", case.name)),
        None => Ok(cases),
    }
}

/// The command that a block holds.
fn input(block: &Block) -> Result<Input, String> {
    let text = block.text.strip_suffix('\n').unwrap_or(&block.text);
    if block.language == "argv" {
        return serde_json::from_str(text)
            .map(Input::Argv)
            .map_err(|error| error.to_string());
    }
    match block.arguments.split_once('=') {
        None if block.arguments.is_empty() => Ok(Input::Shell(text.as_bytes().to_vec())),
        None if block.arguments == "escaped" => unescaped(text).map(Input::Shell),
        Some(("repeat", count)) => match count.parse() {
            Ok(count) => Ok(Input::Shell(text.repeat(count).into_bytes())),
            Err(_) => Err(format!("`{count}` is not a number")),
        },
        Some(("nest", count)) => match count.parse() {
            Ok(count) => Ok(Input::Shell(nested(text, count).into_bytes())),
            Err(_) => Err(format!("`{count}` is not a number")),
        },
        _ => Err(format!("`{}` is not known after `bash`", block.arguments)),
    }
}

/// The text put into itself in place of `@`, so many times; the innermost is `x`.
fn nested(text: &str, count: usize) -> String {
    let (before, after) = text.split_once('@').unwrap_or((text, ""));
    format!("{}x{}", before.repeat(count), after.repeat(count))
}

/// The bytes that an escaped text stands for.
fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        match rest.next() {
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('r') => bytes.push(b'\r'),
            Some('\\') => bytes.push(b'\\'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).map_err(|error| error.to_string())?);
            }
            Some('u') => {
                let digits: String = rest.by_ref().skip(1).take_while(|next| *next != '}').collect();
                let code = u32::from_str_radix(&digits, 16).map_err(|error| error.to_string())?;
                let character = char::from_u32(code).ok_or_else(|| format!("no character {digits}"))?;
                bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
            }
            other => return Err(format!("`\\{}` is no escape", other.unwrap_or(' '))),
        }
    }
    Ok(bytes)
}
