//! One file for each sub-command.

pub(crate) mod allow;
pub(crate) mod answer;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod hook;
mod lines;
pub(crate) mod mcp;
pub(crate) mod replay;
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod trust;
