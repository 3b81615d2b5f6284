//! Where one call's command would run.

use std::ffi::OsString;
use std::sync::Arc;

use gatekeeper::{ConfinementName, Context, Live, Surroundings};

/// Where one call's command would run, and what it is judged by.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) surroundings: Surroundings,
    pub(crate) context: Context,
    pub(crate) live: Arc<Live>,
}

impl Place {
    /// The context to judge in where nothing is prepared: with what `PATH` leads to, and in this confinement, `none` for
    /// none.
    ///
    /// # Errors
    /// In words, where there is no such place.
    pub(crate) fn to_look(
        &self,
        path: Option<OsString>,
        confinement: Option<&str>,
    ) -> Result<Context, String> {
        let named = confinement.map(|name| {
            Some(name)
                .filter(|name| *name != "none")
                .map(ConfinementName::new)
        });
        let surroundings = Surroundings {
            path,
            confinement: named.unwrap_or_else(|| self.surroundings.confinement.clone()),
            ..self.surroundings.clone()
        };
        let context = surroundings.context().map_err(|error| error.to_string())?;
        Ok(Context {
            workspace: self.context.workspace.clone(),
            ..context
        })
    }
}
