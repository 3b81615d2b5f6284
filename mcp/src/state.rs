//! The state that a question leaves with its client: sealed, for one call, for a short time, once.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gatekeeper::{Digest, random_bytes, random_name};
use rmcp::model::{RequestStateCodec, SealOptions};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// Questions that may be open at a time. Past it no more are asked until one is answered or over.
const MOST: usize = 1024;

/// Bytes of a state of ours; a longer one is none.
const LONGEST: usize = 1024;

/// The questions that are open. Its key is made anew by each process and stays in its memory.
#[derive(Debug)]
pub(crate) struct States {
    codec: RequestStateCodec,
    life: Duration,
    /// Until when each may be answered.
    open: Mutex<HashMap<String, Instant>>,
}

/// What a state holds. It is no secret.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Held {
    /// Which question.
    question: String,
    /// Of what was asked about.
    judged: String,
}

/// Why a state counts for nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum StateError {
    /// It was not made here, or for another call.
    #[error("the state was not given for this call")]
    Foreign,
    /// It was answered before, or its time is over.
    #[error("the question was answered before, or its time is over")]
    Over,
    /// Too many questions are open.
    #[error("too many questions are open")]
    TooMany,
    /// There is no chance.
    #[error("no question can be made")]
    NoChance,
}

impl States {
    /// # Errors
    /// Where the kernel gives no random bytes.
    pub(crate) fn new(life: Duration) -> io::Result<Self> {
        let codec = RequestStateCodec::try_new(random_bytes::<32>()?).map_err(io::Error::other)?;
        Ok(Self {
            codec,
            life,
            open: Mutex::default(),
        })
    }

    /// A state for a question about what has this digest, asked by this call.
    ///
    /// # Errors
    /// [`StateError::TooMany`], [`StateError::NoChance`].
    pub(crate) fn seal(&self, call: Digest, judged: Digest) -> Result<String, StateError> {
        let question = random_name().map_err(|_| StateError::NoChance)?;
        let now = Instant::now();
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.retain(|_, end| *end > now);
            if open.len() >= MOST {
                return Err(StateError::TooMany);
            }
            let end = now.checked_add(self.life).ok_or(StateError::NoChance)?;
            open.insert(question.clone(), end);
        }
        let held = Held {
            question,
            judged: judged.to_string(),
        };
        let call = call.to_string();
        let options = SealOptions::new().associated_data(call.as_bytes()).ttl(self.life);
        self.codec
            .seal_json_with(&held, &options)
            .map_err(|_| StateError::NoChance)
    }

    /// Takes a state, once; gives the digest of what was asked about.
    ///
    /// # Errors
    /// [`StateError::Foreign`], [`StateError::Over`].
    pub(crate) fn redeem(&self, state: &str, call: Digest) -> Result<String, StateError> {
        if state.len() > LONGEST {
            return Err(StateError::Foreign);
        }
        let call = call.to_string();
        let held: Held = self
            .codec
            .open_json_with(state, call.as_bytes())
            .map_err(|error| {
                if matches!(error, rmcp::model::RequestStateError::Expired) {
                    StateError::Over
                } else {
                    StateError::Foreign
                }
            })?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.remove(&held.question) {
            Some(end) if end > Instant::now() => Ok(held.judged),
            Some(_) | None => Err(StateError::Over),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_counts_once_for_its_own_call_and_within_its_time() {
        let states = States::new(Duration::from_secs(60)).unwrap();
        let (call, other) = (Digest::of_text("a"), Digest::of_text("b"));
        let judged = Digest::of_text("judged");
        let state = states.seal(call, judged).unwrap();
        assert_eq!(states.redeem(&state, other), Err(StateError::Foreign));
        for place in 0..state.len() {
            let mut altered = state.clone().into_bytes();
            altered[place] ^= 1;
            let altered = String::from_utf8_lossy(&altered).into_owned();
            assert!(states.redeem(&altered, call).is_err(), "{place}");
        }
        for forged in ["", "rs1.", "x", &"a".repeat(5000)] {
            assert_eq!(states.redeem(forged, call), Err(StateError::Foreign), "{forged}");
        }
        let elsewhere = States::new(Duration::from_secs(60)).unwrap();
        assert_eq!(elsewhere.redeem(&state, call), Err(StateError::Foreign));
        assert_eq!(states.redeem(&state, call), Ok(judged.to_string()));
        assert_eq!(states.redeem(&state, call), Err(StateError::Over));
        let short = States::new(Duration::from_millis(1)).unwrap();
        let state = short.seal(call, judged).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(short.redeem(&state, call), Err(StateError::Over));
    }

    #[test]
    fn only_so_many_questions_are_open() {
        let states = States::new(Duration::from_secs(60)).unwrap();
        let call = Digest::of_text("a");
        let first = states.seal(call, call).unwrap();
        for _ in 1..MOST {
            states.seal(call, call).unwrap();
        }
        assert_eq!(states.seal(call, call), Err(StateError::TooMany));
        assert!(states.redeem(&first, call).is_ok());
        assert!(states.seal(call, call).is_ok());
    }
}
