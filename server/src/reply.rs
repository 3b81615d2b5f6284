//! The answer to one request, which may take a while.

use serde::Serialize;

use crate::client::Client;
use crate::protocol::{ErrorCode, ErrorObject, RequestId};

/// The answer to one request. It is given once; a reply that is dropped without says that the server failed, so that no
/// client waits for ever.
#[derive(Debug)]
#[must_use]
pub(crate) struct Reply {
    client: Client,
    id: Option<RequestId>,
}

impl Reply {
    pub(crate) fn new(client: Client, id: RequestId) -> Self {
        Self { client, id: Some(id) }
    }

    /// Gives the answer. If the connection is over there is nobody to tell.
    #[expect(clippy::needless_pass_by_value, reason = "an answer is given once")]
    pub(crate) fn give(mut self, answer: Result<impl Serialize, ErrorObject>) {
        if let Some(id) = self.id.take() {
            let _gone = self.client.answer(Some(&id), answer.as_ref());
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            let error = ErrorObject::new(ErrorCode::Internal, "the server failed on this request");
            let _gone = self.client.answer(Some(&id), Err::<(), _>(&error));
        }
    }
}
