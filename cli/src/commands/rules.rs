//! `execpolicy rules`: lists rules, takes one out, takes the last change back, proposes some.

mod list;
mod remove;
mod suggest;

use std::path::{Path, PathBuf};

use diagnostics::render::to_json;
use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::amendment_file::{self, Amending, AmendmentFileError};
use gatekeeper::{Context, Defaults, Gatekeeper, Layers, codes};
use serde::Serialize;

use crate::args::{Format, RulesArgs, RulesVerb, UndoArgs};
use crate::exit::Exit;
use crate::{output, request};

/// One of the verbs below.
pub(crate) fn run(args: &RulesArgs) -> Exit {
    let done = match &args.verb {
        RulesVerb::List(args) => list::run(args),
        RulesVerb::Remove(args) => remove::run(args),
        RulesVerb::Undo(args) => undo(args),
        RulesVerb::Suggest(args) => suggest::run(args),
    };
    match done {
        Ok(exit) | Err(exit) => exit,
    }
}

fn undo(args: &UndoArgs) -> Result<Exit, Exit> {
    let format = args.format;
    let (context, _) = open(args.place.workspace.as_deref(), &[], format)?;
    let undone = amendment_file::undo(&context).map_err(|error| not_amended(&error, format))?;
    Ok(changed("taken back", &undone, format))
}

/// What is told to programs of a change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeReport<'a> {
    schema: &'static str,
    file: String,
    removed: &'a str,
    inserted: &'a str,
}

/// Tells of a change that was made.
fn changed(what: &str, made: &Amending, format: Option<Format>) -> Exit {
    let file = made.path.display().to_string();
    let text = match output::format(format) {
        Format::Json => to_json(&ChangeReport {
            schema: "execpolicy.rules.change.v1",
            file,
            removed: &made.edit.removed,
            inserted: &made.edit.inserted,
        }),
        Format::Human | Format::Concise => {
            let gone = made.edit.removed.lines().map(|line| ("- ", line));
            let back = made.edit.inserted.lines().map(|line| ("+ ", line));
            let lines = gone.chain(back).filter(|(_, line)| !line.is_empty());
            let lines: Vec<String> = lines
                .map(|(sign, line)| format!("{sign}{}", visible(line)))
                .collect();
            format!("{what} in {}\n{}", visible(&file), lines.join("\n"))
        }
    };
    output::answered(&text)
}

/// Where the rules of this user and of this project are, and the policy of all layers and of these files. What does not
/// load is told, and counts as it does in every verdict.
pub(crate) fn open(
    workspace: Option<&Path>,
    given: &[PathBuf],
    format: Option<Format>,
) -> Result<(Context, Gatekeeper), Exit> {
    let (context, places) = request::here(workspace, format)?;
    let gatekeeper = Gatekeeper::of_found(&Layers::find(&places, given), Defaults::BuiltIn);
    let broken = gatekeeper.broken().iter();
    let broken: Vec<Diagnostic> = broken.flat_map(|file| file.findings.iter().cloned()).collect();
    if !broken.is_empty() {
        output::complain(&broken, format);
    }
    Ok((context, gatekeeper))
}

/// Says why no file was changed.
pub(crate) fn not_amended(error: &AmendmentFileError, format: Option<Format>) -> Exit {
    let mut findings = error.findings().to_vec();
    findings.push(finding(&error.to_string()));
    output::complain(&findings, format);
    Exit::Failed
}

/// No file was changed.
pub(crate) fn finding(message: &str) -> Diagnostic {
    Diagnostic::new(codes::NOT_AMENDED, Severity::Error, message)
}
