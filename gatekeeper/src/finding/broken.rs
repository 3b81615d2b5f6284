//! A policy file that does not load, told beside the verdict that it keeps from being an allow.

use diagnostics::Diagnostic;
use execpolicy::{BrokenFile, Decision, Verdict};

use super::grade;
use crate::codes;

/// How many more mistakes of one file are told.
const MORE: usize = 5;

/// One finding for each file, in order.
pub(super) fn broken(verdict: &Verdict) -> Vec<Diagnostic> {
    verdict.broken().iter().map(|file| of_file(file)).collect()
}

/// What is told of one file.
pub(crate) fn of_file(file: &BrokenFile) -> Diagnostic {
    let decision = file.decision();
    let (_, severity) = grade(decision);
    let first = file.findings.first();
    let what = first.map_or("", |finding| finding.message.as_str());
    let message = format!(
        "{decision}: the policy file `{}` of layer `{}` does not load: {what}",
        file.file, file.layer
    );
    let mut told = Diagnostic::new(codes::BROKEN_POLICY, severity, message);
    told.labels = first.map_or_else(Vec::new, |finding| finding.labels.clone());
    for further in file.findings.iter().skip(1).take(MORE) {
        told = told.note(format!("and {}", further.message));
    }
    let untold = file.findings.len().saturating_sub(MORE).saturating_sub(1);
    if untold > 0 {
        told = told.note(format!("and {untold} more"));
    }
    told.help(match decision {
        Decision::Forbidden => "no approval lifts this: have the file repaired",
        Decision::Allow | Decision::Prompt => {
            "repair the file, or have a person say yes to this one command: no yes that was given before counts"
        }
    })
}
