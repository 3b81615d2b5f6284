//! `execpolicy sandbox`: the launcher alone. Who types it has decided; nothing is judged.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostics::{Diagnostic, Severity};
use gatekeeper::confinement::{self, Confinement};
use gatekeeper::sandbox::proxy::Hosts;
use gatekeeper::sandbox::{self, Command, Host, Network, Plan, Tier};
use gatekeeper::{ConfinementName, DEFAULT_PATH, Dialect, codes};

use crate::args::{ApprovalWord, GivenArgs, PolicyArgs, SandboxArgs};
use crate::exit::Exit;
use crate::launch::Telling;
use crate::policy::Policy;
use crate::request::{Place, context, wrong_place};
use crate::{environment, launch, output};

/// Confines and runs.
pub(crate) fn run(args: &SandboxArgs) -> Exit {
    match prepare(args) {
        Ok((plan, command)) if args.dry_run => launch::show(&plan, &command),
        Ok((plan, command)) => match Telling::new(args.report.as_deref(), args.denials.into()) {
            Ok(telling) => launch::run(plan, command, telling),
            Err(exit) => exit,
        },
        Err(exit) => exit,
    }
}

fn prepare(args: &SandboxArgs) -> Result<(Plan, Command), Exit> {
    let wrong = |message: String, help: &str| {
        let finding = Diagnostic::new(codes::WRONG_SURROUNDINGS, Severity::Error, message).help(help);
        output::wrong_usage(finding, None)
    };
    let here = environment::directory().ok_or_else(|| {
        wrong(
            "the working directory is gone".to_owned(),
            "change into one that exists",
        )
    })?;
    let no_place = |finding| output::wrong_usage(finding, None);
    let place = Place {
        cwd: None,
        workspace: args.workspace.as_deref(),
        home: None,
        temporary: environment::temporary(),
        path: None,
        approval: ApprovalWord::OnRequest,
        confinement: None,
        dialect: Dialect::Bash,
    };
    let surroundings = place.surroundings().map_err(no_place)?;
    let context = context(&surroundings).map_err(no_place)?;
    let policy = Policy::new(&PolicyArgs {
        given: GivenArgs {
            rules: args.rules.clone(),
            no_default: false,
        },
        no_layers: args.no_layers,
    });
    let places = policy.places(&surroundings, context.workspace.as_deref());
    let places = places.map_err(|error| no_place(wrong_place(&error)))?;
    let gatekeeper = policy.open(&places).map_err(|findings| {
        output::complain(&findings, None);
        Exit::Failed
    })?;
    // Nothing is judged here; a profile of theirs that is asked for is not found.
    for file in gatekeeper.broken() {
        output::complain(&file.findings, None);
    }
    let name = ConfinementName::new(args.profile.as_str());
    let resolved = gatekeeper
        .confinement(&name, &context, &environment::all())
        .map_err(|error| wrong(error.to_string(), error.help()))?;
    let mut resolved =
        adjust(resolved, args, &here).map_err(|message| wrong(message, "see `execpolicy sandbox --help`"))?;
    let variables = &mut resolved.profile.environment;
    if !variables.iter().any(|(name, _)| name == "PATH") {
        variables.push(("PATH".into(), DEFAULT_PATH.into()));
    }
    let command = launch::command(&args.argv, &here, &resolved.profile.environment)?;
    let mut plan =
        sandbox::plan(&resolved.profile, &Host::look()).map_err(|error| launch::refused(&error))?;
    if resolved.profile.network == Network::Proxied {
        let gate = Hosts::new(&resolved.hosts)
            .map_err(|error| wrong(error.to_string(), "write `--network github.com,*.crates.io:443`"))?;
        plan.behind(Arc::new(gate));
    }
    launch::tell_unseen(&resolved.unseen);
    Ok((plan, command))
}

/// What the command line adds to the profile.
fn adjust(mut resolved: Confinement, args: &SandboxArgs, here: &Path) -> Result<Confinement, String> {
    let real = |path: &PathBuf| {
        here.join(path)
            .canonicalize()
            .map_err(|error| format!("`{}`: {error}", path.display()))
    };
    let all = |paths: &[PathBuf]| paths.iter().map(real).collect::<Result<Vec<_>, _>>();
    let profile = &mut resolved.profile;
    profile.writable.extend(all(&args.writable)?);
    profile.shown.extend(all(&args.readable)?);
    profile.hidden.extend(all(&args.hidden)?);
    profile.protected.extend(all(&args.protected)?);
    profile.accepted = args.accept_tier.unwrap_or(Tier::Full);
    match args.network.as_deref() {
        None => {}
        Some("none") => profile.network = Network::None,
        Some("loopback") => profile.network = Network::Loopback,
        Some("full") => profile.network = Network::Full,
        Some(hosts) => resolved.lead_to(hosts.split(',').map(ToOwned::to_owned).collect()),
    }
    let profile = &mut resolved.profile;
    for entry in &args.env {
        let (name, value) = entry_of(entry);
        let value = match value {
            Some(value) => Some(value),
            None => environment::all()
                .into_iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| value),
        };
        if let Some(value) = value {
            confinement::put(&mut profile.environment, &name, &value);
        }
    }
    for limit in &args.limit {
        let (name, most) = limit
            .split_once('=')
            .ok_or(format!("`{limit}` is no limit: write NAME=NUMBER"))?;
        let most = most.parse().map_err(|_| format!("`{most}` is no whole number"))?;
        let limits = &mut profile.limits;
        let place = match name {
            "processes" => &mut limits.processes,
            "open_files" => &mut limits.open_files,
            "file_size" => &mut limits.file_size,
            "memory" => &mut limits.memory,
            "cpu_seconds" => &mut limits.cpu_seconds,
            "wall_seconds" => &mut limits.wall_seconds,
            _ => {
                return Err(format!(
                    "`{name}` is no limit: there are processes, open_files, file_size, memory, cpu_seconds, wall_seconds"
                ));
            }
        };
        *place = Some(most);
    }
    Ok(resolved)
}

/// `NAME=VALUE`, or `NAME`.
fn entry_of(entry: &OsStr) -> (OsString, Option<OsString>) {
    let mut parts = entry.as_bytes().splitn(2, |byte| *byte == b'=');
    let mut part = || parts.next().map(|bytes| OsStr::from_bytes(bytes).to_owned());
    (part().unwrap_or_default(), part())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_all_bytes_of_its_value() {
        for (entry, name, value) in [
            (&b"NAME"[..], &b"NAME"[..], None),
            (b"NAME=", b"NAME", Some(&b""[..])),
            (b"NAME=a=b", b"NAME", Some(b"a=b")),
            (b"NAME=\xff", b"NAME", Some(b"\xff")),
        ] {
            let (found, given) = entry_of(OsStr::from_bytes(entry));
            assert_eq!(found.as_bytes(), name, "{entry:?}");
            assert_eq!(given.as_deref().map(OsStr::as_bytes), value, "{entry:?}");
        }
    }
}
