//! A policy compiled ahead: one line of JSON an entry of knowledge or a rule.
//!
//! Evaluating Starlark costs milliseconds and a one-shot check has one, so what is shipped is compiled when it is
//! written. Knowledge comes first, sorted by name, and each line of it is read when a command first names it; rules
//! are few and are read at once.

use std::sync::Arc;

use diagnostics::{Source, Span};
use serde::{Deserialize, Serialize};

use crate::{ConfinementName, Decision, Declaration, Layer, Origin, Pattern, Rule, Token};

/// The layer that compiled rules belong to.
const LAYER: &str = "default";

/// What each line of a rule begins with.
const RULE: &str = "{\"rule\":";

/// A rule as a line holds it.
#[derive(Debug, Deserialize, Serialize)]
struct Line {
    /// The tokens, program first; each a list of alternatives.
    rule: Vec<Vec<Box<str>>>,
    decision: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    justification: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confinement: Option<Box<str>>,
    file: Box<str>,
    span: (u32, u32),
}

/// Writes what a policy says as the text that [`Knowledge::compiled`](crate::Knowledge::compiled) and
/// [`BuiltIn::compiled`](crate::BuiltIn::compiled) read. Equal policies give equal texts.
///
/// # Errors
///
/// Only if a text cannot be written as JSON, which none that was loaded is.
pub fn compile(programs: &[Declaration], rules: &[Arc<Rule>]) -> Result<String, serde_json::Error> {
    let mut sorted: Vec<&Declaration> = programs.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let mut lines = Vec::with_capacity(programs.len().saturating_add(rules.len()));
    for declared in sorted {
        lines.push(serde_json::to_string(declared)?);
    }
    for rule in rules {
        lines.push(serde_json::to_string(&line(rule))?);
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// The rules of a text that [`compile`] wrote, in its order. `files` are the policy files, so that people can be
/// shown where a rule stands.
pub(crate) fn rules(text: &str, files: &[Source]) -> Vec<Rule> {
    let lines = text.lines().rev().take_while(|line| line.starts_with(RULE));
    let mut rules: Vec<Rule> = lines
        .filter_map(|line| rule(serde_json::from_str(line).ok()?, files))
        .collect();
    rules.reverse();
    rules
}

fn line(rule: &Rule) -> Line {
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let rest = rule.pattern.rest.iter().map(|token| token.words().to_vec());
    Line {
        rule: std::iter::once(vec![(*rule.pattern.program).into()])
            .chain(rest)
            .collect(),
        decision: rule.decision.word().into(),
        justification: rule.justification.clone(),
        confinement: rule.confinement.as_ref().map(|name| name.as_str().into()),
        file: rule.origin.source.name().into(),
        span: (offset(rule.origin.span.start()), offset(rule.origin.span.end())),
    }
}

fn rule(line: Line, files: &[Source]) -> Option<Rule> {
    let mut tokens = line.rule.into_iter();
    let program = tokens.next()?.into_iter().next()?;
    let rest = tokens.map(|words| match <[Box<str>; 1]>::try_from(words) {
        Ok([word]) => Token::Word(word),
        Err(words) => Token::OneOf(words.into()),
    });
    let source = files.iter().find(|source| *source.name() == *line.file).cloned();
    Some(Rule {
        pattern: Pattern {
            program: (*program).into(),
            rest: rest.collect(),
        },
        decision: Decision::from_word(&line.decision)?,
        justification: line.justification,
        confinement: line.confinement.map(ConfinementName::new),
        origin: Origin {
            source: source.unwrap_or_else(|| Source::new(&*line.file, "")),
            span: Span::new(line.span.0, line.span.1),
            layer: Layer::new(LAYER),
        },
    })
}
