//! `execpolicy rules suggest`: the few rules that would have answered most past prompts.

use diagnostics::render::to_json;
use diagnostics::visible;
use gatekeeper::log::{Lines, files};
use gatekeeper::suggestion::{Suggestion, Suggestions};
use serde::Serialize;

use crate::args::{Format, SuggestArgs};
use crate::commands::replay;
use crate::exit::Exit;
use crate::{environment, output};

/// Suggestions as programs are told them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    rules: Vec<RuleReport<'a>>,
    prompts: u64,
    settled: u64,
    answered: u64,
    not_looked_at: u64,
}

/// A rule with its evidence.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleReport<'a> {
    rule: &'a str,
    prompts: u64,
    approved: u64,
    commands: &'a [String],
    also_allows: &'a str,
    near_miss: &'a str,
}

/// Reads the log and proposes; writes nothing.
pub(super) fn run(args: &SuggestArgs) -> Result<Exit, Exit> {
    let (_, gatekeeper) = super::open(None, &args.rules, args.format)?;
    let Some(log) = args.log.clone().or_else(environment::log) else {
        return Err(replay::no_log());
    };
    let found = gatekeeper
        .suggest(Lines::of(files(&log)), args.most)
        .map_err(|error| replay::unreadable(&error.to_string()))?;
    let text = match output::format(args.format) {
        Format::Json => to_json(&Report::of(&found)),
        Format::Human | Format::Concise => told(&found),
    };
    Ok(output::answered(&text))
}

/// A policy file's text: what is said of a rule stands in comments.
fn told(found: &Suggestions) -> String {
    let mut lines: Vec<String> = found.rules.iter().flat_map(told_rule).collect();
    let mut last = vec![format!(
        "# {} of {} prompts would be answered",
        found.answered, found.prompts
    )];
    if found.settled > 0 {
        last.push(format!("{} are already", found.settled));
    }
    if found.not_looked_at > 0 {
        last.push(format!("{} cannot be looked at", found.not_looked_at));
    }
    lines.push(last.join(", "));
    lines.join("\n")
}

fn told_rule(rule: &Suggestion) -> Vec<String> {
    let amendment = &rule.amendment;
    let mut lines = vec![format!(
        "# answers {} prompts, {} of them with a yes",
        rule.prompts, rule.approved
    )];
    lines.extend(
        rule.commands
            .iter()
            .map(|command| format!("#   {}", visible(command))),
    );
    lines.push(format!(
        "# would also allow `{}`, and not `{}`",
        visible(amendment.example()),
        visible(amendment.near_miss())
    ));
    lines.push(amendment.rule().to_owned());
    lines.push(String::new());
    lines
}

impl<'a> Report<'a> {
    fn of(found: &'a Suggestions) -> Self {
        let rules = found.rules.iter().map(|rule| RuleReport {
            rule: rule.amendment.rule(),
            prompts: rule.prompts,
            approved: rule.approved,
            commands: &rule.commands,
            also_allows: rule.amendment.example(),
            near_miss: rule.amendment.near_miss(),
        });
        Self {
            rules: rules.collect(),
            prompts: found.prompts,
            settled: found.settled,
            answered: found.answered,
            not_looked_at: found.not_looked_at,
        }
    }
}
