//! A project that is trusted, and stays so when a person changes its policy through the gate.

use std::path::{Path, PathBuf};

use super::AmendmentFileError;
use crate::{Layers, Places, Project, Trust, TrustStore};

/// A project as it was vouched for, right before a file of it is changed.
#[derive(Debug)]
pub(super) struct Vouched {
    project: Project,
    store: TrustStore,
}

impl Vouched {
    /// The project with this root, where all that it says is trusted: somebody has vouched for it, or it says nothing.
    pub(super) fn before(root: &Path, store: PathBuf) -> Option<Self> {
        let places = Places {
            workspace: Some(root.to_owned()),
            store: Some(store.clone()),
            ..Places::default()
        };
        let layers = Layers::find(&places, &[]);
        let project = match layers.trust() {
            Trust::Given | Trust::Nothing => layers.project()?.clone(),
            Trust::Never | Trust::Withdrawn { .. } | Trust::Unknown(_) => return None,
        };
        Some(Self {
            project,
            store: TrustStore::at(store),
        })
    }

    /// Vouches for it with this file as it is now, or gone, and all others as they were.
    pub(super) fn after(self, path: &Path, text: Option<&str>) -> Result<(), AmendmentFileError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let project = match text {
            Some(text) => self.project.with_file(&name, text),
            None => self.project.without_file(&name),
        };
        self.store
            .trust(&project)
            .map_err(|error| AmendmentFileError::Untrusted {
                path: path.to_owned(),
                error,
            })
    }
}
