//! The policies of the work trees that commands run in.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gatekeeper::{Live, Places, SurroundingsError};

use crate::clock;
use crate::options::Options;

/// Work trees whose policy is kept. Past it all of them go, and are read again.
const MOST: usize = 256;

/// The policies of the work trees that commands run in: each of its own, since a project may have one.
#[derive(Debug)]
pub(crate) struct Policies {
    options: Options,
    by_workspace: Mutex<HashMap<Option<String>, Arc<Followed>>>,
}

/// A policy, and when its files were looked at.
#[derive(Debug)]
pub(crate) struct Followed {
    live: Live,
    looked: Mutex<Instant>,
}

impl Policies {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            options: options.clone(),
            by_workspace: Mutex::default(),
        }
    }

    /// The policy for commands in this work tree. It is read when it is first asked for, and again when it is
    /// refreshed.
    ///
    /// # Errors
    /// Where the places of the layers cannot be.
    pub(crate) fn of(&self, workspace: Option<&str>) -> Result<Arc<Followed>, SurroundingsError> {
        let key = workspace.map(str::to_owned);
        if let Some(followed) = self.kept().get(&key) {
            return Ok(followed.clone());
        }
        let options = &self.options;
        let places = if options.no_layers {
            Places::default()
        } else {
            options.surroundings.places(workspace)?
        };
        let followed = Arc::new(Followed {
            looked: Mutex::new(clock::moment()),
            live: Live::new(places, options.rules.clone(), options.defaults),
        });
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        Ok(kept.entry(key).or_insert(followed).clone())
    }

    /// Reads all policy files again; says whether one has changed.
    pub(crate) fn refresh(&self) -> bool {
        let all: Vec<Arc<Followed>> = self.kept().values().cloned().collect();
        let changed = all.iter().map(|followed| followed.refresh());
        // All of them, also after one that has.
        changed.filter(|changed| *changed).count() > 0
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Option<String>, Arc<Followed>>> {
        self.by_workspace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followed {
    /// Reads the files again, unless that was done so short a time ago; says whether one has changed. While somebody
    /// does, nobody else waits for it.
    pub(crate) fn refresh_after(&self, age: Duration) -> bool {
        let now = clock::moment();
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(*looked) < age {
            return false;
        }
        *looked = now;
        drop(looked);
        self.live.refresh()
    }
}

impl Deref for Followed {
    type Target = Live;

    fn deref(&self) -> &Live {
        &self.live
    }
}
