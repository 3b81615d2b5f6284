//! Joins policy, parser and sandbox: from a request to a decision that can be told.
//!
//! A [`Gatekeeper`] is built once from policy files and shared; a [`Command`] is what is asked about; its
//! [`Judgement`] is told to programs as a [`report::Report`] and to people as findings. The file system is read
//! here (policy files, the repository around a directory, links on paths) and nothing below this crate does.
#![forbid(unsafe_code)]

mod action;
mod builtin;
pub mod codes;
mod command;
pub mod confinement;
mod examination;
mod finding;
mod gatekeeper;
mod judgement;
mod links;
mod policy_file;
pub mod report;
mod surroundings;

pub use action::CommandAction;
pub use command::Command;
pub use examination::{Attempt, AttemptResult, Examination, LayerFinding, examine};
pub use gatekeeper::{Defaults, Gatekeeper};
pub use judgement::Judgement;
pub use policy_file::OpenError;
pub use surroundings::{Surroundings, SurroundingsError};

pub use execpolicy::{
    Amendment, Approval, BrokenFile, ConfinementName, Context, Decision, Dialect, Directory, Layer, Link,
    Links, NoAmendment, PolicyFile, Profile,
};
pub use sandbox;
