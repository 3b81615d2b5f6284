//! Wishes for more than a profile gives, and what was given.

use std::sync::Arc;

use crate::protocol::{ErrorCode, ErrorObject, NetworkRequestParams, PermissionsRequestParams};
use crate::reply::Reply;
use crate::server::Server;
use crate::thread::Thread;

/// Takes a wish; it is answered once it is decided.
pub(crate) fn request(
    _server: &Arc<Server>,
    _thread: &Arc<Thread>,
    _params: PermissionsRequestParams,
    reply: Reply,
) {
    reply.give(Err::<(), _>(ErrorObject::new(
        ErrorCode::Internal,
        "not there yet",
    )));
}

/// Takes the question whether the host may connect somewhere; it is answered once it is decided.
pub(crate) fn connect(
    _server: &Arc<Server>,
    _thread: &Arc<Thread>,
    _params: NetworkRequestParams,
    reply: Reply,
) {
    reply.give(Err::<(), _>(ErrorObject::new(
        ErrorCode::Internal,
        "not there yet",
    )));
}
