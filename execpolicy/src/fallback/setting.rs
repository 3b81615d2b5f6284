//! Which variables may be set without asking.

use crate::Context;

/// Variables that only change how output looks, or say that nobody is there.
const HARMLESS: &[&str] = &[
    "CI",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "DEBIAN_FRONTEND",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "RUST_BACKTRACE",
    "TERM",
    "TZ",
];

/// Lower-case variables that programs act upon; `*` at the end is the rest of the name.
const MATTERING: &[&str] = &[
    "all_proxy",
    "auto_proxy",
    "cdpath",
    "fpath",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "module_path",
    "npm_*",
    "path",
    "manpath",
    "mailpath",
    "prompt",
    "psvar",
    "pnpm_*",
    "yarn_*",
    "bun_*",
    "pip_*",
    "conda_*",
    "ac_*",
    "am_*",
];

/// Whether setting this variable surely changes nothing of what programs do.
///
/// Programs listen to more names than anybody can list (`LD_PRELOAD`, `GIT_SSH_COMMAND`, `RUSTC_WRAPPER`,
/// `PYTEST_ADDOPTS` …), so every name counts that is not known to be harmless. Names in lower case are the script's
/// own by custom, but for a few; what is in the environment already reaches programs whatever its case.
pub(super) fn is_harmless(name: &str, context: &Context) -> bool {
    if HARMLESS.contains(&name) {
        return true;
    }
    let is_own = name
        .chars()
        .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
        && name != "_";
    let matters = MATTERING.iter().any(|known| match known.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => *known == name,
    });
    is_own && !matters && !context.environment.iter().any(|known| **known == *name)
}
