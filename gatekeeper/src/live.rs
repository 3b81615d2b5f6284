//! A gatekeeper that follows its policy files.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::digest::Digest;
use crate::{Defaults, Gatekeeper, Layers, Places};

/// A gatekeeper whose policy is replaced as a whole when its files have changed. Share it between threads: whoever judges
/// takes [`Live::current`] first and keeps that for as long as the decision lives, so that a change disturbs nobody.
#[derive(Debug)]
pub struct Live {
    places: Places,
    given: Vec<PathBuf>,
    defaults: Defaults,
    /// Held for as long as it takes to copy a pointer.
    current: RwLock<Arc<Gatekeeper>>,
    /// Held while the files are read, so that an older reading never replaces a newer one.
    refreshing: Mutex<()>,
}

impl Live {
    /// Reads the layers in these places, and the files that are given by name.
    pub fn new(places: Places, given: Vec<PathBuf>, defaults: Defaults) -> Self {
        let layers = Layers::find(&places, &given);
        Self {
            current: RwLock::new(Arc::new(Gatekeeper::of_found(&layers, defaults))),
            refreshing: Mutex::new(()),
            places,
            given,
            defaults,
        }
    }

    /// The policy of now. It stays what it is while it is held.
    pub fn current(&self) -> Arc<Gatekeeper> {
        // What is in it is whole, whatever happened to who held it.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Reads the files again, and replaces the policy if one of them has changed, if trust was given or withdrawn, or if
    /// one has come or gone. Tells whether it has. Judgements go on meanwhile.
    ///
    /// The files are read whole each time, a few of them in some ten microseconds each: no time of change is believed.
    /// They are evaluated only where they differ.
    pub fn refresh(&self) -> bool {
        let _one_at_a_time = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let layers = Layers::find(&self.places, &self.given);
        let digest = Digest::of_policy(layers.files(), layers.broken(), self.defaults);
        if self.current().digest() == digest {
            return false;
        }
        let next = Arc::new(Gatekeeper::of_found(&layers, self.defaults));
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, next);
        drop(current);
        // The last one that holds it takes it apart; here, that happens outside of the lock.
        drop(before);
        true
    }
}
