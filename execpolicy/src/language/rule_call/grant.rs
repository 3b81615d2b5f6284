//! Where a `prefix_rule` applies, and what an allow says it speaks for.

use super::super::LoadCode;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::Given;
use super::lists::{paths, texts, words};
use crate::{Conditions, ConfinementName, Covers, Decision, EffectWord, PathGlob};

/// What an allow says it speaks for.
pub(super) struct Grant {
    pub(super) covers: Covers,
    pub(super) reads: Vec<PathGlob>,
    pub(super) sandbox: Option<ConfinementName>,
}

/// `without` and `cwd`.
pub(super) fn conditions(run: &mut Interpreter<'_>, given: &Given) -> Result<Conditions, Stop> {
    let mut without = Vec::new();
    for (option, place) in texts(run, given, "without")? {
        let bare = option.trim_start_matches('-');
        if bare.is_empty() || bare.len() == option.len() || option.contains(['=', ' ']) {
            let message = format!("`{option}` is not an option");
            let stop = Stop::new(LoadCode::Word, message).at(place);
            run.report(stop.help("an option is named with its dashes and without a value: `-o`, `--output`"));
        } else {
            without.push(option);
        }
    }
    Ok(Conditions {
        without,
        cwd: paths(run, given, "cwd")?,
    })
}

impl Grant {
    /// `covers`, `reads` and `sandbox`, which only an allow says.
    pub(super) fn given(run: &mut Interpreter<'_>, given: &Given, decision: Decision) -> Result<Self, Stop> {
        let grant = Self {
            covers: covers(run, given)?,
            reads: paths(run, given, "reads")?,
            sandbox: sandbox(run, given)?,
        };
        if decision != Decision::Allow {
            for name in ["covers", "reads", "sandbox"] {
                let Some(value) = given.value(name) else {
                    continue;
                };
                let place = run.place_of(&value, given.place);
                let message = format!("`{name}` says what an allow speaks for, and this rule is none");
                run.report(Stop::new(LoadCode::Grant, message).at(place));
            }
        }
        Ok(grant)
    }
}

fn covers(run: &mut Interpreter<'_>, given: &Given) -> Result<Covers, Stop> {
    let Some(value) = given.value("covers") else {
        return Ok(Covers::default());
    };
    let Some(text) = value.as_text() else {
        return Ok(Covers::Ordinary(words(run, given, "covers", EffectWord::ALL)?));
    };
    if &*text.text != "everything" {
        let place = run.place_of(&value, given.place);
        let stop = Stop::new(
            LoadCode::Word,
            format!("`{}` is not what a rule covers", text.text),
        )
        .at(place);
        run.report(stop.help("a rule covers a list of effects, or \"everything\""));
    }
    Ok(Covers::Everything)
}

fn sandbox(run: &mut Interpreter<'_>, given: &Given) -> Result<Option<ConfinementName>, Stop> {
    let Some(value) = given.value("sandbox") else {
        return Ok(None);
    };
    let Some(text) = given.text(run, "sandbox", &value) else {
        return Ok(None);
    };
    run.heap.meter.keep(&text.text)?;
    run.heap.meter.keep(&text.text)?;
    let name = ConfinementName::new(&*text.text);
    let place = run.place_of(&value, given.place);
    if let Some(origin) = run.place_as_origin(place) {
        run.store.named_profiles.push((name.clone(), origin));
    }
    Ok(Some(name))
}
