//! How far a call is, for a client that wants to know.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};

/// How long a client may take to read one word of it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a client is told how far its call is, if it wants to know.
#[derive(Debug)]
pub(crate) struct Progress {
    wanted: Option<(Peer<RoleServer>, ProgressToken)>,
    /// It grows, and what it means nobody says.
    steps: f64,
}

impl Progress {
    pub(crate) fn of(context: &RequestContext<RoleServer>) -> Self {
        let token = context.meta.get_progress_token();
        Self {
            wanted: token.map(|token| (context.peer.clone(), token)),
            steps: 0.0,
        }
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }

    /// Tells it. Nobody waits long for a client that does not read.
    pub(crate) async fn tell(&mut self, message: String) {
        let Some((peer, token)) = &self.wanted else {
            return;
        };
        self.steps += 1.0;
        let word = ProgressNotificationParam::new(token.clone(), self.steps).with_message(message);
        let _told = tokio::time::timeout(PATIENCE, peer.notify_progress(word)).await;
    }
}
