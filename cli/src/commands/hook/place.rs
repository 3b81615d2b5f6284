//! What an event and this process say of the place, without a work tree.

use std::fs;
use std::path::Path;

use gatekeeper::hook::{Agent, Event};
use gatekeeper::{Dialect, Surroundings};

use crate::environment;

/// What the event of an agent and this process say of the place.
pub(super) fn of(agent: Agent, event: &Event, home: &Path, confined: bool) -> Result<Surroundings, String> {
    let dialect = if confined {
        Dialect::Bash
    } else {
        agent.dialect(event, environment::variable)
    };
    // It is judged again where it really starts, and a yes is to be for the same place.
    let real = event.cwd.as_ref().filter(|_| confined).map(fs::canonicalize);
    let real = real.and_then(Result::ok);
    let real = real.as_deref().map(text).transpose()?;
    let here = of_process(home, dialect)?;
    Ok(Surroundings {
        cwd: real.or_else(|| event.cwd.clone()),
        // A confined command has a `/tmp` of its own, whatever its caller has.
        temporary: here.temporary.filter(|_| !confined),
        ..here
    })
}

/// What this process says of every place: the user's directories and the environment.
pub(crate) fn of_process(home: &Path, dialect: Dialect) -> Result<Surroundings, String> {
    Ok(Surroundings {
        home: Some(text(home)?),
        temporary: environment::temporary().as_deref().map(text).transpose()?,
        settings: environment::settings().as_deref().map(text).transpose()?,
        data: environment::data().as_deref().map(text).transpose()?,
        state: environment::state().as_deref().map(text).transpose()?,
        agents: environment::agents(),
        environment: environment::names(),
        path: environment::path(),
        dialect,
        ..Surroundings::default()
    })
}

/// A path as text, which is all that is judged.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    path.to_str()
        .map(ToOwned::to_owned)
        .ok_or(format!("`{}` is not UTF-8", path.display()))
}
