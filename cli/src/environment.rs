//! What the process was started with: the only place that looks at the environment.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::SystemTime;

use gatekeeper::hook::Agent;

/// The directory the process was started in, where it still exists.
pub(crate) fn directory() -> Option<PathBuf> {
    env::current_dir().ok()
}

/// `$HOME`; where it is not set, as for services, or empty, what the user database says.
pub(crate) fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// `$TMPDIR`, where it is an absolute path.
pub(crate) fn temporary() -> Option<PathBuf> {
    absolute("TMPDIR")
}

/// `$PATH`.
pub(crate) fn path() -> Option<OsString> {
    env::var_os("PATH")
}

/// `$XDG_CONFIG_HOME`, where it is an absolute path: its specification says that others do not count.
pub(crate) fn settings() -> Option<PathBuf> {
    absolute("XDG_CONFIG_HOME")
}

/// `$XDG_DATA_HOME`, where it is an absolute path.
pub(crate) fn data() -> Option<PathBuf> {
    absolute("XDG_DATA_HOME")
}

/// `$XDG_STATE_HOME`, where it is an absolute path.
pub(crate) fn state() -> Option<PathBuf> {
    absolute("XDG_STATE_HOME")
}

/// What tells agents whom to ask, where variables move it. What is not UTF-8 no judged path leads to.
pub(crate) fn agents() -> Vec<String> {
    let moved = Agent::moved_settings(variable).into_iter();
    moved
        .filter_map(|path| path.into_os_string().into_string().ok())
        .collect()
}

/// The time, for what holds only for a while.
#[expect(clippy::disallowed_methods, reason = "no verdict depends on it")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// Why there is no [`log`].
pub(crate) const NO_LOG: &str = "there is no log: neither $HOME nor $XDG_STATE_HOME is set";

/// The directory of the user's log, where one is known.
pub(crate) fn log() -> Option<PathBuf> {
    let state = state().or_else(|| home().map(|home| home.join(".local/state")));
    state.map(|state| state.join("execpolicy"))
}

/// All variables.
pub(crate) fn all() -> Vec<(OsString, OsString)> {
    env::vars_os().collect()
}

/// The names of all variables that are UTF-8, sorted.
pub(crate) fn names() -> Vec<Box<str>> {
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<Box<str>> = names.map(String::into_boxed_str).collect();
    names.sort_unstable();
    names
}

/// Whether a terminal may be sent colours: `NO_COLOR` is not set, and `TERM` is not `dumb`.
pub(crate) fn wants_colours() -> bool {
    variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb")
}

fn absolute(name: &str) -> Option<PathBuf> {
    let path = variable(name).map(PathBuf::from);
    path.filter(|path| path.is_absolute())
}

/// A variable, where it is set.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
