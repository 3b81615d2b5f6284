//! `prefix_rule`: commands that begin with these words.

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::store::{Example, Examples};
use super::super::value::{Place, Value};
use super::Given;
use crate::{Decision, Pattern, Rule, Token};

const PARAMETERS: &[&str] = &[
    "pattern",
    "decision",
    "match",
    "not_match",
    "justification",
    "reviewer",
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
    let matching = examples(run, &given, "match")?;
    let not_matching = examples(run, &given, "not_match")?;
    let (Some(tokens), Some(origin)) = (tokens, run.origin(place)) else {
        return Ok(());
    };
    let Some((programs, rest)) = tokens.split_first().filter(|_| decision_is_known) else {
        return Ok(());
    };
    let first = run.store.rules.len();
    let size = rest.iter().flat_map(Token::words).fold(0_usize, |size, word| {
        size.saturating_add(word.len()).saturating_add(48)
    });
    let size = size.saturating_add(justification.as_ref().map_or(0, |text| text.len()));
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
            confinement: None,
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
    for item in &items {
        match token(run, given, item)? {
            Some(token) => tokens.push(token),
            None => return Ok(None),
        }
    }
    Ok(Some(tokens))
}

fn token(run: &mut Interpreter<'_>, given: &Given, value: &Value) -> Result<Option<Token>, Stop> {
    if let Some(word) = value.as_text() {
        run.heap.meter.keep(&word.text)?;
        return Ok(Some(Token::Word((*word.text).into())));
    }
    let Some(alternatives) = list(run, value)? else {
        given.unsuited(run, "pattern", value, "words and lists of alternative words");
        return Ok(None);
    };
    let place = run.place_of(value, given.place);
    let mut words: Vec<Box<str>> = Vec::with_capacity(alternatives.len());
    for alternative in &alternatives {
        let length = alternative.as_text().map_or(0, |word| word.text.len());
        let compared = words.len().saturating_mul(length) / 8;
        let paid = run.heap.meter.take(length.saturating_add(48));
        paid.and_then(|()| run.heap.meter.read(compared))
            .map_err(|stop| stop.at(place))?;
        match alternative.as_text() {
            Some(word) if words.iter().any(|known| **known == *word.text) => {}
            Some(word) => words.push((*word.text).into()),
            None => {
                given.unsuited(run, "pattern", alternative, "words as alternatives");
                return Ok(None);
            }
        }
        run.heap
            .meter
            .step(words.len() / 16)
            .map_err(|stop| stop.at(place))?;
    }
    match (words.pop(), words.is_empty()) {
        (None, _) => {
            empty(run, value, given.place, "the list of alternatives has no words");
            Ok(None)
        }
        (Some(only), true) => Ok(Some(Token::Word(only))),
        (Some(last), false) => {
            words.push(last);
            Ok(Some(Token::OneOf(words.into())))
        }
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
