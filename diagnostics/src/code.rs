//! The stable name of a kind of finding.

use std::fmt;

/// A finding's stable number, shown as `EP0101`. Each has a page in `docs/diagnostics/`.
///
/// `EP01xx` limits and characters of a command, `EP02xx` what the shell parser does not follow, `EP1xxx` policy
/// files that do not load, `EP3xxx` verdicts, `EP4xxx` requests and files that cannot be read.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EP{:04}", self.0)
    }
}
