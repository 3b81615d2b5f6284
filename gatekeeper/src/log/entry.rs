//! The lines of the log: a decision, and how the run that it led to ended.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use execpolicy::{Context, Decision, SegmentVerdict, Verdict};
use serde::{Deserialize, Serialize};

use super::context::ContextEntry;
use super::end::EndEntry;
use super::mask::{self, Secrets};
use super::reason::{self, Reason};
use crate::report::DecisionWord;
use crate::{Command, Digest, Judgement};

/// Bytes of a command that are kept; a longer one is cut, and cannot be judged again.
const LONGEST: usize = 64 * 1024;

/// Segments that are listed.
const SEGMENTS: usize = 64;

/// The version of the log's shape; a key is never removed or changed under the same name.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LogSchemaName {
    /// The first one.
    #[default]
    #[serde(rename = "execpolicy.log.v1")]
    LogV1,
}

/// One line of a log.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "record", rename_all = "camelCase")]
pub enum Record {
    /// A decision.
    Decision(Box<Entry>),
    /// The end of what a decision let run.
    End(Box<EndEntry>),
}

/// A decision, with all that is needed to judge again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[must_use]
pub struct Entry {
    /// The shape of this object.
    pub schema: LogSchemaName,
    /// Told apart from every other decision's.
    pub id: String,
    /// When it was made, in UTC (RFC 3339).
    pub time: String,
    /// Who asked.
    pub asker: Asker,
    /// The command's text, or its words as they would be written for a shell, secrets masked.
    pub command: String,
    /// The words, where words were asked about; left out where one is a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argv: Option<Vec<String>>,
    /// Why it cannot be judged again; left out where it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_replayable: Option<NotReplayable>,
    /// Where it was judged.
    pub context: ContextEntry,
    /// The digest of the policy files that it was judged by.
    pub policy: String,
    /// The decision.
    pub decision: DecisionWord,
    /// The profile that it leans on or that it was to run in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confinement: Option<String>,
    /// The first segments, each with what decided it.
    pub segments: Vec<SegmentEntry>,
    /// How many segments there are beside those.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub further_segments: usize,
    /// What the parser does not vouch for, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
    /// Policy files that did not load.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken_files: Vec<String>,
    /// What was answered, where somebody was asked or nobody could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerEntry>,
}

/// Who asked for a decision.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Asker {
    /// The verb: `run`, `check`, `hook`, `serve`; a library's host gives its own name.
    pub verb: String,
    /// The agent, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The agent's name of its session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The process that decided.
    pub process: u32,
}

/// Why a command cannot be judged again.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum NotReplayable {
    /// A secret in it is masked.
    Masked,
    /// It is longer than is kept.
    Long,
    /// It was no text.
    Bytes,
}

/// A segment, and what decided it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SegmentEntry {
    /// Its text, secrets masked.
    pub text: String,
    /// Its decision.
    pub decision: DecisionWord,
    /// What asked for that decision.
    pub basis: Vec<Reason>,
}

/// What was answered.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AnswerEntry {
    /// Who answered: `person`, an approver's name, or `nobody`.
    pub by: String,
    /// `once`, `session`, `rule` and their like are a yes; `no` is none.
    pub answer: String,
}

impl Asker {
    /// This process, by one of its verbs.
    pub fn verb(verb: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            agent: None,
            session: None,
            process: std::process::id(),
        }
    }
}

impl Entry {
    /// Of a judgement and the context that it was made in, by the policy of this digest. Secrets are masked here.
    pub fn of(judgement: &Judgement, context: &Context, policy: Digest, asker: Asker) -> Self {
        let command = judgement.command();
        let verdict = judgement.verdict();
        let text = command.source().text();
        let secrets = Secrets::of(text);
        let (now, id) = now_and_id();
        let confinement = judgement.confinement(context);
        let not_replayable = not_replayable(command, &secrets);
        let segments = verdict.segments();
        Self {
            schema: LogSchemaName::LogV1,
            id,
            time: now,
            asker,
            command: cut(&secrets.masked(text, 0..text.len())).to_owned(),
            argv: command.words().filter(|_| not_replayable.is_none()),
            not_replayable,
            context: ContextEntry::of(
                context,
                command.dialect().unwrap_or(context.dialect),
                text,
                verdict,
            ),
            policy: policy.to_string(),
            decision: verdict.decision().into(),
            confinement: confinement.map(|name| name.as_str().to_owned()),
            segments: segments
                .iter()
                .take(SEGMENTS)
                .map(|judged| SegmentEntry::of(judged, text, &secrets))
                .collect(),
            further_segments: segments.len().saturating_sub(SEGMENTS),
            gaps: gaps_of(verdict),
            broken_files: verdict
                .broken()
                .iter()
                .map(|file| file.file.to_string())
                .collect(),
            answer: None,
        }
    }

    /// With what was answered, and by whom.
    pub fn answered(self, by: &str, answer: &str) -> Self {
        let answer = AnswerEntry {
            by: by.to_owned(),
            answer: answer.to_owned(),
        };
        Self {
            answer: Some(answer),
            ..self
        }
    }

    /// What decided: the reasons of the segments that have this decision, each once.
    pub fn deciding(&self) -> Vec<Reason> {
        let deciding = self
            .segments
            .iter()
            .filter(|segment| segment.decision == self.decision);
        let reasons = deciding.flat_map(|segment| segment.basis.iter().cloned());
        reason::of_whole(reasons, self.decision, &self.gaps, &self.broken_files)
    }

    /// What was asked about, read again; `None` where it cannot be.
    pub fn subject(&self) -> Option<Command> {
        if self.not_replayable.is_some() {
            return None;
        }
        Some(match &self.argv {
            Some(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                Command::of_argv(&words)
            }
            None => Command::of_text(&self.command, self.context.dialect.into()),
        })
    }
}

impl SegmentEntry {
    fn of(judged: &SegmentVerdict, text: &str, secrets: &Secrets) -> Self {
        let span = judged.segment.span;
        let shown = secrets.masked(text, span.start()..span.end());
        let mut basis = Reason::deciding(judged);
        for reason in &mut basis {
            reason.says = mask::masked(&reason.says).into_owned();
        }
        Self {
            text: cut(&shown).to_owned(),
            decision: judged.decision.into(),
            basis,
        }
    }
}

/// What the parser does not vouch for, each reason once.
fn gaps_of(verdict: &Verdict) -> Vec<String> {
    let messages = verdict.gaps().iter().map(|gap| gap.reason.message());
    messages
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Whether a decision is one that somebody would have to answer.
pub(crate) fn asks(entry: &Entry) -> bool {
    entry.decision == DecisionWord::from(Decision::Prompt)
}

fn not_replayable(command: &Command, secrets: &Secrets) -> Option<NotReplayable> {
    if command.dialect().is_none() && command.words().is_none() {
        return Some(NotReplayable::Bytes);
    }
    if !secrets.is_empty() {
        return Some(NotReplayable::Masked);
    }
    (command.source().text().len() > LONGEST).then_some(NotReplayable::Long)
}

/// As much of a text as is kept.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or(text)
}

/// The time, and an id that no other process of this host has given out.
pub(super) fn now_and_id() -> (String, String) {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    #[expect(
        clippy::disallowed_methods,
        reason = "a log says when; no verdict depends on it"
    )]
    let now = SystemTime::now();
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let number = GIVEN.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:x}-{:x}-{number:x}", since.as_micros(), std::process::id());
    (humantime::format_rfc3339_millis(now).to_string(), id)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
