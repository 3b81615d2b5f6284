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

use diagnostics::{Diagnostic, Severity, Source};

use crate::confinement::is_built_in;
use crate::{BrokenFile, Decision, Declaration, Knowledge, Layer, PolicySet, Profile};
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
}

/// Evaluates policy files, in this order, each for itself but for the `host_executable`s of those before it.
///
/// Total and bounded: a file that asks for too much of anything is broken, like one with an error. A broken file
/// allows nothing: of its rules only those stay that prompt or forbid. All errors that can be told are told.
pub fn load(files: &[PolicyFile], packs: &dyn Packs) -> Loaded {
    let mut whole = Store::default();
    let mut broken: Vec<BrokenFile> = Vec::new();
    for file in files {
        let mut store = Store::after(&whole);
        let library = Library::read(&file.source, packs);
        match library {
            Ok(library) => {
                Interpreter::new(&library, &file.layer, &mut store).run();
                example::check(&mut store);
                program_example::check(&mut store, &whole.programs);
                effect_example::check(&mut store);
                check_profiles(&mut store, &whole.profiles);
            }
            Err(errors) => store.errors.extend(errors),
        }
        if !store.errors.is_empty() {
            store.rules.retain(|rule| rule.decision != Decision::Allow);
            store.network.retain(|rule| rule.decision != Decision::Allow);
            store.hosts.clear();
            store.programs.clear();
            store.effects.retain(|rule| rule.decision != Decision::Allow);
            store.profiles.clear();
            broken.push(BrokenFile {
                layer: file.layer.clone(),
                file: file.source.name().into(),
                findings: std::mem::take(&mut store.errors),
            });
        }
        whole.rules.append(&mut store.rules);
        whole.network.append(&mut store.network);
        whole.hosts.append(&mut store.hosts);
        whole.programs.append(&mut store.programs);
        whole.effects.append(&mut store.effects);
        whole.profiles.append(&mut store.profiles);
    }
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
            .with_effect_rules(whole.effects)
            .with_profiles(whole.profiles)
            .with_knowledge(knowledge)
            .with_broken(broken),
        programs,
        broken: findings,
    }
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
