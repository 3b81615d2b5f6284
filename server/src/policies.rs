//! The policies of the work trees that commands run in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gatekeeper::{Live, Places, SurroundingsError};

use crate::options::Options;

/// Work trees whose policy is kept. Past it all of them go, and are read again.
const MOST: usize = 256;

/// The policies of the work trees that commands run in: each of its own, since a project may have one.
#[derive(Debug)]
pub struct Policies {
    options: Options,
    by_workspace: Mutex<HashMap<Option<String>, Arc<Live>>>,
}

impl Policies {
    /// None is read yet.
    pub fn new(options: &Options) -> Self {
        Self {
            options: options.clone(),
            by_workspace: Mutex::default(),
        }
    }

    /// The policy for commands in this work tree. It is read when it is first asked for, and again when
    /// [`Policies::refresh`] is.
    ///
    /// # Errors
    /// Where the places of the layers cannot be.
    pub fn of(&self, workspace: Option<&str>) -> Result<Arc<Live>, SurroundingsError> {
        let key = workspace.map(str::to_owned);
        if let Some(live) = self.kept().get(&key) {
            return Ok(live.clone());
        }
        let options = &self.options;
        let places = if options.no_layers {
            Places::default()
        } else {
            options.surroundings.places(workspace)?
        };
        let live = Arc::new(Live::new(places, options.rules.clone(), options.defaults));
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        Ok(kept.entry(key).or_insert(live).clone())
    }

    /// Reads all policy files again; says whether one has changed.
    pub fn refresh(&self) -> bool {
        let all: Vec<Arc<Live>> = self.kept().values().cloned().collect();
        all.iter().fold(false, |changed, live| live.refresh() || changed)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<Option<String>, Arc<Live>>> {
        self.by_workspace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
