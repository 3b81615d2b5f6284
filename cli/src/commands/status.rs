//! `execpolicy status`: which layers of policy there are, what they say, and what of it does not load.

use diagnostics::render::to_json;
use diagnostics::{Diagnostic, visible};
use gatekeeper::{FoundLayer, Layers, Trust};
use serde::Serialize;

use crate::args::{Format, StatusArgs};
use crate::exit::Exit;
use crate::{output, request};

/// The layers as programs are told of them.
#[derive(Debug, Serialize)]
struct Status {
    schema: &'static str,
    workspace: Option<String>,
    layers: Vec<LayerStatus>,
    /// One line for each thing that is wrong.
    broken: Vec<String>,
}

#[derive(Debug, Serialize)]
struct LayerStatus {
    layer: String,
    directory: Option<String>,
    exists: bool,
    /// Of the project's layer: whether what it loosens counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<&'static str>,
    files: Vec<FileStatus>,
}

#[derive(Debug, Serialize)]
struct FileStatus {
    file: String,
    loads: bool,
    restricting: usize,
    loosening: Vec<String>,
}

/// Looks and tells.
pub(crate) fn run(args: &StatusArgs) -> Exit {
    let (context, places) = match request::here(args.place.workspace.as_deref(), args.format) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let workspace = context.workspace.as_deref();
    let layers = Layers::find(&places, &[]);
    let broken = layers.mistakes();
    let text = match output::format(args.format) {
        Format::Json => to_json(&report(workspace, &layers, &broken)),
        Format::Human | Format::Concise => told(workspace, &layers),
    };
    let told = output::answered(&text);
    output::complain(&broken, args.format);
    if broken.is_empty() { told } else { Exit::Failed }
}

/// What the files of a layer say, a line for each file and for each call in it that loosens.
pub(crate) fn files(layers: &Layers, layer: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for survey in layers.survey(layer) {
        let loads = if survey.loads { "" } else { ", does not load" };
        lines.push(format!(
            "  {}: {} that loosen, {} that restrict{loads}",
            visible(&survey.file),
            survey.loosening.len(),
            survey.restricting
        ));
        for call in survey.loosening {
            lines.push(format!("    {:>4}  {}", call.line, call.text));
        }
    }
    lines
}

fn told(workspace: Option<&str>, layers: &Layers) -> String {
    let mut lines = vec![format!("workspace: {}", visible(workspace.unwrap_or("none")))];
    for found in layers.found() {
        let directory = found.directory.as_deref().unwrap_or_else(|| "".as_ref());
        let state = match trust(found, layers.trust()) {
            _ if !found.exists => "there is none",
            Some("trusted") => "trusted",
            Some("changed") => "not trusted any more: it has changed since; what it loosens has no effect",
            Some(_) => "not trusted: what it loosens has no effect",
            None => "counts",
        };
        let shown = directory.to_string_lossy();
        lines.push(format!("{} ({}): {state}", found.layer, visible(&shown)));
        lines.extend(files(layers, found.layer.as_str()));
    }
    lines
        .push("built in: the guard, which counts as a layer, and the defaults beneath all layers".to_owned());
    lines.join("\n")
}

/// Whether what a layer loosens counts, where that is a question.
fn trust(found: &FoundLayer, trust: &Trust) -> Option<&'static str> {
    if found.layer.as_str() != "project" || !found.exists {
        return None;
    }
    match trust {
        Trust::Nothing => None,
        Trust::Given => Some("trusted"),
        Trust::Never => Some("never"),
        Trust::Withdrawn { .. } => Some("changed"),
        Trust::Unknown(_) => Some("unknown"),
    }
}

fn report(workspace: Option<&str>, layers: &Layers, broken: &[Diagnostic]) -> Status {
    let of_layer = |found: &FoundLayer| LayerStatus {
        layer: found.layer.as_str().to_owned(),
        directory: found
            .directory
            .as_ref()
            .map(|path| path.to_string_lossy().into_owned()),
        exists: found.exists,
        trust: trust(found, layers.trust()),
        files: layers
            .survey(found.layer.as_str())
            .into_iter()
            .map(|survey| FileStatus {
                file: survey.file,
                loads: survey.loads,
                restricting: survey.restricting,
                loosening: survey
                    .loosening
                    .into_iter()
                    .map(|call| format!("{}: {}", call.line, call.text))
                    .collect(),
            })
            .collect(),
    };
    Status {
        schema: "execpolicy.status.v1",
        workspace: workspace.map(ToOwned::to_owned),
        layers: layers.found().iter().map(of_layer).collect(),
        broken: broken.iter().map(|finding| finding.message.clone()).collect(),
    }
}
