//! `host_executable`: the paths under which a program counts as the one of its name.

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::value::Value;
use super::Given;
use crate::HostExecutable;
use crate::path::base_name;

/// Makes the entry of one call.
pub(super) fn call(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(run, "host_executable", &["name", "paths"], arguments);
    let name = given.needed(run, "name");
    if let Some(text) = name.as_ref().and_then(Value::as_text) {
        run.heap.meter.keep(&text.text)?;
    }
    let name = match &name {
        Some(value) => bare_name(run, &given, value),
        None => None,
    };
    let Some(value) = given.needed(run, "paths") else {
        return Ok(());
    };
    if !matches!(value, Value::List(_) | Value::Tuple(_)) {
        given.unsuited(run, "paths", &value, "a list of paths");
        return Ok(());
    }
    let (Some(name), Some(origin)) = (name, run.origin(given.place)) else {
        return Ok(());
    };
    let mut paths: Vec<Box<str>> = Vec::new();
    for item in run.heap.iterate(&value)? {
        let length = item.as_text().map_or(0, |path| path.text.len());
        run.heap.meter.take(length.saturating_add(48))?;
        run.heap.meter.step(paths.len() / 16)?;
        run.heap.meter.read(paths.len().saturating_mul(length) / 8)?;
        if let Some(path) = path(run, &given, &name, &item)
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    run.store.hosts.push(HostExecutable { name, paths, origin });
    Ok(())
}

fn bare_name(run: &mut Interpreter<'_>, given: &Given, value: &Value) -> Option<Box<str>> {
    let text = given.text(run, "name", value)?;
    if text.text.contains(['/', '\\']) || base_name(&text.text).is_empty() {
        let place = run.place_of(value, given.place);
        let message = format!("`{}` is not a bare file name", text.text);
        run.report(Stop::new(LoadCode::ExecutableName, message).at(place));
        return None;
    }
    Some((*text.text).into())
}

fn path(run: &mut Interpreter<'_>, given: &Given, name: &str, value: &Value) -> Option<Box<str>> {
    let text = given.text(run, "paths", value)?;
    let rooted = text.text.starts_with('/') || text.text.starts_with("~/");
    if !rooted || base_name(&text.text) != name || text.text.ends_with('/') {
        let place = run.place_of(value, given.place);
        let message = format!("`{}` is not an absolute path of `{name}`", text.text);
        let stop = Stop::new(LoadCode::ExecutablePath, message).at(place);
        run.report(stop.help("a path begins with `/` or `~/` and ends with the executable's name"));
        return None;
    }
    Some((*text.text).into())
}
