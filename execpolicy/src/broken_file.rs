//! A policy file that does not load, and what that asks of every verdict.

use diagnostics::{Diagnostic, LabelRole, Position};

use crate::{Decision, Layer};

/// A policy file that does not load. What it would say is not known, so that no verdict is an allow: its rules that
/// restrict and could be read still count, and none of those that loosen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrokenFile {
    /// Whose word it would be.
    pub layer: Layer,
    /// The file, as it was named.
    pub file: Box<str>,
    /// What is wrong with it; never empty, and maybe in a pack that it loads.
    pub findings: Vec<Diagnostic>,
}

impl BrokenFile {
    /// What it asks of every verdict: the system's forbids, since nobody who is asked may answer for it.
    pub fn decision(&self) -> Decision {
        if self.layer.is_system() {
            Decision::Forbidden
        } else {
            Decision::Prompt
        }
    }

    /// The text and the place of the first thing that is wrong: the name of the file or pack, line and column.
    pub fn place(&self) -> Option<(&str, Position)> {
        let mut labels = self.findings.iter().flat_map(|finding| &finding.labels);
        let label = labels.find(|label| label.role == LabelRole::Primary)?;
        Some((label.source.name(), label.source.position(label.span.start())))
    }
}
