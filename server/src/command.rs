//! The life of a command: judged, asked about, confined, run, told.

use std::sync::Arc;

use crate::protocol::{CommandExecParams, CommandExecResult, ErrorCode, ErrorObject};
use crate::server::Server;
use crate::thread::Thread;

/// Takes a command. What becomes of it is told by notifications, from a thread of its own.
///
/// # Errors
/// Where it is no command, or can have no place.
pub(crate) fn exec(
    _server: &Arc<Server>,
    _thread: &Arc<Thread>,
    _params: CommandExecParams,
) -> Result<CommandExecResult, ErrorObject> {
    Err(ErrorObject::new(ErrorCode::Internal, "not there yet"))
}
