//! `prefix_rule`, `path_rule` and their like: arguments to rules and knowledge.
//!
//! An argument that is wrong is reported and the file goes on, so that its author reads all errors at once.

mod effect;
mod given;
mod grant;
mod host;
mod lists;
mod network;
mod path;
mod prefix;
mod profile;
mod program;

use super::call::Arguments;
use super::interpreter::Interpreter;
use super::stop::Stop;
use super::value::{Place, Value};
use crate::Origin;
use given::Given;

/// `prefix_rule(pattern, decision, match, not_match, justification, reviewer, without, cwd, covers, reads, sandbox)`
pub(super) fn prefix_rule(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    prefix::call(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `host_executable(name, paths)`
pub(super) fn host_executable(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    host::call(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `network_rule(host, protocol, decision, justification)`
pub(super) fn network_rule(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    network::call(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `program(name, source, …)`
pub(super) fn program(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    program::call(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `path_rule(access, paths, decision, justification, outside, stars, match, not_match)`
pub(super) fn path_rule(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    path::call(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `env_rule(names, decision, justification, match, not_match)`
pub(super) fn env_rule(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    effect::call_env(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `effect_rule(effects, decision, justification)`
pub(super) fn effect_rule(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    effect::call_effect(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

/// `sandbox_profile(name, …)`
pub(super) fn sandbox_profile(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<Value, Stop> {
    profile::call(run, arguments)?;
    run.store.bounded()?;
    Ok(Value::None)
}

impl Interpreter<'_> {
    /// The origin of what was made by the call in this place. What a function makes stands where the policy calls
    /// the function: that line says which rule it is.
    fn origin(&self, place: Place) -> Option<Origin> {
        let inside = |caller: &Place| caller.module == place.module && caller.span.contains(place.span);
        self.place_as_origin(self.caller.filter(|caller| !inside(caller)).unwrap_or(place))
    }

    /// A place as people are shown it.
    fn place_as_origin(&self, place: Place) -> Option<Origin> {
        Some(Origin {
            source: self.library.source(place)?.clone(),
            span: place.span,
            layer: self.layer.clone(),
        })
    }

    /// Where a value stands, or else the call that it was given to.
    pub(super) fn place_of(&self, value: &Value, call: Place) -> Place {
        self.heap.place(value).unwrap_or(call)
    }
}
