//! Scripts that readers of shells have tripped over, and ordinary ones, each with a name.

mod commands;
mod dash;
mod expansions;
mod redirects;
mod state;
mod variables;
mod words;

/// A script with a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Case {
    /// What it is about.
    pub name: &'static str,
    /// The text; `c0`, `c1` and `evil` are programs.
    pub script: &'static str,
}

/// One case a line: its name and its text.
macro_rules! case_table {
    ($( $name:ident $script:literal )+) => {
        /// Every case, by construct.
        pub(super) const CASES: &[super::Case] = &[ $( super::Case { name: stringify!($name), script: $script }, )+ ];
    };
}
use case_table;

/// The tables.
const TABLES: &[&[Case]] = &[
    words::CASES,
    expansions::CASES,
    commands::CASES,
    redirects::CASES,
    state::CASES,
    variables::CASES,
    dash::CASES,
];

/// Every case, by construct.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    TABLES.iter().copied().flatten()
}

/// A case by a number; numbers past the last one begin again.
pub fn case(number: usize) -> Option<&'static Case> {
    let count: usize = TABLES.iter().map(|table| table.len()).sum();
    cases().nth(number.checked_rem(count)?)
}
