//! Stands between an agent and its client, and answers by policy what the agent asks the person.
//!
//! Two [`Protocol`]s are spoken, each a JSON object a line. [`between`] gives the two sides of a conversation: what the
//! agent says passes through [`AgentSide`], what the client says is seen by [`ClientSide`]. Every byte goes on as it
//! came, but a question that the [`Judge`] answers, which the client never sees. [`Policy`] is the judge that goes by
//! policy files, and [`relay`] does all of it for an agent that it starts.
#![forbid(unsafe_code)]

mod acp;
mod ask;
mod codex_app_server;
mod command;
mod conversation;
mod line;
mod memory;
mod message;
mod policy;
mod protocol;
mod relay;

pub use ask::{Asked, Judge, Opinion};
pub use conversation::{AgentSide, ClientSide, Sink, between};
pub use line::LONGEST_LINE;
pub use policy::{Policy, PolicyPlace};
pub use protocol::Protocol;
pub use relay::{Patience, RelayError, relay};
