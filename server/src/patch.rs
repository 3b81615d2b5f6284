//! The life of a patch: judged by its paths, asked about, applied whole or not at all, told.

use std::sync::Arc;

use crate::protocol::{ErrorCode, ErrorObject, PatchApplyParams, PatchApplyResult};
use crate::server::Server;
use crate::thread::Thread;

/// Takes changes of files. What becomes of them is told by notifications, from a thread of its own.
///
/// # Errors
/// Where they are no changes.
pub(crate) fn apply(
    _server: &Arc<Server>,
    _thread: &Arc<Thread>,
    _params: PatchApplyParams,
) -> Result<PatchApplyResult, ErrorObject> {
    Err(ErrorObject::new(ErrorCode::Internal, "not there yet"))
}
