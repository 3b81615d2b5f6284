//! Why something is asked about or refused, in a line for the person and one for the model.

use diagnostics::{Diagnostic, visible};

use crate::Judgement;

/// Characters of one reason. Agents show it in a small window, and a model pays for each word.
const LONGEST: usize = 700;

/// Why something is asked about or refused. Both are one line, with nothing in it that a terminal acts on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reasons {
    /// For the person: what, whose rule, and where it stands.
    pub person: String,
    /// For the model: what, why, and what it can do instead.
    pub model: String,
}

impl Reasons {
    /// One reason for both.
    pub fn of_both(why: &str) -> Self {
        Self {
            person: line(why),
            model: line(why),
        }
    }

    /// Why a command is not allowed: the strictest of its findings, with the number of the others.
    pub fn of_judgement(judgement: &Judgement) -> Self {
        let findings = judgement.findings();
        let strictest = findings.iter().rev().max_by_key(|finding| finding.severity);
        let Some(finding) = strictest else {
            return Self::of_both(judgement.decision().word());
        };
        let more = match findings.len().saturating_sub(1) {
            0 => String::new(),
            1 => "; one more part of it is not allowed".to_owned(),
            more => format!("; {more} more parts of it are not allowed"),
        };
        let remedy = finding.help.first().map(|help| format!(". {}", sentence(help)));
        Self {
            person: line(&format!(
                "execpolicy: {}{}{more}",
                finding.message,
                place(finding)
            )),
            model: line(&format!(
                "execpolicy: {}{more}{}",
                finding.message,
                remedy.unwrap_or_default()
            )),
        }
    }

    /// The same, with one more sentence for both.
    pub(crate) fn and(self, more: &str) -> Self {
        let add = |why: &str| line(&format!("{}. {more}", why.trim_end_matches('.')));
        Self {
            person: add(&self.person),
            model: add(&self.model),
        }
    }
}

/// A text of a stranger as one short line.
pub(crate) fn line(text: &str) -> String {
    let shown = visible(text.trim());
    let mut characters = shown.chars();
    let start: String = characters.by_ref().take(LONGEST).collect();
    match characters.next() {
        Some(_) => start + "…",
        None => start,
    }
}

/// Where the rule stands that a finding shows.
fn place(finding: &Diagnostic) -> String {
    let rule = finding
        .labels
        .iter()
        .find(|label| label.source.name() != "command");
    rule.map_or_else(String::new, |label| {
        let line = label.source.position(label.span.start()).line;
        format!(" [{}:{line}]", label.source.name())
    })
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", characters.as_str())
}
