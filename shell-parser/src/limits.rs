//! The bounds within which a script is read.

use std::time::Duration;

/// Bounds on what is parsed; past one the script is a gap with the bound's name.
///
/// The defaults hold the worst inputs measured under 100 ms: a pipeline of 200,000 stages costs an unbounded
/// tree-sitter parse 10 s and 600 MB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of script text that are parsed at all.
    pub bytes: usize,
    /// Nesting of blocks, substitutions and quotes.
    pub depth: usize,
    /// Time that the grammar may take.
    pub parse_time: Duration,
    /// Commands in one script.
    pub segments: usize,
    /// Gaps that are told apart; further ones are told as one.
    pub gaps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            depth: 64,
            parse_time: Duration::from_millis(50),
            segments: 4096,
            gaps: 256,
        }
    }
}
