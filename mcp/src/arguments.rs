//! What a call is given, read strictly: a key that is not known may be a restriction, misspelt.

use std::time::Duration;

use gatekeeper::{Command, Dialect, Digest, request};
use rmcp::model::JsonObject;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes of a command. Nobody reads a longer one.
const LONGEST_COMMAND: usize = 256 * 1024;

/// The longest time of a command.
pub(crate) const LONGEST: Duration = Duration::from_secs(3600);

/// The time of a command whose call says nothing.
pub(crate) const USUAL: Duration = Duration::from_secs(600);

/// Of a call to look at a command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckArguments {
    command: Option<String>,
    argv: Option<Vec<String>>,
    pub(crate) cwd: Option<String>,
    /// What the caller will run it in; `none` is nothing.
    pub(crate) confinement: Option<String>,
}

/// Of a call to run a command.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RunArguments {
    command: Option<String>,
    argv: Option<Vec<String>>,
    pub(crate) cwd: Option<String>,
    timeout_ms: Option<u64>,
}

/// Reads the arguments of a call.
///
/// # Errors
/// In words, where they are not of this shape.
pub(crate) fn read<A: DeserializeOwned>(arguments: Option<JsonObject>) -> Result<A, String> {
    let arguments = Value::Object(arguments.unwrap_or_default());
    serde_json::from_value(arguments).map_err(|error| format!("the arguments are wrong: {error}"))
}

impl CheckArguments {
    /// # Errors
    /// In words, where it is no command.
    pub(crate) fn command(&self) -> Result<Command, String> {
        command(self.command.as_deref(), self.argv.as_deref())
    }
}

impl RunArguments {
    /// # Errors
    /// In words, where it is no command.
    pub(crate) fn command(&self) -> Result<Command, String> {
        command(self.command.as_deref(), self.argv.as_deref())
    }

    /// # Errors
    /// In words, where nothing may take that long.
    pub(crate) fn timeout(&self) -> Result<Duration, String> {
        let timeout = self.timeout_ms.map_or(USUAL, Duration::from_millis);
        if timeout.is_zero() || timeout > LONGEST {
            return Err(format!("`timeoutMs` is from 1 to {}", LONGEST.as_millis()));
        }
        Ok(timeout)
    }

    /// Of all that is asked for: another call has another one.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of_text(&format!("run_command {self:?}"))
    }
}

fn command(text: Option<&str>, argv: Option<&[String]>) -> Result<Command, String> {
    let words = argv.iter().flat_map(|argv| argv.iter());
    let words: usize = words.map(|word| word.len().saturating_add(1)).sum();
    if words.max(text.map_or(0, str::len)) > LONGEST_COMMAND {
        return Err(format!("the command is longer than {LONGEST_COMMAND} bytes"));
    }
    // No kernel passes one on, so nobody need be asked about it.
    if text.is_some_and(|text| text.contains('\0')) {
        return Err("`command` holds a NUL byte, which bash cannot be given; take it out".to_owned());
    }
    request::command(text, argv, Dialect::Bash).map_err(|error| error.to_string())
}
