//! What a case of a chapter gives.

use diagnostics::{Diagnostic, render};
use execpolicy::Decision;
use gatekeeper::Command;
use shell_parser::{Dialect, segments};

use super::show::{shown_segments, shown_verdict};
use super::trial::{Input, Subject, Surroundings};
use crate::engine::Engine;

/// The blocks that a case would be right to expect.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    decision: Option<Decision>,
    verdict: String,
    segments: String,
    diagnostics: String,
    proposal: String,
}

impl Outcome {
    /// Loads or judges what the case looks at.
    pub fn of(subject: &Subject) -> Self {
        let (Subject::Policy(policy)
        | Subject::Command {
            surroundings: Surroundings { policy, .. },
            ..
        }) = subject;
        match (policy.engine(), subject) {
            (Err(broken), _) => Self {
                verdict: "the policy above does not load\n".to_owned(),
                diagnostics: shown(&broken),
                ..Self::default()
            },
            (Ok((_, broken)), Subject::Policy(_)) => Self {
                diagnostics: shown(&broken),
                ..Self::default()
            },
            (Ok((engine, _)), Subject::Command { surroundings, input }) => {
                let engine = engine
                    .where_links(&surroundings.links)
                    .confined(&surroundings.confinement)
                    .starting_in(&surroundings.directory);
                Self::of_command(&engine, input)
            }
        }
    }

    /// Judges a command.
    fn of_command(engine: &Engine, input: &Input) -> Self {
        let judgement = engine.judge_command(match input {
            Input::Shell(bytes) => Command::of_bytes(bytes, Dialect::Bash),
            Input::Argv(words) => Command::of_argv(&words.iter().map(String::as_str).collect::<Vec<_>>()),
        });
        let command = judgement.command();
        Self {
            decision: Some(judgement.decision()),
            verdict: shown_verdict(command.source().text(), judgement.verdict()),
            segments: shown_segments(&segments(command.script())),
            diagnostics: shown(&judgement.findings()),
            proposal: judgement
                .amendment()
                .map_or(String::new(), |found| found.prefix().join(" ")),
        }
    }

    /// The words of the rule that is proposed, empty where none is.
    pub fn proposal(&self) -> &str {
        &self.proposal
    }

    /// Whether the command was judged and allowed.
    pub fn is_allowed(&self) -> bool {
        self.decision == Some(Decision::Allow)
    }

    /// The block of that name.
    pub fn block(&self, language: &str) -> &str {
        match language {
            "segments" => &self.segments,
            "diagnostics" => &self.diagnostics,
            _ => &self.verdict,
        }
    }
}

/// Findings, one line each.
fn shown(findings: &[Diagnostic]) -> String {
    findings
        .iter()
        .map(|finding| render::concise(finding) + "\n")
        .collect()
}
