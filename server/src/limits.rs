//! How much one client, and all of them, may have at a time. Past each the answer is `Busy`, or an error with its name.

use std::time::Duration;

/// Bytes of one line; a patch may be long.
pub(crate) const LINE_BYTES: usize = 16 * 1024 * 1024;

/// Bytes that wait to be read by a client, beside one line of any length. Who has more to say waits.
pub(crate) const OUTBOX_BYTES: usize = 4 * 1024 * 1024;

/// Once more waits to be read than [`OUTBOX_BYTES`], a client that reads nothing for so long is gone.
pub(crate) const UNREAD: Duration = Duration::from_secs(30);

/// Connections at a time.
pub(crate) const CONNECTIONS: usize = 128;

/// Threads that a connection has. Each holds its log open.
pub(crate) const THREADS: usize = 256;

/// Threads that all connections have.
pub(crate) const THREADS_OF_ALL: usize = 1024;

/// Items of one connection that are not over.
pub(crate) const ITEMS: usize = 256;

/// Items of all connections that are not over.
pub(crate) const ITEMS_OF_ALL: usize = 1024;

/// Requests of one connection that wait for something: the end of a turn, or somebody's word about a permission.
pub(crate) const WAITING: usize = 64;

/// Orders of one connection to interrupt a turn that wait until that is done. They need no room of those above.
pub(crate) const INTERRUPTING: usize = 64;

/// Bytes of the requests of one connection that are not over: commands, patches, whatever waits.
pub(crate) const HELD: usize = 64 * 1024 * 1024;

/// Bytes of the requests of all connections that are not over.
pub(crate) const HELD_OF_ALL: usize = 256 * 1024 * 1024;

/// Bytes of files that are kept for the diffs of turns, of all threads together.
pub(crate) const CONTENTS: usize = 512 * 1024 * 1024;

/// Bytes of a request that are not counted.
pub(crate) const SHORT: usize = 4 * 1024;

/// Questions that a client has not answered yet; more are a no.
pub(crate) const QUESTIONS: usize = 512;

/// From the order to stop to the end, whatever clients and commands do.
pub(crate) const STOPPING: Duration = Duration::from_secs(5);

/// What is left of a connection that is over is written for so long.
pub(crate) const FLUSHING: Duration = Duration::from_secs(3);

/// A verdict of `check` is that of the policy files as they were at most so long ago.
pub(crate) const POLICY_AGE: Duration = Duration::from_millis(100);
