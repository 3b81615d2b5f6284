//! Bash text to the segments it may execute.
#![forbid(unsafe_code)]

mod cst;
mod gap;
mod limits;
mod script;
mod segment;
mod value;

pub use gap::{Gap, GapReason};
pub use limits::Limits;
pub use script::{
    Assignment, Body, Command, Condition, Invocation, Launch, Link, Negation, Part, Pipeline, Quoting,
    Redirect, RedirectMode, RedirectTarget, Script, Spread, Stage, Statement, Word,
};
pub use segment::{Argument, FileRedirect, Input, Place, Segment, Setting};
pub use value::Value;
