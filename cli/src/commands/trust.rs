//! `execpolicy trust` and `execpolicy untrust`: a person vouches for a project's policy, or does so no more.

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::{Layers, Places, Trust, TrustStore, codes};

use crate::args::PlaceArgs;
use crate::commands::status;
use crate::exit::Exit;
use crate::{output, request};

/// Vouches for the project's policy as it is now, and says what then counts.
pub(crate) fn trust(args: &PlaceArgs) -> Exit {
    done(trusted(args))
}

/// Takes that back.
pub(crate) fn untrust(args: &PlaceArgs) -> Exit {
    done(untrusted(args))
}

fn done(result: Result<String, Exit>) -> Exit {
    result.map_or_else(|exit| exit, |text| output::answered(&text))
}

fn trusted(args: &PlaceArgs) -> Result<String, Exit> {
    let (places, store) = places(args)?;
    // The project alone: its files have to load by themselves.
    let alone = Places {
        system: None,
        user: None,
        ..places
    };
    let layers = Layers::find(&alone, &[]).as_if_trusted();
    let Some(project) = layers.project() else {
        let help = "policy files of a project are `.execpolicy/*.codexpolicy` at the root of its work tree";
        return Err(failed("the project has no policy to be trusted", Some(help)));
    };
    let broken = layers.mistakes();
    if !broken.is_empty() {
        output::complain(&broken, None);
        let help = "repair the file first: what it says is not known";
        return Err(failed(
            "nothing is trusted: a file of the project does not load",
            Some(help),
        ));
    }
    store
        .trust(project)
        .map_err(|error| failed(&error.to_string(), None))?;
    let mut lines = status::files(&layers, "project");
    let root = project.root().to_string_lossy();
    let word = match layers.trust() {
        Trust::Given => "already trusted, as it is now",
        Trust::Nothing | Trust::Never | Trust::Withdrawn { .. } | Trust::Unknown(_) => {
            "trusted, as it is now"
        }
    };
    lines.insert(0, format!("{word}: the policy of {}", visible(&root)));
    Ok(lines.join("\n"))
}

fn untrusted(args: &PlaceArgs) -> Result<String, Exit> {
    let (places, store) = places(args)?;
    let Some(workspace) = places.workspace else {
        return Err(failed("there is no project here", None));
    };
    let was = store
        .untrust(&workspace)
        .map_err(|error| failed(&error.to_string(), None))?;
    let shown = workspace.to_string_lossy();
    let word = if was {
        "not trusted any more"
    } else {
        "was not trusted"
    };
    Ok(format!("{word}: the policy of {}", visible(&shown)))
}

fn places(args: &PlaceArgs) -> Result<(Places, TrustStore), Exit> {
    let (_, places) = request::here(args.workspace.as_deref(), None)?;
    let Some(store) = places.store.clone() else {
        return Err(failed(
            "no directory for the user's data is known",
            Some("set `$HOME`"),
        ));
    };
    Ok((places, TrustStore::at(store)))
}

fn failed(message: &str, help: Option<&str>) -> Exit {
    let finding = Diagnostic::new(codes::UNTRUSTED, Severity::Error, message);
    let finding = match help {
        Some(help) => finding.help(help),
        None => finding,
    };
    output::complain(&[finding], None);
    Exit::Failed
}
