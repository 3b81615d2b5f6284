//! The shells of a run: a test takes a pair that runs already, and gives it back.

use std::io;
use std::sync::{Mutex, PoisonError};

use support::executor::{Executor, Shell};

/// A bash, and a dash where it is installed.
pub(crate) struct Pair {
    /// Asked about every script.
    pub bash: Executor,
    /// Asked about what is read as dash's.
    pub dash: Option<Executor>,
}

/// Pairs that are idle.
pub(crate) struct Shells {
    dash: Option<Shell>,
    idle: Mutex<Vec<Pair>>,
}

impl Shells {
    /// None yet.
    pub(crate) fn new(dash: Option<Shell>) -> Self {
        Self {
            dash,
            idle: Mutex::default(),
        }
    }

    /// An idle pair, or one that is started now.
    pub(crate) fn take(&self) -> io::Result<Pair> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(pair) = idle {
            return Ok(pair);
        }
        Ok(Pair {
            bash: Executor::start(Shell::Bash)?,
            dash: self.dash.clone().map(Executor::start).transpose()?,
        })
    }

    /// For the next test. A job that an earlier one left behind may still report; the check asks a fresh shell then.
    pub(crate) fn give_back(&self, pair: Pair) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(pair);
    }
}
