//! Joins policy, parser and sandbox: from a request to a decision that can be told.
//!
//! A [`Gatekeeper`] is built once from policy files and shared; a [`Command`] is what is asked about; its
//! [`Judgement`] is told to programs as a [`report::Report`] and to people as findings. What is to run is
//! [prepared](Gatekeeper::prepare), [cleared](Prepared::clear) by its verdict or an [`Approver`] (in a [`Session`], by
//! what was answered before, too), and
//! [launched](Gatekeeper::launch) as it was judged. The file system is read here (policy files, the repository around a
//! directory, links on paths) and nothing below this crate does.
#![forbid(unsafe_code)]

mod action;
pub mod amendment_file;
mod approval_key;
mod approver;
mod builtin;
mod clearance;
pub mod codes;
mod command;
pub mod confinement;
mod digest;
mod examination;
mod finding;
mod gatekeeper;
mod grantable;
#[cfg(test)]
mod ground;
pub mod hook;
mod judgement;
mod kept_directory;
mod launch;
mod layers;
mod links;
mod listed_rule;
mod live;
pub mod log;
mod lookup;
mod once;
mod pinned;
mod policy_file;
mod program_file;
mod random;
pub mod replay;
pub mod report;
pub mod request;
pub mod risk;
mod session;
pub mod suggestion;
mod surroundings;
mod trust;
mod wish;
mod written_paths;

pub use action::CommandAction;
pub use approval_key::OnceOnly;
pub use approver::{Answer, Approver, Question, Scope};
pub use clearance::{Clearance, PrepareError, Prepared, Refusal};
pub use command::Command;
pub use digest::Digest;
pub use examination::{Attempt, AttemptResult, Examination, LayerFinding, examine};
pub use gatekeeper::{Defaults, Gatekeeper};
pub use judgement::Judgement;
pub use kept_directory::KeptDirectory;
pub use launch::{Change, StartError, Wiring, may_be_granted};
pub use layers::{FileSurvey, FoundLayer, Layers, Loosening, Places, Project, SystemPlace};
pub use listed_rule::ListedRule;
pub use live::Live;
pub use once::Once;
pub use policy_file::OpenError;
pub use program_file::{DEFAULT_PATH, program_file};
pub use random::{random_bytes, random_name};
pub use session::Session;
pub use surroundings::{Surroundings, SurroundingsError};
pub use trust::{Trust, TrustError, TrustStore};
pub use wish::Wish;

pub use execpolicy::{
    Amendment, Approval, BrokenFile, ConfinementName, Context, Decision, Dialect, Directory, Layer, Link,
    Links, NoAmendment, PolicyFile, Profile, Protocol,
};
pub use sandbox;
