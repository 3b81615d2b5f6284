//! The policy language: Starlark text to rules.
//!
//! The parser is the `starlark` crate's; evaluation is our own. That crate counts steps and memory only now and then,
//! and says that it does not withstand hostile programs: one expression may ask it for more memory than there is, or
//! compare values for longer than the world lasts. A policy file may come with a stranger's repository, so here every
//! step and every byte is counted before it is spent, and every value knows where in the text it was written.
//!
//! Not offered, because no policy needs them: floats, sets, `getattr` and its like, methods that are not called at
//! once.

mod bounds;
mod call;
mod effect_example;
mod example;
mod expression;
mod format;
mod function;
mod heap;
mod interpreter;
mod load_code;
mod method;
mod module;
mod nesting;
mod operator;
mod program_example;
mod rule_call;
mod scope;
mod sequence;
mod stop;
mod store;
mod token;
mod value;

use std::sync::Arc;

use diagnostics::{Diagnostic, Severity, Source};

use crate::confinement::is_built_in;
use crate::{BrokenFile, Declaration, Knowledge, Layer, PolicySet, Profile};
use bounds::Meter;
use interpreter::Interpreter;
use module::Library;
use store::Store;

pub use load_code::LoadCode;

/// A policy file that has been read.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// Its name and text.
    pub source: Source,
    /// Whose word it is.
    pub layer: Layer,
}

/// Where `load("//git.codexpolicy", …)` finds its files. A closure from a name to a source is one.
pub trait Packs {
    /// The pack of this name, written as in the policy: `//git.codexpolicy`.
    fn pack(&self, name: &str) -> Option<Source>;
}

impl<F: Fn(&str) -> Option<Source>> Packs for F {
    fn pack(&self, name: &str) -> Option<Source> {
        self(name)
    }
}

/// What came of loading.
#[derive(Debug)]
#[must_use]
pub struct Loaded {
    /// The rules of the files that load, and the restrictions of those that do not, which it names: judged by it,
    /// nothing is allowed while there is one.
    pub policy: PolicySet,
    /// What the files that load say of programs, for [`compile`](crate::compile); the policy knows it too.
    pub programs: Vec<Declaration>,
    /// What is wrong with the files that do not load.
    pub broken: Vec<Diagnostic>,
    /// How many rules, descriptions and profiles of files that are not trusted say something that loosens, and have
    /// no effect.
    pub without_effect: usize,
}

/// Evaluates policy files, each for itself but for the `host_executable`s of those before it: in this order, those of
/// layers that are not [trusted](Layer::is_trusted) behind the others.
///
/// Total and bounded: a file that asks for too much of anything is broken, like one with an error; all files that are
/// not trusted have together what one other file has. A broken file allows nothing: of its rules only those stay that
/// prompt or forbid, and so it is with one that is not trusted. All errors that can be told are told.
pub fn load(files: &[PolicyFile], packs: &dyn Packs) -> Loaded {
    let mut whole = Store::default();
    let mut broken: Vec<BrokenFile> = Vec::new();
    let (trusted, strangers): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.layer.is_trusted());
    for file in trusted {
        evaluate(file, packs, Meter::full(), &mut whole, &mut broken);
    }
    // Last, so that no other file builds on what they say, and they may build on one another.
    let vouched_for = whole.lengths();
    let mut left = Meter::full();
    for file in strangers {
        left = evaluate(file, packs, left, &mut whole, &mut broken);
    }
    let mut of_strangers = whole.split_off(&vouched_for);
    let without_effect = of_strangers.keep_restrictions();
    whole.append(of_strangers);

    let mut knowledge = Knowledge::default();
    let mut programs = Vec::with_capacity(whole.programs.len());
    for described in whole.programs {
        knowledge.insert(described.entry);
        programs.push(described.declaration);
    }
    let findings = broken
        .iter()
        .flat_map(|file| file.findings.iter().cloned())
        .collect();
    Loaded {
        policy: PolicySet::new(whole.rules, whole.hosts, whole.network)
            .with_effect_rules(whole.effects.into_iter().map(Arc::new))
            .with_profiles(whole.profiles)
            .with_knowledge(knowledge)
            .with_broken(broken),
        programs,
        broken: findings,
        without_effect,
    }
}

/// Adds what one file says, at a price within the meter; gives back what is left of that.
fn evaluate(
    file: &PolicyFile,
    packs: &dyn Packs,
    meter: Meter,
    whole: &mut Store,
    broken: &mut Vec<BrokenFile>,
) -> Meter {
    let mut store = Store::after(whole);
    let left = match Library::read(&file.source, packs) {
        Ok(library) => {
            let left = Interpreter::new(&library, &file.layer, &mut store, meter).run();
            example::check(&mut store);
            program_example::check(&mut store, &whole.programs);
            effect_example::check(&mut store);
            check_profiles(&mut store, &whole.profiles);
            left
        }
        Err(errors) => {
            store.errors.extend(errors);
            meter
        }
    };
    if !store.errors.is_empty() {
        store.keep_restrictions();
        broken.push(BrokenFile {
            layer: file.layer.clone(),
            file: file.source.name().into(),
            findings: std::mem::take(&mut store.errors),
        });
    }
    whole.append(store);
    left
}

/// Reports rules that name a profile which nobody describes: neither their file, nor one before it, nor we.
fn check_profiles(store: &mut Store, earlier: &[Profile]) {
    let mut errors = Vec::new();
    for (name, origin) in &store.named_profiles {
        let mut described = store.profiles.iter().chain(earlier);
        if !is_built_in(name.as_str()) && !described.any(|profile| profile.name == *name) {
            let message = format!("no profile `{name}` is described");
            let found = Diagnostic::new(LoadCode::Profile.code(), Severity::Error, message);
            errors.push(found.at(&origin.source, origin.span, ""));
        }
    }
    errors.truncate(bounds::Bound::Errors.limit());
    store.errors.append(&mut errors);
}

#[cfg(test)]
mod tests;
