//! Judging a log again: which past decisions another policy would change.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use execpolicy::ConfinementName;

use crate::Gatekeeper;
use crate::log::{Entry, Line, Lines, ReadError, Reason, Record};
use crate::report::DecisionWord;

/// Lines that are read before they are judged together.
const BATCH: usize = 4096;

/// Answers that are remembered, so that a command which comes again is not judged again.
const REMEMBERED: usize = 100_000;

/// A past decision that would be another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The place of its file among those that were read.
    pub file: usize,
    /// Its line, from 1.
    pub line: u64,
    /// The decision as it was logged.
    pub entry: Box<Entry>,
    /// What decided then.
    pub before: Vec<Reason>,
    /// What it would be.
    pub now: Arc<Answer>,
}

/// What a command would get.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The decision.
    pub decision: DecisionWord,
    /// The profile that it leans on or that the command would run in.
    pub confinement: Option<String>,
    /// What decides.
    pub basis: Vec<Reason>,
}

/// What was found so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Lines that were read.
    pub lines: u64,
    /// Decisions that were judged again.
    pub replayed: u64,
    /// Of these, decisions that would be stricter.
    pub stricter: u64,
    /// Of these, decisions that would be laxer.
    pub laxer: u64,
    /// Of these, decisions that would be the same in another confinement.
    pub elsewhere: u64,
    /// Decisions that cannot be judged again: a secret is masked, or the command was cut or no text.
    pub not_replayable: u64,
    /// Lines that are none of a log.
    pub unreadable: u64,
}

impl Totals {
    /// Decisions that would be other ones.
    pub fn changed(&self) -> u64 {
        self.stricter
            .saturating_add(self.laxer)
            .saturating_add(self.elsewhere)
    }
}

/// What came of one line.
enum Judged {
    /// It is no decision: the end of a run.
    Other,
    Unreadable,
    NotReplayable,
    Replayed(Box<Entry>, Arc<Answer>),
}

/// Answers by the digest of command and context.
type Remembered = HashMap<[u8; 32], Arc<Answer>>;

impl Gatekeeper {
    /// Judges every decision of a log again, on so many threads. Nothing but the log is looked at: links are those that
    /// were seen then. Changes are told in the order of the log, and the totals after every few thousand lines.
    ///
    /// # Errors
    /// [`ReadError`] of a file that cannot be read; what was told before it stands. A line that cannot be read is
    /// counted, and costs that line only.
    pub fn replay(
        &self,
        mut lines: Lines,
        threads: NonZeroUsize,
        mut on_change: impl FnMut(Change),
        mut on_progress: impl FnMut(&Totals),
    ) -> Result<Totals, ReadError> {
        let mut totals = Totals::default();
        let mut remembered = Remembered::new();
        loop {
            let batch: Vec<Line> = lines.by_ref().take(BATCH).collect::<Result<_, _>>()?;
            if batch.is_empty() {
                return Ok(totals);
            }
            let (judged, new) = self.judge_batch(&batch, threads, &remembered);
            if remembered.len().saturating_add(new.len()) > REMEMBERED {
                remembered.clear();
            }
            remembered.extend(new);
            for (line, judged) in batch.iter().zip(judged) {
                if let Some(change) = totals.add(line, judged) {
                    on_change(change);
                }
            }
            on_progress(&totals);
        }
    }

    fn judge_batch(
        &self,
        batch: &[Line],
        threads: NonZeroUsize,
        remembered: &Remembered,
    ) -> (Vec<Judged>, Remembered) {
        let share = batch.len().div_ceil(threads.get()).max(1);
        let parts = thread::scope(|scope| {
            let parts = batch.chunks(share).map(|part| {
                let judge = move || {
                    let mut new = Remembered::new();
                    let judged = part
                        .iter()
                        .map(|line| self.judge_line(line, remembered, &mut new));
                    (judged.collect::<Vec<_>>(), new)
                };
                (part.len(), scope.spawn(judge))
            });
            let parts: Vec<_> = parts.collect();
            let parts = parts.into_iter().map(|(length, part)| (length, part.join()));
            parts.collect::<Vec<_>>()
        });
        let mut all = Vec::with_capacity(batch.len());
        let mut new = Remembered::new();
        for (length, part) in parts {
            match part {
                Ok((judged, found)) => {
                    all.extend(judged);
                    new.extend(found);
                }
                // A defect of ours: none of these lines was judged, and that is what is told.
                Err(_) => all.extend((0..length).map(|_| Judged::NotReplayable)),
            }
        }
        (all, new)
    }

    fn judge_line(&self, line: &Line, remembered: &Remembered, new: &mut Remembered) -> Judged {
        let bytes = line.bytes.as_deref().unwrap_or_default();
        let entry = match serde_json::from_slice(bytes) {
            Ok(Record::Decision(entry)) => entry,
            Ok(Record::End(_)) => return Judged::Other,
            Err(_) => return Judged::Unreadable,
        };
        let asked = serde_json::to_vec(&(&entry.command, &entry.argv, &entry.context));
        let key = *blake3::hash(&asked.unwrap_or_default()).as_bytes();
        if entry.not_replayable.is_none()
            && let Some(answer) = remembered.get(&key).or_else(|| new.get(&key))
        {
            return Judged::Replayed(entry, answer.clone());
        }
        match self.judge_again(&entry) {
            Some(answer) => {
                let answer = Arc::new(answer);
                new.insert(key, answer.clone());
                Judged::Replayed(entry, answer)
            }
            None => Judged::NotReplayable,
        }
    }

    /// What the command of a past decision would get now; `None` where it cannot be judged again.
    pub fn judge_again(&self, entry: &Entry) -> Option<Answer> {
        let context = entry.context.context();
        let judgement = self.judge(entry.subject()?, &context);
        let verdict = judgement.verdict();
        let confinement = judgement.confinement(&context);
        Some(Answer {
            decision: verdict.decision().into(),
            confinement: confinement.map(ConfinementName::as_str).map(str::to_owned),
            basis: Reason::deciding_whole(verdict),
        })
    }
}

impl Totals {
    /// Counts a line; gives the change where it is one.
    fn add(&mut self, line: &Line, judged: Judged) -> Option<Change> {
        let count = |number: &mut u64| *number = number.saturating_add(1);
        count(&mut self.lines);
        let (entry, now) = match judged {
            Judged::Other => return None,
            Judged::Unreadable => {
                count(&mut self.unreadable);
                return None;
            }
            Judged::NotReplayable => {
                count(&mut self.not_replayable);
                return None;
            }
            Judged::Replayed(entry, answer) => (entry, answer),
        };
        count(&mut self.replayed);
        // What is not run has no confinement.
        let runs = now.decision != DecisionWord::Forbidden;
        if entry.decision < now.decision {
            count(&mut self.stricter);
        } else if entry.decision > now.decision {
            count(&mut self.laxer);
        } else if runs && entry.confinement != now.confinement {
            count(&mut self.elsewhere);
        } else {
            return None;
        }
        Some(Change {
            file: line.file,
            line: line.number,
            before: entry.deciding(),
            entry,
            now,
        })
    }
}
