//! The tools that only look.

use std::ffi::OsString;

use diagnostics::visible;
use gatekeeper::{Decision, Judgement, NoAmendment};
use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use serde_json::json;
use server::{of_judgement, short};

use crate::arguments::{CheckArguments, read};
use crate::room::Room;
use crate::told::{result, wrong};
use crate::tools::ToolName;

/// Answers a call of a tool that only looks.
pub(crate) fn look(room: &Room, tool: ToolName, arguments: Option<JsonObject>) -> CallToolResult {
    looked(room, tool, arguments).unwrap_or_else(wrong)
}

fn looked(room: &Room, tool: ToolName, arguments: Option<JsonObject>) -> Result<CallToolResult, String> {
    let arguments: CheckArguments = read(arguments)?;
    if tool == ToolName::Propose && arguments.confinement.is_some() {
        return Err("the arguments are wrong: unknown field `confinement`".to_owned());
    }
    let command = arguments.command()?;
    let place = room.place(arguments.cwd.as_deref())?;
    let mut variables = room.options.variables.iter();
    // Of a variable that is there twice, the last counts.
    let path = variables.rfind(|(name, _)| name == "PATH");
    let path: Option<OsString> = path.map(|(_, path)| path.clone());
    let mut context = place.to_look(path, arguments.confinement.as_deref())?;
    let gatekeeper = place.live.current();
    let judgement = if tool == ToolName::Explain {
        gatekeeper.explain_in_place(command, &mut context)
    } else {
        gatekeeper.judge_in_place(command, &mut context)
    };
    let judgement = gatekeeper.propose(judgement, &context);
    if tool == ToolName::Propose {
        return Ok(proposed(&judgement));
    }
    let mut lines = vec![of_judgement(&judgement)];
    if tool == ToolName::Explain {
        lines.extend(
            judgement
                .doings()
                .iter()
                .map(|doing| format!("it: {}", short(doing))),
        );
    }
    if judgement.decision() != Decision::Allow {
        lines.extend(gatekeeper.notices().iter().map(|notice| short(&notice.message)));
    }
    let told = vec![ContentBlock::text(lines.join("\n"))];
    Ok(result(told, &judgement.report(), false))
}

fn proposed(judgement: &Judgement) -> CallToolResult {
    let (text, told) = if let Some(amendment) = judgement.amendment() {
        (
            format!(
                "{}\nalso allows: {}\ndoes not allow: {}",
                visible(amendment.rule()),
                visible(amendment.example()),
                visible(amendment.near_miss())
            ),
            json!({
                "rule": amendment.rule(),
                "prefix": amendment.prefix(),
                "alsoAllows": amendment.example(),
                "doesNotAllow": amendment.near_miss(),
            }),
        )
    } else {
        let why = judgement.no_amendment().map(NoAmendment::to_string);
        let why = short(&why.unwrap_or_default());
        (
            format!("no rule is proposed: {why}"),
            json!({ "rule": null, "why": why }),
        )
    };
    result(vec![ContentBlock::text(text)], &told, false)
}
