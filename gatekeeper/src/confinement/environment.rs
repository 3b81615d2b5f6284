//! Which variables reach a confined command.

use std::ffi::{OsStr, OsString};

use execpolicy::{Context, Directory, NamePattern, Profile};
use sandbox::{HTTP_PORT, SOCKS_PORT};

use super::credential;
use crate::DEFAULT_PATH;

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
    "OLDPWD",
    "GLOBIGNORE",
    "EXECIGNORE",
    "POSIXLY_CORRECT",
    "BASH_COMPAT",
    "BASH_XTRACEFD",
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

/// What names the proxy to programs.
const PROXY: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// The environment of a command: of the caller's variables those that pass, and what the profile sets.
pub(super) fn of(profile: &Profile, variables: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    let passes = |name: &str, value: &OsStr| {
        if let Some(patterns) = &profile.env {
            return patterns.iter().any(|pattern: &NamePattern| pattern.matches(name));
        }
        // Colons in lists of directories set no password apart.
        let is_harmless = name.ends_with("PATH") || !credential::holds_one(value);
        is_one(name, PASSING) && !is_secret(name) && is_harmless
    };
    let mut environment: Vec<(OsString, OsString)> = variables
        .iter()
        .filter(|(name, value)| {
            name.to_str()
                .is_some_and(|name| passes(name, value) && !is_one(name, MEANING))
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

/// The environment of a command that nothing confines: all of the caller's variables that change no meaning.
pub(crate) fn unconfined(variables: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    let kept = variables
        .iter()
        .filter(|(name, _)| !is_one(&name.to_string_lossy(), MEANING));
    kept.cloned().collect()
}

/// Makes a shell find what was judged. It starts in the directory of the context under that name; its home is the
/// context's, but for one that a profile sets; and it looks programs up in absolute places alone: an empty entry of
/// `PATH` would mean the working directory.
pub(crate) fn settle(
    environment: &mut Vec<(OsString, OsString)>,
    context: &Context,
    variables: &[(OsString, OsString)],
) {
    if let Directory::Known(directory) = &context.cwd {
        put(environment, "PWD".as_ref(), (**directory).as_ref());
    }
    let set_home = value_of(environment, "HOME").filter(|home| value_of(variables, "HOME") != Some(*home));
    if let (None, Some(home)) = (set_home, &context.home) {
        put(environment, "HOME".as_ref(), (**home).as_ref());
    }
    let path = value_of(environment, "PATH").unwrap_or(DEFAULT_PATH.as_ref());
    let places = std::env::split_paths(path).filter(|place| place.is_absolute());
    let path = std::env::join_paths(places).unwrap_or_default();
    let path = if path.is_empty() {
        DEFAULT_PATH.into()
    } else {
        path
    };
    put(environment, "PATH".as_ref(), &path);
}

fn value_of<'e>(environment: &'e [(OsString, OsString)], wanted: &str) -> Option<&'e OsStr> {
    let found = environment.iter().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.as_os_str())
}

/// Names of the variables that a profile gives a command, whatever its caller has.
pub(crate) fn set_by(profile: &Profile) -> impl Iterator<Item = &str> {
    let own = ["TMPDIR", "PWD", "HOME", "PATH"].into_iter().chain(PROXY);
    own.chain(profile.set.iter().map(|(name, _)| &**name))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(given: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        given
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    }

    #[test]
    fn what_changes_a_meaning_is_gone_without_a_confinement_too() {
        let given = variables(&[
            ("BASH_ENV", "/x"),
            ("ENV", "/x"),
            ("BASH_FUNC_git%%", "() { :; }"),
            ("SHELLOPTS", "xtrace"),
            ("BASHOPTS", "extglob"),
            ("PS4", "$(x)"),
            ("LD_PRELOAD", "/x.so"),
            ("IFS", "x"),
            ("OLDPWD", "/elsewhere"),
            ("POSIXLY_CORRECT", "1"),
            ("API_TOKEN", "of the caller"),
        ]);
        assert_eq!(unconfined(&given), variables(&[("API_TOKEN", "of the caller")]));
    }

    fn here(home: Option<&str>) -> Context {
        Context {
            cwd: Directory::Known("/here".into()),
            home: home.map(Into::into),
            ..Context::default()
        }
    }

    #[test]
    fn home_is_the_one_that_was_judged_but_for_a_profiles_own() {
        for (name, callers, environments, judged, wanted) in [
            ("the same", Some("/h"), Some("/h"), Some("/h"), Some("/h")),
            (
                "not normal",
                Some("/a/../h"),
                Some("/a/../h"),
                Some("/h"),
                Some("/h"),
            ),
            ("left out by a profile", Some("/h"), None, Some("/h"), Some("/h")),
            (
                "set by a profile",
                Some("/h"),
                Some("/own"),
                Some("/h"),
                Some("/own"),
            ),
            ("not known", None, None, None, None),
        ] {
            let of = |home: Option<&str>| {
                variables(&home.map(|home| ("HOME", home)).into_iter().collect::<Vec<_>>())
            };
            let mut environment = of(environments);
            settle(&mut environment, &here(judged), &of(callers));
            assert_eq!(value_of(&environment, "HOME"), wanted.map(OsStr::new), "{name}");
        }
    }

    #[test]
    fn programs_are_looked_up_in_absolute_places_alone() {
        for (path, wanted) in [
            (Some("/a:/b"), "/a:/b"),
            (Some(".:/a::bin:/b:"), "/a:/b"),
            (Some("."), DEFAULT_PATH),
            (Some(""), DEFAULT_PATH),
            (None, DEFAULT_PATH),
        ] {
            let mut environment = variables(&[("PWD", "/another")]);
            environment.extend(path.map(|path| ("PATH".into(), path.into())));
            settle(&mut environment, &here(None), &[]);
            assert_eq!(environment, variables(&[("PWD", "/here"), ("PATH", wanted)]));
        }
    }
}
