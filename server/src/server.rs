//! What all connections share.

use std::sync::Arc;

use crate::options::Options;
use crate::policies::Policies;
use crate::threads::Threads;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) options: Options,
    pub(crate) policies: Policies,
    pub(crate) threads: Threads,
}

impl Server {
    pub(crate) fn new(options: Options) -> Arc<Self> {
        Arc::new(Self {
            policies: Policies::new(&options),
            threads: Threads::default(),
            options,
        })
    }
}
