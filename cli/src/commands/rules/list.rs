//! `execpolicy rules list`: every rule with the place where it stands.

use diagnostics::render::to_json;
use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::log::{LastUse, LastUses};
use gatekeeper::{ListedRule, codes};
use serde::Serialize;

use super::open;
use crate::args::{Format, ListArgs};
use crate::exit::Exit;
use crate::{environment, output};

#[derive(Debug, Serialize)]
struct ListReport<'a> {
    schema: &'static str,
    rules: Vec<RuleReport<'a>>,
}

/// A rule, and when it was last used where the log says so.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleReport<'a> {
    #[serde(flatten)]
    rule: &'a ListedRule,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<&'a str>,
}

pub(super) fn run(args: &ListArgs) -> Result<Exit, Exit> {
    let (_, gatekeeper) = open(args.place.workspace.as_deref(), &args.rules, args.format)?;
    let rules = gatekeeper.listed_rules();
    let format = output::format(args.format);
    let known = if rules.is_empty() || format == Format::Concise {
        None
    } else {
        last_uses(&rules, args.format)
    };
    let used = |rule| known.as_ref().map_or(LastUse::Untold, |known| known.of(rule));
    let text = match format {
        Format::Json => to_json(&ListReport {
            schema: "execpolicy.rules.v1",
            rules: rules
                .iter()
                .map(|rule| RuleReport {
                    rule,
                    last_used: time(used(rule)),
                })
                .collect(),
        }),
        Format::Human if rules.is_empty() => "no layer has a rule".to_owned(),
        Format::Human => {
            let each = rules.iter().map(|rule| {
                let when = told(used(rule)).map_or_else(String::new, |told| format!(", {told}"));
                format!("{}{when}\n  {}", head(rule), visible(&rule.text))
            });
            each.collect::<Vec<_>>().join("\n")
        }
        Format::Concise => {
            let each = rules
                .iter()
                .map(|rule| format!("{}: {}", head(rule), visible(&rule.text)));
            each.collect::<Vec<_>>().join("\n")
        }
    };
    Ok(output::answered(&text))
}

/// What the user's log says; where it cannot be read, that is told and the rules are listed without.
fn last_uses(rules: &[ListedRule], format: Option<Format>) -> Option<LastUses> {
    let why = match environment::log() {
        None => "neither $HOME nor $XDG_STATE_HOME is set".to_owned(),
        Some(log) => match LastUses::read(&log, rules) {
            Ok(uses) => return Some(uses),
            Err(error) => error.to_string(),
        },
    };
    let message = format!("it is not known when rules were last used: {why}");
    output::complain(&[Diagnostic::new(codes::NO_LOG, Severity::Note, message)], format);
    None
}

fn time(used: LastUse<'_>) -> Option<&str> {
    match used {
        LastUse::At(time) => Some(time),
        LastUse::Never | LastUse::NotLately | LastUse::Untold => None,
    }
}

/// The day is enough for people.
fn told(used: LastUse<'_>) -> Option<String> {
    match used {
        LastUse::At(time) => {
            let day = time.split_once('T').map_or(time, |(day, _)| day);
            Some(format!("last used {}", visible(day)))
        }
        LastUse::Never => Some("never in the log".to_owned()),
        LastUse::NotLately => Some("not in the newest of the log".to_owned()),
        LastUse::Untold => None,
    }
}

fn head(rule: &ListedRule) -> String {
    format!("{}:{} ({})", visible(&rule.file), rule.line, visible(&rule.layer))
}
