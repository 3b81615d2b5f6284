//! What a person is shown before an answer: all that a yes would be to.

use diagnostics::{Diagnostic, LabelRole, visible};
use gatekeeper::amendment_file::{AmendmentFile, RuleScope};
use gatekeeper::risk::Risk;
use gatekeeper::{Decision, Question, Scope};

use super::folded::fold;

/// Effects that are named; of more, the number is told. Each has its weight in the risk.
const MOST_EFFECTS: usize = 10;

/// Findings whose reasons are told; of more, the number is.
const MOST_FINDINGS: usize = 5;

/// The whole command, where it would start, why it is asked about, what it does and what it would run in: a yes is to
/// everything. No line is wider than so many columns, and nothing in it moves the cursor.
pub(super) fn shown(question: &Question<'_>, risk: &Risk, width: usize) -> String {
    let mut page = Page {
        lines: Vec::new(),
        width,
    };
    page.heading("Command");
    // Not by `lines`, which drops the return in front of a newline: bash reads it as part of a word.
    let text = question.judgement.command().source().text();
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        page.line(line);
    }
    page.line(&format!("in {}", question.directory.display()));
    if question.judgement.decision() == Decision::Prompt {
        page.reasons(&question.judgement.findings());
    }
    page.listed("It", &question.judgement.doings());
    page.risk(risk);
    page.confinement(question);
    if question.offered.contains(&Scope::Rule) {
        page.always(question);
    }
    page.lines.join("\n") + "\n"
}

/// Lines under headings.
struct Page {
    lines: Vec<String>,
    width: usize,
}

impl Page {
    fn heading(&mut self, text: &str) {
        fold(&mut self.lines, 0, &visible(text), self.width);
    }

    fn line(&mut self, text: &str) {
        fold(&mut self.lines, 2, &visible(text), self.width);
    }

    /// What is in the way, and the words that are.
    fn reasons(&mut self, findings: &[Diagnostic]) {
        self.heading("Why it asks");
        for finding in findings.iter().take(MOST_FINDINGS) {
            let message = finding.message.strip_prefix("prompt: ");
            self.line(&format!("- {}", message.unwrap_or(&finding.message)));
            for label in &finding.labels {
                let words = label.source.snippet(label.span).unwrap_or_default();
                // The message quotes the whole part; fewer words are what decided.
                let is_quoted = finding.message.contains(&format!("`{}`", words.trim_end()));
                if label.role == LabelRole::Primary && !is_quoted && !words.is_empty() {
                    self.line(&format!("  at `{words}`"));
                }
            }
            for note in &finding.notes {
                self.line(&format!("  {note}"));
            }
        }
        self.further(findings.len().saturating_sub(MOST_FINDINGS));
    }

    fn listed(&mut self, heading: &str, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        self.heading(heading);
        for text in texts.iter().take(MOST_EFFECTS) {
            self.line(&format!("- {text}"));
        }
        self.further(texts.len().saturating_sub(MOST_EFFECTS));
    }

    fn further(&mut self, count: usize) {
        if count > 0 {
            self.line(&format!("and {count} more"));
        }
    }

    fn risk(&mut self, risk: &Risk) {
        let categories: Vec<&str> = risk.categories.iter().map(|category| category.words()).collect();
        let level = risk.level.word();
        self.heading(&if categories.is_empty() {
            format!("Risk: {level}")
        } else {
            format!("Risk: {level} ({})", categories.join(", "))
        });
        self.line(&risk.summary);
    }

    fn confinement(&mut self, question: &Question<'_>) {
        match question.confinement {
            Some(confinement) => {
                for line in confinement.summary() {
                    fold(&mut self.lines, 0, &line, self.width);
                }
            }
            None => self.heading("Confinement: none, it may do all that you may"),
        }
        if !question.grants.is_empty() {
            self.heading("Granted beyond its profile, this time");
            for grant in question.grants {
                self.line(&format!("- {grant}"));
            }
        }
    }

    /// The rule that `always` writes, to the byte, and what it means.
    fn always(&mut self, question: &Question<'_>) {
        let (Some(amendment), Ok(file)) = (
            question.judgement.amendment(),
            AmendmentFile::approved(question.context, RuleScope::User),
        ) else {
            return;
        };
        self.heading(&format!("Always would add to {}", file.path().display()));
        self.line(amendment.rule());
        self.line(&format!("which also allows: {}", amendment.example()));
        self.line(&format!("and not: {}", amendment.near_miss()));
    }
}
