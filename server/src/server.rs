//! What all connections share.

use std::sync::Arc;

use crate::descriptors;
use crate::journal::Journal;
use crate::options::Options;
use crate::policies::Policies;
use crate::threads::Threads;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) options: Options,
    pub(crate) policies: Policies,
    pub(crate) threads: Threads,
    pub(crate) journal: Journal,
    /// How many open files the server might have when it was started, and what it runs may.
    pub(crate) open_files: Option<u64>,
}

impl Server {
    pub(crate) fn new(options: Options) -> Arc<Self> {
        Arc::new(Self {
            policies: Policies::new(&options),
            threads: Threads::default(),
            journal: Journal::open(options.state.as_deref()),
            open_files: descriptors::raise(),
            options,
        })
    }
}
