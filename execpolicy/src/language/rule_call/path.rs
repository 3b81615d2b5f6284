//! `path_rule`: paths that a command touches.

use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::store::EffectExamples;
use super::super::value::Value;
use super::Given;
use super::lists::{not_empty, paths, words};
use super::prefix::examples;
use crate::{About, Above, Access, EffectRule, PathRule, Stars};

const PARAMETERS: &[&str] = &[
    "access",
    "paths",
    "decision",
    "justification",
    "outside",
    "stars",
    "above",
    "match",
    "not_match",
];

/// Makes the rule of one call.
pub(super) fn call(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(run, "path_rule", PARAMETERS, arguments);
    let errors = run.store.errors.len();
    not_empty(run, &given, "access")?;
    not_empty(run, &given, "paths")?;
    let rule = PathRule {
        access: words(run, &given, "access", Access::ALL)?,
        paths: paths(run, &given, "paths")?,
        outside: paths(run, &given, "outside")?,
        stars: if flag(run, &given, "stars") {
            Stars::Match
        } else {
            Stars::Ignored
        },
        above: if flag(run, &given, "above") {
            Above::Matches
        } else {
            Above::MayMatch
        },
    };
    let decision = match given.needed(run, "decision") {
        Some(_) => given.decision(run, None),
        None => None,
    };
    let justification = given.justification(run)?;
    let matching = examples(run, &given, "match")?;
    let not_matching = examples(run, &given, "not_match")?;
    let (Some(decision), Some(origin)) = (decision, run.origin(given.place)) else {
        return Ok(());
    };
    if run.store.errors.len() > errors {
        return Ok(());
    }
    run.store.effect_examples.push(EffectExamples {
        rule: run.store.effects.len(),
        matching,
        not_matching,
    });
    run.store.effects.push(EffectRule {
        about: About::Paths(rule),
        decision,
        justification,
        origin,
    });
    Ok(())
}

/// A switch that is on where nothing is said.
fn flag(run: &mut Interpreter<'_>, given: &Given, name: &'static str) -> bool {
    match given.value(name) {
        None => true,
        Some(Value::Bool(on)) => on,
        Some(value) => {
            given.unsuited(run, name, &value, "True or False");
            true
        }
    }
}
