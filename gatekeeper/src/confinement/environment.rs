//! Which variables reach a confined command.

use std::ffi::{OsStr, OsString};

use execpolicy::{NamePattern, Profile};
use sandbox::{HTTP_PORT, SOCKS_PORT};

/// What passes where a profile names nothing: who and where the user is, how terminals and languages are set, and where
/// tools keep what they know. A name with `*` at its end stands for all that begin so.
const PASSING: &[&str] = &[
    // who and where
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PWD",
    "TZ",
    "HOSTNAME",
    // languages and terminals
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TERM",
    "TERMINFO*",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR*",
    "TERM_PROGRAM*",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "LESS",
    "MANPATH",
    "INFOPATH",
    // that a machine is at work
    "CI",
    "CONTINUOUS_INTEGRATION",
    "DEBIAN_FRONTEND",
    "SOURCE_DATE_EPOCH",
    // where things are kept
    "XDG_CACHE_HOME",
    "XDG_CONFIG_*",
    "XDG_DATA_*",
    "XDG_STATE_HOME",
    // tools
    "CARGO_*",
    "RUST*",
    "SCCACHE_*",
    "GO*",
    "CGO_*",
    "JAVA_HOME",
    "JDK_HOME",
    "MAVEN_*",
    "M2_HOME",
    "GRADLE_*",
    "NODE_ENV",
    "NODE_PATH",
    "NODE_OPTIONS",
    "NVM_*",
    "VOLTA_HOME",
    "FNM_*",
    "NPM_CONFIG_*",
    "npm_config_*",
    "YARN_*",
    "PNPM_HOME",
    "BUN_INSTALL",
    "DENO_*",
    "PYTHON*",
    "VIRTUAL_ENV",
    "CONDA_*",
    "PYENV_*",
    "PIP_*",
    "UV_*",
    "POETRY_*",
    "RBENV_*",
    "GEM_*",
    "BUNDLE_*",
    "DOTNET_*",
    "NUGET_*",
    "CC",
    "CXX",
    "CPP",
    "AR",
    "LD",
    "CFLAGS",
    "CXXFLAGS",
    "CPPFLAGS",
    "LDFLAGS",
    "MAKEFLAGS",
    "CMAKE_*",
    "PKG_CONFIG*",
    "CCACHE_*",
    "GIT_AUTHOR_*",
    "GIT_COMMITTER_*",
    "MISE_*",
    "ASDF_*",
    "SDKMAN_*",
    "HOMEBREW_*",
    "NIX_*",
];

/// Words in names of variables that hold secrets, whatever begins the name.
const SECRET: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "AUTH",
    "COOKIE",
    "SESSION_KEY",
    "SIGNING_KEY",
];

/// What changes the meaning of a program before it begins: it reaches no command, whatever a profile names.
const MEANING: &[&str] = &[
    "BASH_ENV",
    "ENV",
    "SHELLOPTS",
    "BASHOPTS",
    "PS4",
    "IFS",
    "CDPATH",
    "GLOBIGNORE",
    "PROMPT_COMMAND",
    "BASH_FUNC_*",
    "LD_*",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "MALLOC_*",
    "GLIBC_TUNABLES",
    "BASH_LOADABLES_PATH",
];

/// The environment of a command: of the caller's variables those that pass, and what the profile sets.
pub(super) fn of(profile: &Profile, variables: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    let passes = |name: &str| match &profile.env {
        Some(patterns) => patterns.iter().any(|pattern: &NamePattern| pattern.matches(name)),
        None => is_one(name, PASSING) && !is_secret(name),
    };
    let mut environment: Vec<(OsString, OsString)> = variables
        .iter()
        .filter(|(name, _)| {
            name.to_str()
                .is_some_and(|name| passes(name) && !is_one(name, MEANING))
        })
        .cloned()
        .collect();
    let mut set = |name: &str, value: &str| put(&mut environment, name.as_ref(), value.as_ref());
    // The command's own, whatever the caller's was.
    set("TMPDIR", "/tmp");
    for (name, value) in &profile.set {
        if !is_one(name, MEANING) {
            set(name, value);
        }
    }
    environment
}

/// Tells programs of the proxy that leads to these hosts.
pub(super) fn tell_of_proxy(environment: &mut Vec<(OsString, OsString)>, hosts: &[String]) {
    let mut set = |name: &str, value: &str| put(environment, name.as_ref(), value.as_ref());
    let http = format!("http://127.0.0.1:{HTTP_PORT}");
    for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
        set(name, &http);
    }
    for name in ["all_proxy", "ALL_PROXY"] {
        set(name, &format!("socks5h://127.0.0.1:{SOCKS_PORT}"));
    }
    // The command's own loopback needs no proxy; where the host's is named, that is what is meant by it.
    if !hosts
        .iter()
        .any(|host| host.starts_with("localhost") || host.starts_with("127."))
    {
        for name in ["no_proxy", "NO_PROXY"] {
            set(name, "localhost,127.0.0.1,::1");
        }
    }
}

/// Gives a variable its one value.
pub fn put(environment: &mut Vec<(OsString, OsString)>, name: &OsStr, value: &OsStr) {
    environment.retain(|(other, _)| other != name);
    environment.push((name.to_owned(), value.to_owned()));
}

/// Whether a name is one of a list, in which `*` at an end stands for any end.
fn is_one(name: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *entry,
    })
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    // Who wrote a commit is said by a word that begins like one of these.
    let name = name.strip_prefix("GIT_AUTHOR_").unwrap_or(&name);
    SECRET.iter().any(|word| name.contains(word))
}
