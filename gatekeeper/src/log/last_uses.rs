//! When rules were last used: the newest decision of a log that each of them had a part in.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Lines, ReadError, RulePlace, files};
use crate::ListedRule;

/// Bytes of a log that are looked at: its newest two files when they are full.
const MOST: u64 = 66 * 1024 * 1024;

/// When rules were last used. They are known again by layer, file and pattern: lines move.
#[derive(Clone, Debug)]
pub struct LastUses {
    times: BTreeMap<Key, String>,
    is_whole: bool,
}

/// A rule's layer, file and pattern.
type Key = (String, String, String);

/// When a rule was last used, as far as a log says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LastUse<'a> {
    /// Then, in UTC (RFC 3339).
    At(&'a str),
    /// No decision of the log leans on it.
    Never,
    /// No newer decision leans on it; the older ones were not looked at.
    NotLately,
    /// The log does not tell such rules apart: it is none about a command's words.
    Untold,
}

/// What is read of a line; nothing else of it is kept.
#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    time: String,
    #[serde(default)]
    segments: Vec<UsedSegment>,
}

#[derive(Deserialize)]
struct UsedSegment {
    #[serde(default)]
    basis: Vec<UsedReason>,
}

#[derive(Deserialize)]
struct UsedReason {
    rule: Option<RulePlace>,
}

impl LastUses {
    /// Looks for these rules in the log of a directory, from its newest file to its oldest, until all are found or some
    /// 64 MiB were looked at. Lines that are no decisions are passed over.
    ///
    /// # Errors
    /// [`ReadError`] where a file is missing or cannot be read.
    pub fn read(log: &Path, rules: &[ListedRule]) -> Result<Self, ReadError> {
        let mut found = Self {
            times: BTreeMap::new(),
            is_whole: true,
        };
        let mut left = MOST;
        for file in files(log).into_iter().rev() {
            let is_known = |rule: &ListedRule| keys(rule).any(|key| found.times.contains_key(&key));
            if !rules
                .iter()
                .any(|rule| !rule.patterns.is_empty() && !is_known(rule))
            {
                break;
            }
            let failed = |source| ReadError {
                path: file.clone(),
                source,
            };
            let held = file.metadata().map_err(failed)?;
            if !held.is_file() {
                return Err(failed(std::io::Error::other("it is not a file")));
            }
            let Some(rest) = left.checked_sub(held.len()) else {
                found.is_whole = false;
                break;
            };
            left = rest;
            found.add(Lines::of(vec![file]), held.len())?;
        }
        Ok(found)
    }

    /// Adds what so many bytes of these lines say; what is appended meanwhile is not waited for.
    fn add(&mut self, lines: Lines, bytes: u64) -> Result<(), ReadError> {
        let mut left = bytes;
        for line in lines {
            let line = line?.bytes.unwrap_or_default();
            let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
            let Some(rest) = left.checked_sub(length) else {
                break;
            };
            left = rest;
            // Most decisions have no rule.
            if memchr::memmem::find(&line, b"\"pattern\"").is_some()
                && let Ok(used) = serde_json::from_slice::<Used>(&line)
            {
                self.note(used);
            }
        }
        Ok(())
    }

    fn note(&mut self, used: Used) {
        let Used { time, segments } = used;
        let reasons = segments.into_iter().flat_map(|segment| segment.basis);
        for place in reasons.filter_map(|reason| reason.rule) {
            let Some(pattern) = place.pattern else {
                continue;
            };
            let newest = self.times.entry((place.layer, place.file, pattern)).or_default();
            // Times of one form are in the order of their texts; lines of many writers need not be.
            if *newest < time {
                newest.clone_from(&time);
            }
        }
    }

    /// When this rule was last used.
    pub fn of(&self, rule: &ListedRule) -> LastUse<'_> {
        if rule.patterns.is_empty() {
            return LastUse::Untold;
        }
        match keys(rule).filter_map(|key| self.times.get(&key)).max() {
            Some(time) => LastUse::At(time),
            None if self.is_whole => LastUse::Never,
            None => LastUse::NotLately,
        }
    }
}

fn keys(rule: &ListedRule) -> impl Iterator<Item = Key> {
    let of = |pattern: &String| (rule.layer.clone(), rule.file.clone(), pattern.clone());
    rule.patterns.iter().map(of)
}
