//! `regex`, `any_token` and `rest`: tokens of patterns that are more than a word.

use std::rc::Rc;

use super::LoadCode;
use super::call::Arguments;
use super::interpreter::Interpreter;
use super::stop::Stop;
use super::value::{Place, TokenValue, Value};
use crate::{Token, WordPattern};

/// What compiling one expression is taken to cost: its bound in bytes, and steps of its own.
const COMPILED_BYTES: usize = 192 << 10;
const COMPILED_STEPS: usize = 4000;

/// `regex("test(:.*)?")`: a word that it matches whole.
pub(super) fn regex(run: &mut Interpreter<'_>, arguments: &Arguments) -> Result<Value, Stop> {
    let wrong = || misused("`regex` takes one string", arguments.place);
    let [value] = &*arguments.positional else {
        return Err(wrong());
    };
    let text = value
        .as_text()
        .filter(|_| arguments.named.is_empty())
        .ok_or_else(wrong)?;
    run.heap.meter.keep(&text.text)?;
    run.heap.meter.take(COMPILED_BYTES)?;
    run.heap.meter.step(COMPILED_STEPS)?;
    let pattern = WordPattern::new(&text.text).map_err(|error| {
        let place = run.place_of(value, arguments.place);
        Stop::new(LoadCode::Token, format!("`{}`: {error}", text.text)).at(place)
    })?;
    Ok(made(Token::Matching(pattern), arguments.place))
}

/// `any_token()`: any one word.
pub(super) fn any(arguments: &Arguments) -> Result<Value, Stop> {
    if !arguments.positional.is_empty() || !arguments.named.is_empty() {
        return Err(misused("`any_token` takes no arguments", arguments.place));
    }
    Ok(made(Token::Any, arguments.place))
}

/// `rest("a", ["b", "c"], regex("d.*"))`: every word that follows is one of these.
pub(super) fn rest(run: &mut Interpreter<'_>, arguments: &Arguments) -> Result<Value, Stop> {
    if !arguments.named.is_empty() {
        return Err(misused(
            "`rest` takes words, lists of words and `regex`",
            arguments.place,
        ));
    }
    let mut tokens = Vec::with_capacity(arguments.positional.len());
    for value in &arguments.positional {
        let token = token(run, value, "`rest`", arguments.place)?;
        let place = run.place_of(value, arguments.place);
        if matches!(token, Token::Any | Token::Rest(_)) {
            let message = format!("`{token}` cannot stand in `rest`");
            return Err(Stop::new(LoadCode::Token, message)
                .at(place)
                .help("leave `rest` out where any words may follow"));
        }
        tokens.push(token);
    }
    Ok(made(Token::Rest(tokens.into()), arguments.place))
}

/// What a value stands for that is given to `whom`.
pub(super) fn token(
    run: &mut Interpreter<'_>,
    value: &Value,
    whom: &str,
    call: Place,
) -> Result<Token, Stop> {
    if let Some(word) = value.as_text() {
        run.heap.meter.keep(&word.text)?;
        return Ok(Token::Word((*word.text).into()));
    }
    if let Value::Token(token) = value {
        run.heap.meter.take(256)?;
        return Ok(token.token.clone());
    }
    let place = run.place_of(value, call);
    let unsuited = |value: &Value, wanted: &str| {
        let message = format!("{whom} takes {wanted}, not a {}", value.kind());
        Stop::new(LoadCode::Argument, message)
    };
    if !matches!(value, Value::List(_) | Value::Tuple(_)) {
        return Err(unsuited(value, "words and lists of alternative words").at(place));
    }
    let alternatives = run.heap.iterate(value)?;
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
                let place = run.heap.place(alternative).unwrap_or(place);
                return Err(unsuited(alternative, "words as alternatives").at(place));
            }
        }
        run.heap
            .meter
            .step(words.len() / 16)
            .map_err(|stop| stop.at(place))?;
    }
    match (words.pop(), words.is_empty()) {
        (None, _) => {
            let message = "the list of alternatives has no words";
            Err(Stop::new(LoadCode::EmptyPattern, message).at(place))
        }
        (Some(only), true) => Ok(Token::Word(only)),
        (Some(last), false) => {
            words.push(last);
            Ok(Token::OneOf(words.into()))
        }
    }
}

fn made(token: Token, place: Place) -> Value {
    Value::Token(Rc::new(TokenValue { token, place }))
}

fn misused(message: &'static str, place: Place) -> Stop {
    Stop::new(LoadCode::Argument, message).at(place)
}
