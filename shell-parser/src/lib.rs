//! Bash text to the segments it may execute.
#![forbid(unsafe_code)]

mod argv;
mod assigned;
mod collect;
mod cst;
mod dialect;
mod documents;
mod environment;
mod field;
mod gap;
mod limits;
mod lower;
mod placeless;
mod preflight;
mod print;
mod script;
mod segment;
mod value;
mod variables;
mod working_directory;
mod wrapper;

use diagnostics::Span;

use documents::Document;
use lower::Original;

pub use argv::script_of_argv;
pub use collect::{segments, segments_in};
pub use dialect::Dialect;
pub use environment::Environment;
pub use gap::{Gap, GapReason};
pub use limits::Limits;
pub use placeless::placeless;
pub use print::{PrintError, print};
pub use script::{
    Arm, Assignment, AssignmentOperator, Body, Code, Command, Condition, Direction, Enclosure, Invocation,
    Launch, Link, Moment, Negation, NextArm, Part, Pipeline, Quoting, Redirect, RedirectMode, RedirectTarget,
    Repeat, Script, Spread, Stage, Statement, TestItem, Word,
};
pub use segment::{Argument, FileRedirect, Input, Place, Segment, Setting};
pub use value::{Found, FoundLinks, Value};
pub use working_directory::WorkingDirectory;

/// Reads a text as a script. Any text gives one; what is not understood is among its [`gaps`](Script::gaps).
pub fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Script {
    let whole = |reason| Gap {
        span: Span::of(0, text.len()),
        reason,
    };
    if text.len() > limits.bytes {
        return Script {
            body: Body::default(),
            gaps: vec![whole(GapReason::TooLong)],
        };
    }
    let mut gaps = preflight::character_gaps(text);
    let mut script = read(text, text, &[], dialect, limits).unwrap_or_else(|bound| Script {
        body: Body::default(),
        gaps: vec![whole(bound)],
    });
    if !script.gaps.is_empty()
        && text.contains("<<")
        && let Some(lifted) = documents::lift(text)
        && let Ok(certain) = read(&lifted.text, text, &lifted.documents, dialect, limits)
        && certain.gaps.is_empty()
    {
        script = certain;
    }
    script.gaps.append(&mut gaps);
    script.gaps.sort_by_key(|gap| (gap.span, gap.reason));
    script.gaps.dedup();
    limit_gaps(&mut script.gaps, limits);
    script
}

/// Reads what is left of a text when documents are taken out of it; all of it, where none are.
fn read(
    left: &str,
    text: &str,
    documents: &[Document],
    dialect: Dialect,
    limits: &Limits,
) -> Result<Script, GapReason> {
    let mut cst = cst::read(left, limits)?;
    let mut gaps = std::mem::take(&mut cst.faults);
    gaps.append(&mut dialect::dialect_gaps(dialect, &cst));
    let whole = Original {
        text,
        documents,
        dialect,
    };
    let mut script = lower::lower(&cst, whole, limits);
    script.gaps.append(&mut gaps);
    Ok(script)
}

/// Keeps the first gaps of a text that is full of them; one more stands for the rest.
fn limit_gaps(gaps: &mut Vec<Gap>, limits: &Limits) {
    if gaps.len() > limits.gaps {
        let rest = gaps.split_off(limits.gaps);
        let span = rest.iter().map(|gap| gap.span).reduce(Span::to);
        gaps.extend(span.map(|span| Gap {
            span,
            reason: GapReason::TooMany,
        }));
    }
}

/// Reads bytes as a script; what is not UTF-8 is a gap, and the rest is read with replacement characters.
pub fn parse_bytes(bytes: &[u8], dialect: Dialect, limits: &Limits) -> (String, Script) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut script = parse(&text, dialect, limits);
    if std::str::from_utf8(bytes).is_err() {
        script.gaps.insert(
            0,
            Gap {
                span: Span::of(0, text.len()),
                reason: GapReason::Encoding,
            },
        );
    }
    (text, script)
}
