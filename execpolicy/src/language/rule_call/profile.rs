//! `sandbox_profile`: what a command may touch while it runs.

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::value::Value;
use super::Given;
use super::lists::{names, paths, texts};
use crate::confinement::{LIMITS, is_built_in};
use crate::{ConfinementName, NamePattern, Network, Profile};

const PARAMETERS: &[&str] = &[
    "name",
    "writable",
    "readable",
    "hidden",
    "protected",
    "network",
    "env",
    "set",
    "limits",
    "devices",
];

/// Makes the profile of one call.
pub(super) fn call(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(run, "sandbox_profile", PARAMETERS, arguments);
    let errors = run.store.errors.len();
    let name = name(run, &given)?;
    let readable = match given.value("readable") {
        Some(_) => Some(paths(run, &given, "readable")?),
        None => None,
    };
    let profile = Profile {
        name: ConfinementName::new(name.unwrap_or_default()),
        writable: paths(run, &given, "writable")?,
        readable,
        hidden: paths(run, &given, "hidden")?,
        protected: paths(run, &given, "protected")?,
        network: network(run, &given)?,
        env: env(run, &given)?,
        set: set(run, &given)?,
        limits: limits(run, &given)?,
        devices: paths(run, &given, "devices")?,
        origin: run.origin(given.place),
    };
    if run.store.errors.len() == errors {
        run.store.profiles.push(profile);
    }
    Ok(())
}

/// A name that no profile has yet.
fn name(run: &mut Interpreter<'_>, given: &Given) -> Result<Option<Box<str>>, Stop> {
    let Some(value) = given.needed(run, "name") else {
        return Ok(None);
    };
    let Some(text) = given.text(run, "name", &value) else {
        return Ok(None);
    };
    run.heap.meter.keep(&text.text)?;
    run.heap.meter.step(run.store.profiles.len())?;
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let message = if text.text.is_empty() || !text.text.chars().all(is_plain) {
        Some(format!("`{}` is not a profile's name", text.text))
    } else if is_built_in(&text.text) {
        Some(format!("the profile `{}` comes with us", text.text))
    } else if run
        .store
        .profiles
        .iter()
        .any(|known| known.name.as_str() == &*text.text)
    {
        Some(format!("the profile `{}` is described twice", text.text))
    } else {
        None
    };
    if let Some(message) = message {
        let place = run.place_of(&value, given.place);
        run.report(Stop::new(LoadCode::Profile, message).at(place));
    }
    Ok(Some((*text.text).into()))
}

fn network(run: &mut Interpreter<'_>, given: &Given) -> Result<Network, Stop> {
    let Some(value) = given.value("network") else {
        return Ok(Network::None);
    };
    let Some(text) = value.as_text() else {
        let hosts = texts(run, given, "network")?;
        return Ok(Network::Hosts(hosts.into_iter().map(|(host, _)| host).collect()));
    };
    Ok(match &*text.text {
        "none" => Network::None,
        "loopback" => Network::Loopback,
        "full" => Network::Full,
        other => {
            let place = run.place_of(&value, given.place);
            let stop = Stop::new(LoadCode::Word, format!("`{other}` is not a network")).at(place);
            run.report(stop.help("a network is `none`, `loopback`, `full` or a list of hosts"));
            Network::None
        }
    })
}

fn env(run: &mut Interpreter<'_>, given: &Given) -> Result<Option<Vec<NamePattern>>, Stop> {
    if given.value("env").is_none() {
        return Ok(None);
    }
    names(run, given, "env").map(Some)
}

/// Variables with their values.
type Settings = Vec<(Box<str>, Box<str>)>;

/// The variables that the command gets.
fn set(run: &mut Interpreter<'_>, given: &Given) -> Result<Settings, Stop> {
    let mut set = Vec::new();
    for (name, value) in entries(run, given, "set")? {
        if let Some(text) = given.text(run, "set", &value) {
            run.heap.meter.keep(&text.text)?;
            set.push((name, (*text.text).into()));
        }
    }
    Ok(set)
}

/// Bounds by name.
fn limits(run: &mut Interpreter<'_>, given: &Given) -> Result<Vec<(Box<str>, u64)>, Stop> {
    let mut limits = Vec::new();
    for (name, value) in entries(run, given, "limits")? {
        let place = run.place_of(&value, given.place);
        if !LIMITS.contains(&&*name) {
            let message = format!("`{name}` is none of `{}`", LIMITS.join("`, `"));
            run.report(Stop::new(LoadCode::Word, message).at(place));
        }
        match value.as_int().and_then(|number| u64::try_from(number).ok()) {
            Some(most) => limits.push((name, most)),
            None => given.unsuited(run, "limits", &value, "whole numbers from zero"),
        }
    }
    Ok(limits)
}

/// The entries of a dict with strings as keys.
fn entries(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<Vec<(Box<str>, Value)>, Stop> {
    let Some(value) = given.value(name) else {
        return Ok(Vec::new());
    };
    super::program::entries_of(run, given, name, &value)
}
