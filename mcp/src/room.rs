//! What all calls share.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use gatekeeper::log::Journal;
use gatekeeper::{Live, Places, Session, Surroundings};
use server::{Options, raise_open_files};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Settings;
use crate::place::Place;
use crate::state::States;

/// Calls that are answered at a time; what comes beyond is refused.
pub(crate) const CALLS: usize = 64;

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) options: Options,
    /// The policy of the one work tree.
    live: Arc<Live>,
    /// What was approved for as long as this server lives.
    pub(crate) session: Session,
    pub(crate) states: States,
    pub(crate) journal: Journal,
    pub(crate) patience: Duration,
    pub(crate) version: String,
    /// How many open files what it runs may have.
    pub(crate) open_files: Option<u64>,
    /// The root of the work tree that the server was started for. No call chooses another one.
    workspace: Option<String>,
    calls: Arc<Semaphore>,
}

impl Room {
    /// # Errors
    /// Where the place cannot be, or there is no chance.
    pub(crate) fn new(settings: Settings) -> io::Result<Self> {
        let Settings {
            options,
            patience,
            version,
        } = settings;
        let context = options.surroundings.context().map_err(io::Error::other)?;
        let places = if options.no_layers {
            Places::default()
        } else {
            let places = options.surroundings.places(context.workspace.as_deref());
            places.map_err(io::Error::other)?
        };
        Ok(Self {
            live: Arc::new(Live::new(places, options.rules.clone(), options.defaults)),
            session: Session::new(),
            states: States::new(patience)?,
            journal: Journal::open(options.state.as_deref()),
            patience,
            version,
            open_files: raise_open_files(),
            workspace: context.workspace.map(String::from),
            calls: Arc::new(Semaphore::new(CALLS)),
            options,
        })
    }

    /// The right to answer one call; `None` where too many are answered already.
    pub(crate) fn enter(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        self.calls.clone().try_acquire_owned().ok().map(Arc::new)
    }

    /// Waits until no call is answered any more.
    pub(crate) async fn all_over(&self) {
        let _all = self
            .calls
            .acquire_many(u32::try_from(CALLS).unwrap_or(u32::MAX))
            .await;
    }

    /// Where a call's command would run, and by which policy it is judged now.
    ///
    /// # Errors
    /// In words, where there is no such place.
    pub(crate) fn place(&self, cwd: Option<&str>) -> Result<Place, String> {
        let base = &self.options.surroundings;
        let start = base.cwd.as_deref().unwrap_or("/");
        let cwd = std::path::Path::new(start).join(cwd.unwrap_or_default());
        if cwd.as_os_str().as_encoded_bytes().contains(&0) {
            return Err("`cwd` holds a NUL byte".to_owned());
        }
        // A real one, so that what a shell calls it is what was judged.
        let real =
            std::fs::canonicalize(&cwd).map_err(|error| format!("`cwd` cannot be entered: {error}"))?;
        let real = real.into_os_string().into_string();
        let surroundings = Surroundings {
            cwd: Some(real.map_err(|_| "`cwd` is not UTF-8".to_owned())?),
            workspace: self.workspace.clone(),
            ..base.clone()
        };
        let mut context = surroundings.context().map_err(|error| error.to_string())?;
        if self.workspace.is_none() {
            context.workspace = None;
        }
        self.live.refresh();
        Ok(Place {
            surroundings,
            context,
            live: self.live.clone(),
        })
    }
}
