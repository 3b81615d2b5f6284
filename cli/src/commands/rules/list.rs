//! `execpolicy rules list`: every rule with the place where it stands.

use diagnostics::render::to_json;
use diagnostics::visible;
use gatekeeper::ListedRule;
use serde::Serialize;

use super::{answered, open};
use crate::args::{Format, ListArgs};
use crate::exit::Exit;
use crate::output;

#[derive(Debug, Serialize)]
struct ListReport {
    schema: &'static str,
    rules: Vec<ListedRule>,
}

pub(super) fn run(args: &ListArgs) -> Result<Exit, Exit> {
    let (_, gatekeeper) = open(args.place.workspace.as_deref(), &args.rules, args.format)?;
    let rules = gatekeeper.listed_rules();
    let text = match output::format(args.format) {
        Format::Json => to_json(&ListReport {
            schema: "execpolicy.rules.v1",
            rules,
        }),
        Format::Human if rules.is_empty() => "no layer has a rule".to_owned(),
        Format::Human => {
            let each = rules
                .iter()
                .map(|rule| format!("{}\n  {}", head(rule), visible(&rule.text)));
            each.collect::<Vec<_>>().join("\n")
        }
        Format::Concise => {
            let each = rules
                .iter()
                .map(|rule| format!("{}: {}", head(rule), visible(&rule.text)));
            each.collect::<Vec<_>>().join("\n")
        }
    };
    Ok(answered(&text))
}

fn head(rule: &ListedRule) -> String {
    format!("{}:{} ({})", visible(&rule.file), rule.line, visible(&rule.layer))
}
