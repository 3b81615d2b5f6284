//! The arguments of a rule call, by name.

use diagnostics::visible;

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::value::{Place, Text, Value};
use crate::Decision;

/// The arguments of one call, each to be taken by its name.
pub(super) struct Given {
    /// The called function.
    function: &'static str,
    values: Vec<(&'static str, Value)>,
    /// The call.
    pub(super) place: Place,
}

impl Given {
    /// Gives the parameters of a rule their arguments; what fits none is reported.
    pub(super) fn new(
        run: &mut Interpreter<'_>,
        function: &'static str,
        parameters: &[&'static str],
        arguments: Arguments,
    ) -> Self {
        let place = arguments.place;
        let mut values: Vec<(&'static str, Value)> = Vec::new();
        let mut report = |message: String| run.report(Stop::new(LoadCode::Argument, message).at(place));
        let mut by_position = parameters.iter();
        for value in arguments.positional {
            match by_position.next() {
                Some(parameter) => values.push((parameter, value)),
                None => report(format!(
                    "`{function}` takes at most {} arguments",
                    parameters.len()
                )),
            }
        }
        for (name, value) in arguments.named {
            match parameters.iter().find(|parameter| **parameter == &*name) {
                None => report(format!("`{function}` has no argument `{name}`")),
                Some(name) if values.iter().any(|(known, _)| known == name) => {
                    report(format!("`{function}` gets `{name}` twice"));
                }
                Some(name) => values.push((name, value)),
            }
        }
        // What says nothing counts as not given.
        values.retain(|(_, value)| !matches!(value, Value::None));
        Self {
            function,
            values,
            place,
        }
    }

    /// An argument, if it is given.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        let found = self.values.iter().find(|(given, _)| *given == name);
        found.map(|(_, value)| value.clone())
    }

    /// An argument that has to be given.
    pub(super) fn needed(&self, run: &mut Interpreter<'_>, name: &str) -> Option<Value> {
        let found = self.value(name);
        if found.is_none() {
            let message = format!("`{}` needs the argument `{name}`", self.function);
            run.report(Stop::new(LoadCode::Argument, message).at(self.place));
        }
        found
    }

    /// A string.
    pub(super) fn text(&self, run: &mut Interpreter<'_>, name: &str, value: &Value) -> Option<Text> {
        let found = value.as_text().cloned();
        if found.is_none() {
            self.unsuited(run, name, value, "a string");
        }
        found
    }

    /// Reports an argument of the wrong kind.
    pub(super) fn unsuited(&self, run: &mut Interpreter<'_>, name: &str, value: &Value, wanted: &str) {
        let message = format!(
            "`{name}` of `{}` takes {wanted}, not a {}",
            self.function,
            value.kind()
        );
        let place = run.place_of(value, self.place);
        run.report(Stop::new(LoadCode::Argument, message).at(place));
    }

    /// The decision; `deny` is another word for `forbidden` where upstream takes it.
    pub(super) fn decision(&self, run: &mut Interpreter<'_>, alias: Option<&str>) -> Option<Decision> {
        let value = self.value("decision")?;
        let word = self.text(run, "decision", &value)?;
        let word = if alias == Some(&*word.text) {
            Decision::Forbidden.word()
        } else {
            &*word.text
        };
        let decision = Decision::from_word(word);
        if decision.is_none() {
            let place = run.place_of(&value, self.place);
            let stop = Stop::new(LoadCode::Decision, format!("`{word}` is not a decision")).at(place);
            run.report(stop.help("a decision is `allow`, `prompt` or `forbidden`"));
        }
        decision
    }

    /// The justification, which says something if it is given.
    pub(super) fn justification(&self, run: &mut Interpreter<'_>) -> Result<Option<Box<str>>, Stop> {
        let Some(value) = self.value("justification") else {
            return Ok(None);
        };
        let Some(text) = self.text(run, "justification", &value) else {
            return Ok(None);
        };
        run.heap.meter.keep(&text.text)?;
        if text.text.trim().is_empty() {
            let place = run.place_of(&value, self.place);
            let stop = Stop::new(LoadCode::Justification, LoadCode::Justification.message()).at(place);
            run.report(stop.help("say why, or leave the argument out"));
            return Ok(None);
        }
        if !run.layer.is_trusted() {
            return Ok(Some(of_stranger(&text.text)));
        }
        Ok(Some((*text.text).into()))
    }
}

/// Characters of a stranger's justification that are told.
const TOLD: usize = 200;

/// What a stranger says, so that nobody who reads it, person or model, takes it for the gate's own words.
fn of_stranger(text: &str) -> Box<str> {
    let said: String = text.trim().replace('`', "'").chars().take(TOLD).collect();
    let dots = if text.trim().chars().nth(TOLD).is_some() {
        "…"
    } else {
        ""
    };
    format!("in words that nobody vouches for: `{}{dots}`", visible(&said)).into()
}
