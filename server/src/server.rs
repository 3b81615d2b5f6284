//! What all connections share.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gatekeeper::log::Journal;
use gatekeeper::{Gatekeeper, SurroundingsError};

use crate::client::Client;
use crate::descriptors;
use crate::limits;
use crate::options::Options;
use crate::patch;
use crate::policies::Policies;
use crate::protocol::Notification;
use crate::slots::Slots;
use crate::stop::Stop;
use crate::threads::Threads;
use crate::turn_diff::WorkTree;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) options: Options,
    pub(crate) policies: Policies,
    pub(crate) threads: Threads,
    pub(crate) journal: Journal,
    /// How many open files the server might have when it was started, and what it runs may.
    pub(crate) open_files: Option<u64>,
    /// Given once the server is to end.
    pub(crate) stop: Stop,
    /// Room for the items of all connections.
    pub(crate) items: Slots,
    /// Room for the bytes of the requests of all connections.
    pub(crate) held: Slots,
    /// Room for the bytes of what is kept of files, for the diffs of turns.
    contents: Slots,
    /// Those that threads are in.
    work_trees: Mutex<HashMap<PathBuf, Weak<WorkTree>>>,
    /// Whoever is told what concerns all.
    clients: Mutex<Vec<Client>>,
    /// The work tree that it was started in.
    workspace: Option<String>,
    /// What the next patch is to tell of those before.
    pub(crate) patch_warnings: patch::Warnings,
}

impl Server {
    /// A server with no connections. A patch that a server died in is undone or made.
    ///
    /// # Errors
    /// Where the process may open no more descriptors, or the place that it is started in cannot be.
    pub(crate) fn new(options: Options) -> io::Result<Arc<Self>> {
        let context = options.surroundings.context().map_err(io::Error::other)?;
        let told = patch::recover(&options);
        Ok(Arc::new(Self {
            policies: Policies::new(&options),
            threads: Threads::new(options.state.as_deref()),
            journal: Journal::open(options.state.as_deref()),
            open_files: descriptors::raise(),
            stop: Stop::new()?,
            items: Slots::new(limits::ITEMS_OF_ALL),
            held: Slots::new(limits::HELD_OF_ALL),
            contents: Slots::new(limits::CONTENTS),
            work_trees: Mutex::default(),
            clients: Mutex::default(),
            workspace: context.workspace.map(Into::into),
            patch_warnings: patch::Warnings::waiting(told),
            options,
        }))
    }

    /// The policy for commands in this work tree, as its files are now. What is to run is judged by it.
    ///
    /// # Errors
    /// Where the places of the layers cannot be.
    pub(crate) fn policy_now(&self, workspace: Option<&str>) -> Result<Arc<Gatekeeper>, SurroundingsError> {
        let live = self.policies.of(workspace)?;
        if live.refresh() {
            self.tell_of_policy();
        }
        Ok(live.current())
    }

    /// The policy for commands in this work tree, as its files were at most [`limits::POLICY_AGE`] ago. What only asks is
    /// judged by it.
    ///
    /// # Errors
    /// Where the places of the layers cannot be.
    pub(crate) fn policy_of_late(
        &self,
        workspace: Option<&str>,
    ) -> Result<Arc<Gatekeeper>, SurroundingsError> {
        let live = self.policies.of(workspace)?;
        if live.refresh_after(limits::POLICY_AGE) {
            self.tell_of_policy();
        }
        Ok(live.current())
    }

    /// Reads all policy files again; says whether one has changed.
    pub(crate) fn reload(&self) -> bool {
        let has_changed = self.policies.refresh();
        if has_changed {
            self.tell_of_policy();
        }
        has_changed
    }

    /// What the files of the work tree with this root hold: threads that are in the same one share it.
    pub(crate) fn work_tree(&self, root: &Path) -> Arc<WorkTree> {
        let mut kept = self.work_trees.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(root).and_then(Weak::upgrade) {
            return known;
        }
        kept.retain(|_, tree| tree.strong_count() > 0);
        let tree = Arc::new(WorkTree::new(self.contents.clone()));
        kept.insert(root.to_owned(), Arc::downgrade(&tree));
        tree
    }

    /// The version of the policy where the server was started.
    pub(crate) fn policy_version(&self) -> String {
        let live = self.policies.of(self.workspace.as_deref());
        // Its places were looked at when the server was made.
        live.map(|live| format!("{:.16}", live.current().digest().to_string()))
            .unwrap_or_default()
    }

    /// Has a client be told what concerns all, until it leaves.
    pub(crate) fn enter(&self, client: &Client) {
        self.clients().push(client.clone());
    }

    /// A connection is over: whatever it does is ended and told, and its threads are nobody's.
    pub(crate) fn leave(&self, client: &Client) {
        let reason = if self.stop.is_ordered() {
            "the server stops"
        } else {
            "the connection is over"
        };
        self.clients().retain(|one| !one.is(client));
        self.threads.leave(client, reason);
    }

    fn tell_of_policy(&self) {
        let changed = Notification::PolicyChanged {
            policy: self.policy_version(),
        };
        for client in self.clients().iter() {
            client.tell_if_room(&changed);
        }
    }

    fn clients(&self) -> MutexGuard<'_, Vec<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
