//! What comes with the program: knowledge of programs, and what it makes of them where no policy file speaks.

use diagnostics::Source;
use execpolicy::Knowledge;

/// The entries of `policies/programs/`, compiled. An entry is read when a command first names it.
const PROGRAMS: &str = include_str!("../../policies/compiled.jsonl");

/// What is known of programs.
pub(crate) fn knowledge() -> Knowledge {
    Knowledge::compiled(PROGRAMS)
}

/// A pack that policy files may load; there is none yet.
pub(crate) fn pack(_name: &str) -> Option<Source> {
    None
}
