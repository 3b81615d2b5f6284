//! What one place of a script takes for granted and another may take away: names of functions, read-only variables.

use std::collections::BTreeSet;

use diagnostics::Span;

use crate::{Gap, GapReason};

/// What was seen so far. A function may be called, and a trap may run, before or after what stands behind it in the
/// text, so it is all compared at the end.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Every function.
    functions: BTreeSet<Box<str>>,
    /// Names that must be no function's.
    programs: Vec<(Box<str>, Gap)>,
    /// Variables that are read-only from this offset on.
    frozen: Vec<(Box<str>, usize)>,
    /// Assignments that stand alone, with the last offset at which they may run.
    assigned: Vec<(Box<str>, usize, Span)>,
}

impl Ledger {
    /// Notes a function's definition.
    pub(super) fn defines(&mut self, name: &str) {
        self.functions.insert(name.into());
    }

    /// Notes a place that is only understood where a name is no function's.
    pub(super) fn is_no_function(&mut self, name: &str, span: Span, reason: GapReason) {
        self.programs.push((name.into(), Gap { span, reason }));
    }

    /// Notes that a variable is read-only from here on.
    pub(super) fn freezes(&mut self, name: &str, from: usize) {
        self.frozen.push((name.into(), from));
    }

    /// Notes an assignment that stands alone and runs here, or later up to an offset.
    pub(super) fn assigns(&mut self, name: &str, until: usize, span: Span) {
        self.assigned.push((name.into(), until, span));
    }

    /// The places that another one contradicts.
    ///
    /// An assignment to a read-only variable ends everything up to the end of its line: of what stands around it in
    /// groups and functions, nothing more runs, and the next line does.
    pub(super) fn contradictions(&self) -> Vec<Gap> {
        let calls = self.programs.iter();
        let calls = calls.filter(|(name, _)| self.functions.contains(name));
        let failing = self.assigned.iter().filter(|(name, until, _)| {
            let mut frozen = self.frozen.iter();
            frozen.any(|(frozen, from)| frozen == name && from < until)
        });
        let failing = failing.map(|(_, _, span)| Gap {
            span: *span,
            reason: GapReason::Assignment,
        });
        calls.map(|(_, gap)| gap.clone()).chain(failing).collect()
    }
}
