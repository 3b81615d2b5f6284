//! A policy compiled ahead: one line of JSON an entry of knowledge or a rule.
//!
//! Evaluating Starlark costs milliseconds and a one-shot check has one, so what is shipped is compiled when it is
//! written. Knowledge comes first, sorted by name, and each line of it is read when a command first names it; rules
//! are few, and those of a kind are read at once.

mod effect_line;
mod token_line;

use diagnostics::{Source, Span};
use serde::{Deserialize, Serialize};

use crate::{
    Conditions, ConfinementName, Covers, Decision, Declaration, EffectRule, EffectWord, Layer, Origin,
    PathGlob, Pattern, PolicySet, Rule, Token,
};
use effect_line::AboutLine;
use token_line::TokenLine;

/// What each line of a rule begins with.
const RULE: &str = "{\"rule\":";
/// What that of a prefix rule does.
const PREFIX: &str = "{\"rule\":{\"prefix\":";
/// What that of a rule about effects does.
const EFFECT: &str = "{\"rule\":{\"effect\":";

/// A rule as a line holds it.
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

/// What a prefix rule says, the tokens with the program first.
#[derive(Debug, Deserialize, Serialize)]
struct PrefixLine {
    tokens: Vec<TokenLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cwd: Vec<PathGlob>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    covers: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reads: Vec<PathGlob>,
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
    for rule in policy.rules() {
        let said = Said::Prefix(prefix(rule));
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

/// The prefix rules of a text that [`compile`] wrote, in its order, as the word of this layer. `files` are the policy
/// files, so that people can be shown where a rule stands.
pub(crate) fn prefix_rules(text: &str, files: &[Source], layer: &Layer) -> Vec<Rule> {
    let read = |line| prefix_rule(line, files, layer);
    let mut rules: Vec<Rule> = lines(text, PREFIX).filter_map(read).collect();
    rules.reverse();
    rules
}

/// As [`prefix_rules`], the rules about effects.
pub(crate) fn effect_rules(text: &str, files: &[Source], layer: &Layer) -> Vec<EffectRule> {
    let read = |line| effect_rule(line, files, layer);
    let mut rules: Vec<EffectRule> = lines(text, EFFECT).filter_map(read).collect();
    rules.reverse();
    rules
}

/// The rules that begin like this, the last first; a line that `compile` did not write is none.
fn lines(text: &str, beginning: &str) -> impl Iterator<Item = Line> {
    let rules = text.lines().rev().take_while(|line| line.starts_with(RULE));
    let rules = rules.filter(move |line| line.starts_with(beginning));
    rules.filter_map(|line| serde_json::from_str(line).ok())
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

fn prefix(rule: &Rule) -> PrefixLine {
    let program = TokenLine::Words(vec![(*rule.pattern.program).into()]);
    let rest = rule.pattern.rest.iter().map(TokenLine::from);
    PrefixLine {
        tokens: std::iter::once(program).chain(rest).collect(),
        without: rule.conditions.without.clone(),
        cwd: rule.conditions.cwd.clone(),
        covers: match &rule.covers {
            Covers::Everything => vec![EVERYTHING.into()],
            Covers::Ordinary(words) => words.iter().map(|word| word.to_string().into()).collect(),
        },
        reads: rule.reads.clone(),
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

fn prefix_rule(line: Line, files: &[Source], layer: &Layer) -> Option<Rule> {
    let Said::Prefix(prefix) = line.rule else {
        return None;
    };
    let mut tokens = prefix.tokens.into_iter().map(Token::from);
    let program = tokens.next()?.words().first()?.clone();
    let covers = match prefix.covers.as_slice() {
        [word] if &**word == EVERYTHING => Covers::Everything,
        words => {
            let words = words.iter().map(|word| EffectWord::from_word(word));
            Covers::Ordinary(words.collect::<Option<_>>()?)
        }
    };
    Some(Rule {
        pattern: Pattern {
            program: (*program).into(),
            rest: tokens.collect(),
        },
        decision: Decision::from_word(&line.decision)?,
        justification: line.justification,
        conditions: Conditions {
            without: prefix.without,
            cwd: prefix.cwd,
        },
        covers,
        reads: prefix.reads,
        confinement: prefix.confinement.map(ConfinementName::new),
        origin: origin(&line.file, line.span, files, layer),
    })
}
