//! How much is on its way to a client.

use std::sync::Arc;

use tokio::sync::watch;

/// Messages that may be on their way. While there are more, nothing is read: who does not listen is not listened to.
const MOST: usize = 1024;

/// Counts what is on its way.
#[derive(Clone, Debug)]
pub(crate) struct Sending(Arc<watch::Sender<usize>>);

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Sent(Arc<watch::Sender<usize>>);

impl Default for Sending {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Sending {
    /// One more.
    pub(crate) fn begin(&self) -> Sent {
        self.0.send_modify(|count| *count = count.saturating_add(1));
        Sent(self.0.clone())
    }

    /// Waits until there may be more.
    pub(crate) async fn has_room(&self) {
        self.wait(|count| count < MOST).await;
    }

    /// Waits until all has arrived, or cannot.
    pub(crate) async fn is_over(&self) {
        self.wait(|count| count == 0).await;
    }

    async fn wait(&self, holds: impl Fn(usize) -> bool) {
        let mut count = self.0.subscribe();
        // It is closed by nobody: its other end is held here.
        drop(count.wait_for(|count| holds(*count)).await);
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
