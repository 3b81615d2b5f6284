//! What a server is started with.

use std::ffi::OsString;
use std::path::PathBuf;

use gatekeeper::{Defaults, Surroundings};

/// What a server is started with. It reads no environment of its own.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it was started, and who may be asked: what a client leaves out. Its confinement is the profile of threads
    /// that name none; `None` is none.
    pub surroundings: Surroundings,
    /// Policy files that are given by name.
    pub rules: Vec<PathBuf>,
    /// Whether the layers of the system, the user and the project are left out.
    pub no_layers: bool,
    /// What speaks where no policy file does.
    pub defaults: Defaults,
    /// The variables that commands are started with, as far as their profile hands them on.
    pub variables: Vec<(OsString, OsString)>,
    /// The directory of the decisions' log and of the threads; `None` keeps neither.
    pub state: Option<PathBuf>,
    /// A program that is asked about the risk of what is asked.
    pub risk_program: Option<PathBuf>,
}
