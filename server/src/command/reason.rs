//! Why something is asked about, refused or failed, in lines for people and models.

use diagnostics::{Diagnostic, visible};
use gatekeeper::Judgement;
use gatekeeper::sandbox::proxy::Ending;
use gatekeeper::sandbox::{Outcome, Status};

use crate::protocol::Violation;

/// Findings that are told; of more, the number is.
const MOST: usize = 4;

/// Characters of one line.
const LONGEST: usize = 700;

/// Things that a command was kept from that are told.
const MOST_VIOLATIONS: usize = 64;

/// Why a verdict is no allow: each part of the command that is in the way on a line, with whose rule it is and what to do.
pub fn of_judgement(judgement: &Judgement) -> String {
    let findings = judgement.findings();
    let mut lines: Vec<String> = findings.iter().take(MOST).map(line).collect();
    let more = findings.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

fn line(finding: &Diagnostic) -> String {
    let rule = finding
        .labels
        .iter()
        .find(|label| label.source.name() != "command");
    let place = rule.map_or_else(String::new, |label| {
        let line = label.source.position(label.span.start()).line;
        format!(" [{}:{line}]", label.source.name())
    });
    let help = finding.help.first();
    let help = help.map_or_else(String::new, |help| format!("; {help}"));
    short(&format!("{}{place}{help}", finding.message))
}

/// A text of a stranger as one short line.
pub fn short(text: &str) -> String {
    visible(text.trim()).chars().take(LONGEST).collect()
}

/// What a command was kept from.
pub fn violations(outcome: &Outcome) -> Vec<Violation> {
    let observed = outcome.observed.iter().flat_map(|observed| &observed.violations);
    let seen = observed.map(|violation| Violation {
        message: short(&violation.to_string()),
        grant: violation.grant.as_ref().map(|grant| short(&grant.to_string())),
    });
    let refused = outcome
        .contacts
        .list
        .iter()
        .filter_map(|contact| match &contact.ending {
            Ending::Refused { why } => Some(Violation {
                message: short(&format!("{} was not connected to: {why}", contact.destination)),
                grant: None,
            }),
            Ending::Connected | Ending::Failed { .. } => None,
        });
    seen.chain(refused).take(MOST_VIOLATIONS).collect()
}

/// How a command ended, where that has to be said.
pub fn of_status(status: Status) -> Option<String> {
    match status {
        Status::Exited(_) => None,
        Status::Killed(signal) => Some(format!("it was ended by signal {signal}")),
        Status::TimedOut => Some("its time was over, and it was killed".to_owned()),
    }
}
