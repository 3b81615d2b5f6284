//! A policy compiled ahead: one line of JSON an entry of knowledge or a rule.
//!
//! Evaluating Starlark costs milliseconds and a one-shot check has one, so what is shipped is compiled when it is
//! written. Knowledge comes first, sorted by name, and each line of it is read when a command first names it; rules
//! are few, and those of a kind are read at once.

mod effect_line;
mod path_line;
mod token_line;

use std::sync::Arc;

use diagnostics::{Source, Span};
use serde::{Deserialize, Serialize};

use crate::{
    Conditions, ConfinementName, Covers, Decision, Declaration, EffectRule, EffectWord, Layer, Origin,
    Pattern, PolicySet, Rule, Token,
};
use effect_line::AboutLine;
use path_line::PathLine;
use token_line::TokenLine;

/// What each line of a rule begins with.
const RULE: &str = "{\"rule\":";
/// What that of a prefix rule does.
const PREFIX: &str = "{\"rule\":{\"prefix\":";
/// What that of a rule about effects does.
const EFFECT: &str = "{\"rule\":{\"effect\":";

/// A rule as a line holds it, or some that differ in nothing but their programs.
#[derive(Debug, Deserialize, Serialize)]
struct Line {
    rule: Said,
    decision: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    justification: Option<Box<str>>,
    file: Box<str>,
    span: (u32, u32),
}

/// What a rule is about.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Prefix(PrefixLine),
    Effect(AboutLine),
}

/// What prefix rules say, one for each program.
#[derive(Debug, Deserialize, Serialize)]
struct PrefixLine {
    programs: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rest: Vec<TokenLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cwd: Vec<PathLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    covers: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reads: Vec<PathLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confinement: Option<Box<str>>,
}

/// The word for [`Covers::Everything`].
const EVERYTHING: &str = "everything";

/// Writes what a policy says as the text that [`Knowledge::compiled`](crate::Knowledge::compiled) and
/// [`BuiltIn::compiled`](crate::BuiltIn::compiled) read: knowledge of programs, prefix rules, rules about paths,
/// variables and kinds of effect. Equal policies give equal texts.
///
/// # Errors
///
/// Only if a text cannot be written as JSON, which none that was loaded is.
pub fn compile(programs: &[Declaration], policy: &PolicySet) -> Result<String, serde_json::Error> {
    let mut sorted: Vec<&Declaration> = programs.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let mut lines = Vec::with_capacity(programs.len().saturating_add(policy.rules().len()));
    for declared in sorted {
        lines.push(serde_json::to_string(declared)?);
    }
    for alike in policy
        .rules()
        .chunk_by(|left, right| differ_in_program(left, right))
    {
        let Some(rule) = alike.first() else {
            continue;
        };
        let programs = alike.iter().map(|rule| (*rule.pattern.program).into());
        let said = Said::Prefix(prefix(programs.collect(), rule));
        let written = line(said, rule.decision, rule.justification.as_deref(), &rule.origin);
        lines.push(serde_json::to_string(&written)?);
    }
    for rule in policy.effect_rules() {
        if let Some(about) = AboutLine::of(rule) {
            let said = Said::Effect(about);
            let written = line(said, rule.decision, rule.justification.as_deref(), &rule.origin);
            lines.push(serde_json::to_string(&written)?);
        }
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// Whether these say the same of their programs.
fn differ_in_program(left: &Rule, right: &Rule) -> bool {
    of_program(left, &right.pattern.program) == *right
}

/// The same rule, of another program.
fn of_program(rule: &Rule, program: &str) -> Rule {
    let mut rule = rule.clone();
    rule.pattern.program = program.into();
    rule
}

/// The prefix rules of a text that [`compile`] wrote, in its order, as the word of this layer. `files` are the policy
/// files, so that people can be shown where a rule stands.
pub(crate) fn prefix_rules(text: &str, files: &[Source], layer: &Layer) -> Vec<Rule> {
    let lines = lines(text, PREFIX).into_iter();
    let rules = lines.filter_map(|line| prefix_rules_of(line, files, layer));
    rules.flatten().collect()
}

/// As [`prefix_rules`], the rules about effects.
pub(crate) fn effect_rules(text: &str, files: &[Source], layer: &Layer) -> Vec<EffectRule> {
    let lines = lines(text, EFFECT).into_iter();
    lines.filter_map(|line| effect_rule(line, files, layer)).collect()
}

/// The lines that begin like this; one that `compile` did not write is none.
fn lines(text: &str, beginning: &str) -> Vec<Line> {
    let rules = text.lines().rev().take_while(|line| line.starts_with(RULE));
    let rules = rules.filter(|line| line.starts_with(beginning));
    let mut lines: Vec<Line> = rules.filter_map(|line| serde_json::from_str(line).ok()).collect();
    lines.reverse();
    lines
}

fn line(said: Said, decision: Decision, justification: Option<&str>, origin: &Origin) -> Line {
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Line {
        rule: said,
        decision: decision.word().into(),
        justification: justification.map(Into::into),
        file: origin.source.name().into(),
        span: (offset(origin.span.start()), offset(origin.span.end())),
    }
}

fn prefix(programs: Vec<Box<str>>, rule: &Rule) -> PrefixLine {
    PrefixLine {
        programs,
        rest: rule.pattern.rest.iter().map(TokenLine::from).collect(),
        without: rule.conditions.without.clone(),
        cwd: PathLine::all_of(&rule.conditions.cwd),
        covers: match &rule.covers {
            Covers::Everything => vec![EVERYTHING.into()],
            Covers::Ordinary(words) => words.iter().map(|word| word.to_string().into()).collect(),
        },
        reads: PathLine::all_of(&rule.reads),
        confinement: rule.confinement.as_ref().map(|name| name.as_str().into()),
    }
}

fn origin(file: &str, (start, end): (u32, u32), files: &[Source], layer: &Layer) -> Origin {
    let source = files.iter().find(|source| source.name() == file).cloned();
    Origin {
        source: source.unwrap_or_else(|| Source::new(file, "")),
        span: Span::new(start, end),
        layer: layer.clone(),
    }
}

fn effect_rule(line: Line, files: &[Source], layer: &Layer) -> Option<EffectRule> {
    let Said::Effect(about) = line.rule else {
        return None;
    };
    Some(EffectRule {
        about: about.about()?,
        decision: Decision::from_word(&line.decision)?,
        justification: line.justification,
        origin: origin(&line.file, line.span, files, layer),
    })
}

fn prefix_rules_of(line: Line, files: &[Source], layer: &Layer) -> Option<impl Iterator<Item = Rule>> {
    let Said::Prefix(prefix) = line.rule else {
        return None;
    };
    let covers = match prefix.covers.as_slice() {
        [word] if &**word == EVERYTHING => Covers::Everything,
        words => {
            let words = words.iter().map(|word| EffectWord::from_word(word));
            Covers::Ordinary(words.collect::<Option<_>>()?)
        }
    };
    let of_any = Rule {
        pattern: Pattern {
            program: Arc::default(),
            rest: prefix.rest.into_iter().map(Token::from).collect(),
        },
        decision: Decision::from_word(&line.decision)?,
        justification: line.justification,
        conditions: Conditions {
            without: prefix.without,
            cwd: PathLine::globs(prefix.cwd),
        },
        covers,
        reads: PathLine::globs(prefix.reads),
        confinement: prefix.confinement.map(ConfinementName::new),
        origin: origin(&line.file, line.span, files, layer),
    };
    let programs = prefix.programs.into_iter();
    Some(programs.map(move |program| of_program(&of_any, &program)))
}
