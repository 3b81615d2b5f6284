//! How much is on its way to a client.

use std::sync::Arc;

use tokio::sync::watch;

/// Bytes that may be on their way. While there are more, nothing is read: who does not listen is not listened to.
const MOST: usize = 16 * 1024 * 1024;

/// Bytes that a message takes beside its text.
const ONE: usize = 4096;

/// Counts the bytes that are on their way.
#[derive(Clone, Debug)]
pub(crate) struct Sending(Arc<watch::Sender<usize>>);

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Sent {
    count: Arc<watch::Sender<usize>>,
    weight: usize,
}

impl Default for Sending {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Sending {
    /// One more, of so many bytes.
    pub(crate) fn begin(&self, bytes: usize) -> Sent {
        let weight = bytes.saturating_add(ONE);
        self.0.send_modify(|count| *count = count.saturating_add(weight));
        Sent {
            count: self.0.clone(),
            weight,
        }
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
        let weight = self.weight;
        self.count
            .send_modify(|count| *count = count.saturating_sub(weight));
    }
}
