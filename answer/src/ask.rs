//! What an agent asks a person, what a judge says to it, and how that is told to the agent.

use gatekeeper::hook::Event;
use serde_json::Value;

/// What an agent asks, for a judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What it is about, and where.
    pub event: Event,
    /// The agent's name of its session.
    pub session: String,
}

/// What is said to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Opinion {
    /// It may.
    Yes,
    /// It may not, and why: one line for the model.
    No {
        /// Why.
        why: String,
    },
    /// A person is to say it.
    Person,
}

/// Who answers questions.
pub trait Judge: Send {
    /// What is said to this one.
    fn judge(&mut self, asked: &Asked) -> Opinion;
}

/// A question of an agent that is understood, with the answers that it offers.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) asked: Asked,
    pub(crate) reply: Reply,
}

/// The messages that answer a question. What is `None` is not offered, and a person has to answer then.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) yes: Option<Value>,
    pub(crate) no: Option<Value>,
    /// Where in the second one the reason goes, as a JSON pointer; there is a place for it already.
    pub(crate) reason: Option<&'static str>,
}

impl Reply {
    /// The line for an opinion; `None` where a person has to answer.
    pub(crate) fn line(self, opinion: &Opinion) -> Option<Vec<u8>> {
        let message = match opinion {
            Opinion::Person => return None,
            Opinion::Yes => self.yes?,
            Opinion::No { why } => {
                let mut message = self.no?;
                if let Some(place) = self.reason.and_then(|place| message.pointer_mut(place)) {
                    *place = Value::String(why.clone());
                }
                message
            }
        };
        let mut line = serde_json::to_vec(&message).ok()?;
        line.push(b'\n');
        Some(line)
    }
}
