//! `execpolicy allow`: writes the rule for the words that a person gives, and says what it means.

use diagnostics::render::to_json;
use diagnostics::visible;
use gatekeeper::amendment_file::{Addition, AmendmentFile, RuleScope};
use gatekeeper::{Amendment, Decision, Judgement};
use serde::Serialize;

use crate::args::{AllowArgs, Format};
use crate::commands::{check, rules};
use crate::exit::Exit;
use crate::output;
use crate::request::command_of;

/// What came of it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Came {
    Added,
    /// It is written, and counts once the project is trusted.
    AddedUntrusted,
    AlreadyCovered,
    Shown,
}

/// What is told to programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AllowReport<'a> {
    schema: &'static str,
    outcome: Came,
    rule: &'a str,
    also_allows: &'a str,
    near_miss: &'a str,
    /// The file, with the line of the rule that covers it where one does.
    place: String,
}

/// Writes one rule.
pub(crate) fn run(args: &AllowArgs) -> Exit {
    match allow(args) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn allow(args: &AllowArgs) -> Result<Exit, Exit> {
    let command = command_of(&args.words);
    let command = command.map_err(|finding| output::wrong_usage(finding, args.format))?;
    let (mut context, gatekeeper) = rules::open(args.place.workspace.as_deref(), &[], args.format)?;
    let judgement = gatekeeper.judge_in_place(command, &mut context);
    let judgement = gatekeeper.propose_whole(judgement, &context);
    let Some(amendment) = judgement.amendment() else {
        return not_proposed(&judgement, args.format);
    };
    let scope = if args.project {
        RuleScope::Project
    } else {
        RuleScope::User
    };
    let failed = |error| rules::not_amended(&error, args.format);
    let file = AmendmentFile::approved(&context, scope).map_err(failed)?;
    let shown = || (Came::Shown, file.path().display().to_string());
    let (outcome, place) = if args.dry_run {
        shown()
    } else {
        match file.add(amendment.rule()).map_err(failed)? {
            Addition::Added { path, counts } => {
                let came = if counts { Came::Added } else { Came::AddedUntrusted };
                (came, path.display().to_string())
            }
            Addition::AlreadyCovered(origin) => {
                let line = origin.source.position(origin.span.start()).line;
                (Came::AlreadyCovered, format!("{}:{line}", origin.source.name()))
            }
        }
    };
    let text = match output::format(args.format) {
        Format::Json => to_json(&AllowReport {
            schema: "execpolicy.allow.v1",
            outcome,
            rule: amendment.rule(),
            also_allows: amendment.example(),
            near_miss: amendment.near_miss(),
            place,
        }),
        Format::Human | Format::Concise => told(amendment, outcome, &place),
    };
    Ok(output::answered(&text))
}

fn told(amendment: &Amendment, outcome: Came, place: &str) -> String {
    let place = visible(place);
    let end = match outcome {
        Came::Added => format!("added to {place}; `execpolicy rules undo` takes it back"),
        Came::AddedUntrusted => format!(
            "added to {place}, where it counts once the project is trusted: see `execpolicy status`, `execpolicy trust`"
        ),
        Came::AlreadyCovered => format!("nothing is added: {place} says it already"),
        Came::Shown => format!("not added to {place}"),
    };
    format!(
        "{}\n  also allows:     {}\n  does not allow:  {}\n{end}",
        visible(amendment.rule()),
        visible(amendment.example()),
        visible(amendment.near_miss())
    )
}

/// What is allowed without a rule needs none. Of anything else it is said why no rule is written.
fn not_proposed(judgement: &Judgement, format: Option<Format>) -> Result<Exit, Exit> {
    let told = output::format(format);
    if judgement.decision() == Decision::Allow {
        let told = check::tell(judgement, told);
        return Ok(output::exit(Decision::Allow, told));
    }
    let why = judgement.no_amendment().map(ToString::to_string);
    let why = why.filter(|_| judgement.decision() == Decision::Prompt);
    let why = why.unwrap_or_else(|| "a rule forbids it, and no other relaxes that".to_owned());
    let mut findings = judgement.findings();
    findings.push(rules::finding(&format!("no rule is written: {why}")));
    output::complain(&findings, format);
    Err(Exit::Failed)
}
