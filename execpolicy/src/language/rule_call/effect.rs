//! `env_rule` and `effect_rule`: variables that are set, and kinds of effect.

use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::store::EffectExamples;
use super::Given;
use super::lists::{names, not_empty, words};
use super::prefix::examples;
use crate::{About, EffectRule, EffectWord, VariableRule};

/// Makes the rule of one `env_rule`.
pub(super) fn call_env(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let parameters = &[
        "names",
        "decision",
        "justification",
        "outside",
        "match",
        "not_match",
    ];
    let given = Given::new(run, "env_rule", parameters, arguments);
    let errors = run.store.errors.len();
    not_empty(run, &given, "names")?;
    let about = VariableRule {
        names: names(run, &given, "names")?,
        outside: names(run, &given, "outside")?,
    };
    let matching = examples(run, &given, "match")?;
    let not_matching = examples(run, &given, "not_match")?;
    let rule = run.store.effects.len();
    add(run, &given, About::Variables(about), errors)?;
    if run.store.effects.len() > rule {
        run.store.effect_examples.push(EffectExamples {
            rule,
            matching,
            not_matching,
        });
    }
    Ok(())
}

/// Makes the rule of one `effect_rule`.
pub(super) fn call_effect(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(
        run,
        "effect_rule",
        &["effects", "decision", "justification"],
        arguments,
    );
    let errors = run.store.errors.len();
    not_empty(run, &given, "effects")?;
    let words = words(run, &given, "effects", EffectWord::ALL)?;
    add(run, &given, About::Effects(words), errors)
}

/// Adds a rule about this, unless something was wrong with the call since there were so many `errors`.
fn add(run: &mut Interpreter<'_>, given: &Given, about: About, errors: usize) -> Result<(), Stop> {
    let decision = match given.needed(run, "decision") {
        Some(_) => given.decision(run, None),
        None => None,
    };
    let justification = given.justification(run)?;
    if let (Some(decision), Some(origin)) = (decision, run.origin(given.place))
        && run.store.errors.len() == errors
    {
        run.store.effects.push(EffectRule {
            about,
            decision,
            justification,
            origin,
        });
    }
    Ok(())
}
