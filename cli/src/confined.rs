//! A confinement in a few lines, for people.

use std::path::PathBuf;

use diagnostics::visible;
use gatekeeper::confinement::Confinement;
use gatekeeper::sandbox::{self, Host, Network, Plan, Readable, Scratch};
use gatekeeper::{Context, Gatekeeper, Judgement};

use crate::{environment, launch};

/// Paths that are named; of more, the number is told.
const MOST: usize = 4;

/// What a command may touch in it, each kind on a line.
pub(crate) fn summary(confinement: &Confinement) -> Vec<String> {
    let profile = &confinement.profile;
    let network = match &profile.network {
        Network::None => "nothing".to_owned(),
        Network::Loopback => "itself".to_owned(),
        Network::Proxied => confinement.hosts.join(", "),
        Network::Full => "everything".to_owned(),
    };
    let scratch = match &profile.scratch {
        Scratch::Private => "an empty one of its own".to_owned(),
        Scratch::Directory(path) => path.display().to_string(),
        Scratch::Shared => "the host's".to_owned(),
    };
    let readable = match &profile.readable {
        Readable::Everything => "everything that is not hidden".to_owned(),
        Readable::Only(paths) => named(paths),
    };
    let lines = [
        ("Confinement", profile.name.clone()),
        ("  writes", named(&profile.writable)),
        ("  protected", named(&profile.protected)),
        ("  reads", readable),
        ("  hidden", named(&profile.hidden)),
        ("  connects to", network),
        ("  /tmp", scratch),
    ];
    let lines = lines.map(|(what, how)| format!("{what}: {}", visible(&how)));
    let unseen = confinement.unseen.iter();
    let unseen = unseen.map(|what| format!("  not looked at: {}", visible(what)));
    lines.into_iter().chain(unseen).collect()
}

/// What is done to confine it, under a heading.
pub(crate) fn steps(plan: &Plan) -> impl Iterator<Item = String> {
    let steps = launch::steps(plan);
    std::iter::once("Steps".to_owned()).chain(steps.into_iter().map(|step| format!("  {step}")))
}

/// What the command of a judgement would run in here: the profile, and the steps by which this host enforces it. `None`
/// where nothing confines it.
pub(crate) fn section(gatekeeper: &Gatekeeper, judgement: &Judgement, context: &Context) -> Option<String> {
    let name = judgement.verdict().confinement().or(context.confinement.as_ref());
    let name = name.filter(|name| !name.is_none())?;
    let mut lines = match gatekeeper.confinement(name, context, &environment::all()) {
        Ok(confinement) => {
            let mut lines = summary(&confinement);
            match sandbox::plan(&confinement.profile, &Host::look()) {
                Ok(plan) => {
                    lines.push(format!("  enforced in tier {}", plan.enforcement().tier));
                    lines.extend(steps(&plan));
                }
                Err(error) => lines.push(format!("  not enforced: {}", visible(&error.to_string()))),
            }
            lines
        }
        Err(error) => vec![
            format!("Confinement: {}", visible(name.as_str())),
            format!("  cannot be made here: {}", visible(&error.to_string())),
        ],
    };
    lines.push(String::new());
    Some(lines.join("\n"))
}

fn named(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .take(MOST)
        .map(|path| path.display().to_string())
        .collect();
    match (shown.is_empty(), paths.len().saturating_sub(MOST)) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
