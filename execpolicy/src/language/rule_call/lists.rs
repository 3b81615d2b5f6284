//! Arguments that are lists of words, paths or options.

use super::super::LoadCode;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::value::{Place, Value};
use super::Given;
use super::prefix::list;
use crate::{NamePattern, PathGlob};

/// The strings of a list with their places; none where the argument is not given, and what is no string is reported.
pub(super) fn texts(
    run: &mut Interpreter<'_>,
    given: &Given,
    name: &str,
) -> Result<Vec<(Box<str>, Place)>, Stop> {
    match given.value(name) {
        Some(value) => texts_of(run, given, name, &value),
        None => Ok(Vec::new()),
    }
}

/// The strings of this value, which the finding calls `name`.
pub(super) fn texts_of(
    run: &mut Interpreter<'_>,
    given: &Given,
    name: &str,
    value: &Value,
) -> Result<Vec<(Box<str>, Place)>, Stop> {
    let Some(items) = list(run, value)? else {
        given.unsuited(run, name, value, "a list of strings");
        return Ok(Vec::new());
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in &items {
        let Some(text) = given.text(run, name, item) else {
            continue;
        };
        run.heap.meter.keep(&text.text)?;
        texts.push(((*text.text).into(), run.place_of(item, given.place)));
    }
    Ok(texts)
}

/// The patterns of a list of paths; what is none is reported.
pub(super) fn paths(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<Vec<PathGlob>, Stop> {
    let mut globs = Vec::new();
    for (text, place) in texts(run, given, name)? {
        // Each component is kept by itself.
        run.heap
            .meter
            .take(text.len().saturating_mul(16).saturating_add(256))?;
        match PathGlob::new(&text) {
            Ok(glob) => globs.push(glob),
            Err(error) => {
                let message = format!("`{text}` is no pattern of paths: {error}");
                let stop = Stop::new(LoadCode::Path, message).at(place);
                run.report(stop.help("a pattern is absolute: `$WORKSPACE/.git/**`, `~/.ssh/*`, `**/.env`"));
            }
        }
    }
    Ok(globs)
}

/// The patterns of a list of variables' names; what is none is reported.
pub(super) fn names(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<Vec<NamePattern>, Stop> {
    let mut names = Vec::new();
    for (text, place) in texts(run, given, name)? {
        // Each character of a pattern is kept by itself.
        run.heap
            .meter
            .take(text.len().saturating_mul(16).saturating_add(64))?;
        if let Some(name) = NamePattern::new(&text) {
            names.push(name);
        } else {
            let stop = Stop::new(LoadCode::Word, format!("`{text}` is not a variable's name")).at(place);
            run.report(
                stop.help("a name is made of letters, digits, `_`, and `*` or `[A-Z]` for any of them"),
            );
        }
    }
    Ok(names)
}

/// What the words of a list name; a word that names nothing is reported.
pub(super) fn words<T>(
    run: &mut Interpreter<'_>,
    given: &Given,
    name: &str,
    known: &[(&str, T)],
) -> Result<Vec<T>, Stop>
where
    T: Copy,
{
    let mut found = Vec::new();
    for (text, place) in texts(run, given, name)? {
        if let Some((_, meaning)) = known.iter().find(|(word, _)| **word == *text) {
            found.push(*meaning);
        } else {
            let all: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let message = format!("`{text}` is none of `{}`", all.join("`, `"));
            run.report(Stop::new(LoadCode::Word, message).at(place));
        }
    }
    Ok(found)
}

/// Reports a list that has to say something and says nothing.
pub(super) fn not_empty(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<(), Stop> {
    let Some(value) = given.needed(run, name) else {
        return Ok(());
    };
    if list(run, &value)?.is_some_and(|items| items.is_empty()) {
        let place = run.place_of(&value, given.place);
        run.report(Stop::new(LoadCode::Argument, format!("`{name}` is empty")).at(place));
    }
    Ok(())
}
