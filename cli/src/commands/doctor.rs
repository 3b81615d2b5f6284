//! `execpolicy doctor`: what this host enforces, each promise proved by an attempt.

use diagnostics::render::to_json;
use gatekeeper::sandbox::Host;
use gatekeeper::{AttemptResult, Examination, examine};

use crate::args::{DoctorArgs, Format};
use crate::exit::Exit;
use crate::output;

/// Examines this host and tells.
pub(crate) fn run(args: &DoctorArgs) -> Exit {
    let examination = match examine(&Host::look()) {
        Ok(examination) => examination,
        Err(error) => {
            return output::failed(
                "nothing can be tried: no directory can be made in /var/tmp and /tmp",
                &error,
            );
        }
    };
    let text = match output::format(args.format) {
        Format::Json => to_json(&examination),
        Format::Human | Format::Concise => told(&examination),
    };
    let told = output::answered(&text);
    if examination.is_full() { told } else { Exit::Failed }
}

fn told(examination: &Examination) -> String {
    let mut lines = vec![format!("tier: {}", examination.tier), String::new()];
    for layer in &examination.layers {
        lines.push(format!("{:<20}{}", layer.layer, layer.state));
        if let Some(remedy) = &layer.remedy {
            lines.push(format!("{:<20}to have it: {remedy}", ""));
        }
    }
    lines.push(String::new());
    for attempt in &examination.attempts {
        let result = match attempt.result {
            AttemptResult::Kept => "kept",
            AttemptResult::Broken => "BROKEN",
            AttemptResult::NotTried => "not tried",
        };
        let why = attempt
            .why
            .as_deref()
            .map(|why| format!(" ({why})"))
            .unwrap_or_default();
        lines.push(format!("{result:<12}{}{why}", attempt.promise));
    }
    lines.join("\n")
}
