//! The examples of programs, checked when the whole file is known.

use diagnostics::{Diagnostic, Severity, Span};
use shell_parser::{Argument, Input, Place, Segment, Value, WorkingDirectory};

use super::LoadCode;
use super::bounds::Bound;
use super::example::shown;
use super::store::{Described, Example, Store};
use crate::{Context, EffectKind, Knowledge, Reading};

/// Checks every example against what this file and those before it say of programs; what fails is added to the
/// errors. The examples run in a workspace whose directories all are trusted.
pub(super) fn check(store: &mut Store, earlier: &[Described]) {
    if store.programs.is_empty() {
        return;
    }
    let mut knowledge = Knowledge::default();
    for described in earlier.iter().chain(&store.programs) {
        knowledge.insert(described.entry.clone());
    }
    let mut errors = Vec::new();
    // The names of one call share their examples.
    let mut checked = None;
    for described in &store.programs {
        let call = (&described.declaration.file, described.declaration.span);
        if checked.replace(call) == Some(call) {
            continue;
        }
        for example in &described.only_reads {
            let reading = read(&knowledge, example);
            if !only_reads(&reading) {
                errors.push(wrong(example, "does more than list, read and show"));
            }
        }
        for example in &described.does_more {
            let reading = read(&knowledge, example);
            if only_reads(&reading) {
                errors.push(wrong(example, "only lists, reads and shows"));
            }
        }
    }
    errors.truncate(Bound::Errors.limit());
    store.errors.append(&mut errors);
}

fn read(knowledge: &Knowledge, example: &Example) -> Reading {
    let span = Span::default();
    let argv = example.words.iter().map(|word| Argument {
        value: Value::Exact(word.as_str().into()),
        span,
    });
    let segment = Segment {
        argv: argv.collect(),
        assignments: Vec::new(),
        redirects: Vec::new(),
        input: Input::Inherited,
        place: Place::Direct,
        background: false,
        directory: WorkingDirectory::Start,
        span,
    };
    knowledge.read(&segment, &Context::default())
}

fn only_reads(reading: &Reading) -> bool {
    reading.entry.is_some()
        && reading.nested.is_empty()
        && reading
            .effects
            .iter()
            .all(|effect| matches!(effect.kind, EffectKind::List(_) | EffectKind::Read(_)))
}

fn wrong(example: &Example, what: &str) -> Diagnostic {
    let shown = shown(example);
    Diagnostic::new(
        LoadCode::ProgramExample.code(),
        Severity::Error,
        format!("by this description `{shown}` {what}"),
    )
    .at(&example.origin.source, example.origin.span, "")
}
