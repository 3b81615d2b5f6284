//! A confinement in a few lines, for people.

use diagnostics::visible;
use gatekeeper::sandbox::{self, Host, Plan};
use gatekeeper::{Context, Gatekeeper, Judgement};

use crate::{environment, launch};

/// What is done to confine it, under a heading.
pub(crate) fn steps(plan: &Plan) -> impl Iterator<Item = String> {
    let steps = launch::steps(plan);
    std::iter::once("Steps".to_owned()).chain(steps.into_iter().map(|step| format!("  {step}")))
}

/// What the command of a judgement would run in here: the profile, and the steps by which this host enforces it. `None`
/// where nothing confines it.
pub(crate) fn section(gatekeeper: &Gatekeeper, judgement: &Judgement, context: &Context) -> Option<String> {
    let name = judgement.confinement(context);
    let name = name.filter(|name| !name.is_none())?;
    let mut lines = match gatekeeper.confinement(name, context, &environment::all()) {
        Ok(confinement) => {
            let mut lines = confinement.summary();
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
