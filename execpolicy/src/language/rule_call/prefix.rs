//! `prefix_rule`: commands that begin with these words.

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::{Reach, Stop};
use super::super::store::{Example, Examples};
use super::super::token::token;
use super::super::value::{Place, Value};
use super::Given;
use super::grant::{Grant, conditions};
use crate::{Decision, Pattern, Rule, Token};

const PARAMETERS: &[&str] = &[
    "pattern",
    "decision",
    "match",
    "not_match",
    "justification",
    "reviewer",
    "without",
    "cwd",
    "covers",
    "reads",
    "sandbox",
];

/// Who answers a prompt, in newer policies of openai/codex. Here a person always does, which is the stricter of the
/// two.
const REVIEWERS: &[&str] = &["user", "auto_review"];

/// Makes the rules of one call: one for each alternative in first place.
pub(super) fn call(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(run, "prefix_rule", PARAMETERS, arguments);
    let place = given.place;
    let tokens = match given.needed(run, "pattern") {
        Some(value) => pattern(run, &given, &value)?,
        None => None,
    };
    let errors = run.store.errors.len();
    let decision = given.decision(run, None);
    let decision_is_known = errors == run.store.errors.len();
    let decision = decision.unwrap_or(Decision::Allow);
    let justification = given.justification(run)?;
    check_reviewer(run, &given, decision);
    let conditions = conditions(run, &given)?;
    let grant = Grant::given(run, &given, decision)?;
    let matching = examples(run, &given, "match")?;
    let not_matching = examples(run, &given, "not_match")?;
    let (Some(tokens), Some(origin)) = (tokens, run.origin(place)) else {
        return Ok(());
    };
    let Some((programs, rest)) = tokens.split_first().filter(|_| decision_is_known) else {
        return Ok(());
    };
    let first = run.store.rules.len();
    let size = rest
        .iter()
        .fold(0_usize, |size, token| size.saturating_add(bytes(token)));
    let size = size.saturating_add(justification.as_ref().map_or(0, |text| text.len()));
    let options = conditions
        .without
        .iter()
        .map(|option| option.len().saturating_add(48));
    let size = options.fold(size, usize::saturating_add);
    let globs = conditions.cwd.iter().chain(&grant.reads);
    let size = globs.fold(size, |size, glob| {
        size.saturating_add(512)
            .saturating_add(glob.as_str().len().saturating_mul(8))
    });
    for program in programs.words() {
        run.heap.meter.take_values(rest.len().saturating_add(8))?;
        run.heap.meter.take(size)?;
        run.heap.meter.keep(program)?;
        run.store.rules.push(Rule {
            pattern: Pattern {
                program: (&**program).into(),
                rest: rest.to_vec(),
            },
            decision,
            justification: justification.clone(),
            conditions: conditions.clone(),
            covers: grant.covers.clone(),
            reads: grant.reads.clone(),
            confinement: grant.sandbox.clone(),
            origin: origin.clone(),
        });
        run.store.bounded()?;
    }
    let rules = first..run.store.rules.len();
    run.store.examples.push(Examples {
        rules,
        origin,
        matching,
        not_matching,
    });
    Ok(())
}

/// The tokens of a pattern; `None` where something in it is wrong, which is reported.
fn pattern(run: &mut Interpreter<'_>, given: &Given, value: &Value) -> Result<Option<Vec<Token>>, Stop> {
    let Some(items) = list(run, value)? else {
        given.unsuited(run, "pattern", value, "a list of words");
        return Ok(None);
    };
    if items.is_empty() {
        empty(run, value, given.place, "the pattern has no words");
        return Ok(None);
    }
    let mut tokens = Vec::with_capacity(items.len());
    for (number, item) in items.iter().enumerate() {
        let token = match token(run, item, "`pattern` of `prefix_rule`", given.place) {
            Ok(token) => token,
            Err(stop) if stop.reach == Reach::Statement => {
                run.report(stop.at(given.place));
                return Ok(None);
            }
            Err(stop) => return Err(stop),
        };
        let is_last = number.saturating_add(1) == items.len();
        let misplaced = match &token {
            Token::Matching(_) | Token::Any | Token::Rest(_) if number == 0 => {
                Some("a pattern begins with the program's name")
            }
            Token::Rest(_) if !is_last => Some("`rest` stands only at the end of a pattern"),
            Token::Word(_) | Token::OneOf(_) | Token::Matching(_) | Token::Any | Token::Rest(_) => None,
        };
        if let Some(message) = misplaced {
            let place = run.place_of(item, given.place);
            run.report(Stop::new(LoadCode::Token, message).at(place));
            return Ok(None);
        }
        tokens.push(token);
    }
    Ok(Some(tokens))
}

/// About how many bytes a token is.
fn bytes(token: &Token) -> usize {
    let words = |words: &[Box<str>]| {
        words.iter().fold(0_usize, |size, word| {
            size.saturating_add(word.len()).saturating_add(48)
        })
    };
    match token {
        Token::Word(_) | Token::OneOf(_) => words(token.words()),
        // A clone shares what is compiled.
        Token::Matching(pattern) => pattern.as_str().len().saturating_add(256),
        Token::Any => 48,
        Token::Rest(tokens) => tokens
            .iter()
            .fold(48, |size, token| size.saturating_add(bytes(token))),
    }
}

fn empty(run: &mut Interpreter<'_>, value: &Value, call: Place, message: &str) {
    let place = run.place_of(value, call);
    run.report(Stop::new(LoadCode::EmptyPattern, message).at(place));
}

/// The values of a list or tuple.
pub(super) fn list(run: &mut Interpreter<'_>, value: &Value) -> Result<Option<Vec<Value>>, Stop> {
    match value {
        Value::List(_) | Value::Tuple(_) => run.heap.iterate(value).map(Some),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Text(_)
        | Value::Dict(_)
        | Value::Range(_)
        | Value::Function(_)
        | Value::Token(_)
        | Value::Builtin(_) => Ok(None),
    }
}

fn check_reviewer(run: &mut Interpreter<'_>, given: &Given, decision: Decision) {
    let Some(value) = given.value("reviewer") else {
        return;
    };
    let Some(word) = given.text(run, "reviewer", &value) else {
        return;
    };
    if !REVIEWERS.contains(&&*word.text) || decision != Decision::Prompt {
        let place = run.place_of(&value, given.place);
        let message = format!("`{}` cannot review what this rule decides", word.text);
        let stop = Stop::new(LoadCode::Argument, message).at(place);
        run.report(stop.help("`user` or `auto_review` review a `prompt`"));
    }
}

/// The examples of one argument; those that are wrong are reported and left out.
pub(super) fn examples(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<Vec<Example>, Stop> {
    let Some(value) = given.value(name) else {
        return Ok(Vec::new());
    };
    let Some(items) = list(run, &value)? else {
        given.unsuited(run, name, &value, "a list of examples");
        return Ok(Vec::new());
    };
    let mut examples = Vec::with_capacity(items.len());
    for item in &items {
        run.heap.meter.take(size_of::<Example>())?;
        let place = run.place_of(item, given.place);
        if let (Some(words), Some(origin)) = (words(run, given, name, item)?, run.place_as_origin(place)) {
            examples.push(Example { words, origin });
        }
    }
    Ok(examples)
}

/// The words of one example: a string that a shell would split, or a list.
fn words(
    run: &mut Interpreter<'_>,
    given: &Given,
    name: &str,
    value: &Value,
) -> Result<Option<Vec<String>>, Stop> {
    let place = run.place_of(value, given.place);
    let words = if let Some(text) = value.as_text() {
        run.heap.meter.take(text.text.len())?;
        let most = text.text.split_ascii_whitespace().count();
        run.heap.meter.example_words(most)?;
        let Some(words) = shlex::split(&text.text) else {
            let message = format!("the quotes of the example `{}` do not close", text.text);
            run.report(Stop::new(LoadCode::Quoting, message).at(place));
            return Ok(None);
        };
        words
    } else if let Some(items) = list(run, value)? {
        run.heap.meter.example_words(items.len())?;
        let mut words = Vec::with_capacity(items.len());
        for item in &items {
            let Some(word) = item.as_text() else {
                given.unsuited(run, name, item, "examples made of words");
                return Ok(None);
            };
            run.heap.meter.take(word.text.len())?;
            words.push(word.text.to_string());
        }
        words
    } else {
        given.unsuited(run, name, value, "examples that are strings or lists of words");
        return Ok(None);
    };
    if words.is_empty() {
        run.report(Stop::new(LoadCode::EmptyExample, "the example has no words").at(place));
        return Ok(None);
    }
    Ok(Some(words))
}
