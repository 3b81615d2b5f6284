//! Threads that a connection gets, and the list of all.

use crate::client::Client;
use crate::protocol::{
    self, ErrorObject, Notification, ThreadListParams, ThreadListResult, ThreadResult, ThreadStartParams,
};
use crate::server::Server;
use crate::thread::Thread;

/// A new thread.
pub(super) fn start(
    server: &Server,
    client: &Client,
    params: ThreadStartParams,
) -> Result<ThreadResult, ErrorObject> {
    server.threads.check_room(client)?;
    let thread = server.threads.add(Thread::start(server, client, params)?)?;
    tell(&thread);
    Ok(ThreadResult {
        thread: thread.told(),
    })
}

/// A thread of the log that nobody has.
pub(super) fn resume(server: &Server, client: &Client, id: &str) -> Result<ThreadResult, ErrorObject> {
    server.threads.check_room(client)?;
    let (thread, turns) = Thread::resume(server, client, id)?;
    let thread = server.threads.add(thread)?;
    Ok(with(&thread, turns))
}

/// A copy of a thread of the log.
pub(super) fn fork(server: &Server, client: &Client, id: &str) -> Result<ThreadResult, ErrorObject> {
    server.threads.check_room(client)?;
    let (thread, turns) = Thread::fork(server, client, id)?;
    let thread = server.threads.add(thread)?;
    tell(&thread);
    Ok(with(&thread, turns))
}

/// A page of all threads.
pub(super) fn list(
    server: &Server,
    client: &Client,
    params: &ThreadListParams,
) -> Result<ThreadListResult, ErrorObject> {
    let (result, passed_over) = server.threads.list(params)?;
    if passed_over > 0 {
        let _gone = client.tell(&Notification::Warning {
            message: format!("the logs of {passed_over} threads cannot be read, and are not listed"),
        });
    }
    Ok(result)
}

fn with(thread: &Thread, turns: Vec<protocol::Turn>) -> ThreadResult {
    ThreadResult {
        thread: protocol::Thread {
            turns,
            ..thread.told()
        },
    }
}

fn tell(thread: &Thread) {
    let _gone = thread.client.tell(&Notification::ThreadStarted {
        thread: thread.told(),
    });
}
