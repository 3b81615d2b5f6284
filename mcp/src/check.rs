//! The tools that only look.

use std::ffi::OsString;

use diagnostics::visible;
use gatekeeper::{ConfinementName, Decision, Gatekeeper, Judgement};
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
        return Err(
            "the arguments are wrong: propose_rule takes no `confinement`, a rule counts in each; leave it out".to_owned(),
        );
    }
    let command = arguments.command()?;
    let place = room.place(arguments.cwd.as_deref())?;
    let mut variables = room.options.variables.iter();
    // Of a variable that is there twice, the last counts.
    let path = variables.rfind(|(name, _)| name == "PATH");
    let path: Option<OsString> = path.map(|(_, path)| path.clone());
    let gatekeeper = place.live.current();
    if let Some(name) = &arguments.confinement {
        is_known(&gatekeeper, name)?;
    }
    let mut context = place.to_look(path, arguments.confinement.as_deref())?;
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

/// # Errors
/// In words, where there is no profile of this name: what it would keep is not known.
fn is_known(gatekeeper: &Gatekeeper, name: &str) -> Result<(), String> {
    let profile = ConfinementName::new(name);
    if profile.is_none() || gatekeeper.describes(&profile) {
        return Ok(());
    }
    let known = gatekeeper.profile_names().map(|name| format!("`{name}`"));
    let known: Vec<String> = known.collect();
    let why = format!(
        "there is no profile `{name}`; `confinement` is one of {}",
        known.join(", ")
    );
    Err(short(&why))
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
        let why = judgement.no_amendment();
        let why = why.map_or_else(String::new, |why| format!("{why}; {}", why.help()));
        let why = short(&why);
        (
            format!("no rule is proposed: {why}"),
            json!({ "rule": null, "why": why }),
        )
    };
    result(vec![ContentBlock::text(text)], &told, false)
}
