//! Bash text to the segments it may execute.
#![forbid(unsafe_code)]

mod cst;
mod dialect;
mod gap;
mod limits;
mod script;
mod segment;
mod value;

pub use dialect::Dialect;
pub use gap::{Gap, GapReason};
pub use limits::Limits;
pub use script::{
    Assignment, Body, Command, Condition, Invocation, Launch, Link, Negation, Part, Pipeline, Quoting,
    Redirect, RedirectMode, RedirectTarget, Script, Spread, Stage, Statement, Word,
};
pub use segment::{Argument, FileRedirect, Input, Place, Segment, Setting, WorkingDirectory};
pub use value::Value;

/// Reads a text as a script. Any text gives one; what is not understood is among its [`gaps`](Script::gaps).
pub fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Script {
    let _ = (dialect, limits);
    let span = diagnostics::Span::of(0, text.len());
    Script {
        body: Body::default(),
        gaps: vec![Gap {
            span,
            reason: GapReason::Syntax,
        }],
    }
}

/// The script that runs one command with exactly these arguments, and a text whose places its spans name: the
/// arguments, quoted for a shell where they need it.
pub fn script_of_argv(argv: &[&str]) -> (String, Script) {
    let _ = argv;
    (String::new(), parse("", Dialect::Bash, &Limits::default()))
}

/// Everything that a script may execute, in the order of the text.
pub fn segments(script: &Script) -> Vec<Segment> {
    let _ = script;
    Vec::new()
}
