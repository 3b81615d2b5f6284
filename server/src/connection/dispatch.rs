//! From a request to whoever answers it.

mod begin;

use std::sync::Arc;

use serde::Serialize;

use crate::client::Client;
use crate::protocol;
use crate::protocol::{
    ClientRequest, Empty, ErrorCode, ErrorObject, InitializeResult, PolicyReloadResult, RequestId,
    TurnDiffResult, TurnResult,
};
use crate::reply::Reply;
use crate::server::Server;
use crate::work::Work;
use crate::{check, command, patch, permission};

/// The version of this protocol.
const PROTOCOL_VERSION: u32 = 1;

/// What one connection may ask now.
#[derive(Debug)]
pub(super) struct Dispatch {
    server: Arc<Server>,
    client: Client,
    is_initialized: bool,
}

impl Dispatch {
    pub(super) fn new(server: &Arc<Server>, client: &Client) -> Self {
        Self {
            server: server.clone(),
            client: client.clone(),
            is_initialized: false,
        }
    }

    /// Takes a request.
    pub(super) fn request(&mut self, id: RequestId, method: &str, line: &[u8]) {
        let reply = Reply::new(self.client.clone(), id);
        if !ClientRequest::METHODS.contains(&method) {
            return refuse(
                reply,
                ErrorObject::new(ErrorCode::MethodNotFound, "there is no such method"),
            );
        }
        let request = match protocol::read(line) {
            Ok(request) => request,
            Err(error) => {
                return refuse(
                    reply,
                    ErrorObject::new(ErrorCode::InvalidParams, error.to_string()),
                );
            }
        };
        let is_first = matches!(request, ClientRequest::Initialize(_));
        if is_first == self.is_initialized {
            let message = "`initialize` comes first, and once";
            return refuse(reply, ErrorObject::new(ErrorCode::NotInitialized, message));
        }
        self.answer(request, line.len(), reply);
    }

    /// Answers a request of so many bytes, or hands it on.
    fn answer(&mut self, request: ClientRequest, bytes: usize, reply: Reply) {
        let (server, client) = (&self.server, &self.client);
        let thread = |id: &str| server.threads.of(id, client);
        match request {
            ClientRequest::Initialize(_) => {
                self.is_initialized = true;
                let user_agent = concat!("execpolicy/", env!("CARGO_PKG_VERSION")).to_owned();
                reply.give(Ok(InitializeResult {
                    user_agent,
                    protocol_version: PROTOCOL_VERSION,
                    policy: server.policy_version(),
                }));
                server.enter(client);
            }
            ClientRequest::Check(request) => reply.give(check::check(server, request)),
            ClientRequest::ThreadStart(params) => reply.give(begin::start(server, client, params)),
            ClientRequest::ThreadResume(params) => {
                reply.give(begin::resume(server, client, &params.thread_id));
            }
            ClientRequest::ThreadFork(params) => reply.give(begin::fork(server, client, &params.thread_id)),
            ClientRequest::ThreadList(params) => reply.give(begin::list(server, client, &params)),
            ClientRequest::TurnStart(params) => reply.give(
                thread(&params.thread_id)
                    .and_then(|thread| thread.start_turn())
                    .map(|turn| TurnResult { turn: turn.told() }),
            ),
            ClientRequest::TurnComplete(params) => apart(Work::waiting(server, client, bytes), reply, {
                let found = thread(&params.thread_id);
                move || {
                    let thread = found?;
                    thread.complete(&*thread.turn_or_past(&params.turn_id)?);
                    Ok(Empty {})
                }
            }),
            ClientRequest::TurnInterrupt(params) => {
                let found = thread(&params.thread_id).and_then(|thread| {
                    let turn = thread.turn_or_past(&params.turn_id)?;
                    Ok((thread, turn, Work::interrupting(server, client, bytes)?))
                });
                match found {
                    Ok((thread, turn, room)) => {
                        // Before the next line is read: a yes behind it is none.
                        let is_first = turn.interrupt();
                        apart(Ok(room), reply, move || {
                            thread.abandon(&turn, is_first, "it was interrupted");
                            Ok(Empty {})
                        });
                    }
                    Err(error) => refuse(reply, error),
                }
            }
            ClientRequest::CommandExec(params) => match thread(&params.thread_id) {
                Ok(thread) => command::exec(server, &thread, params, bytes, reply),
                Err(error) => refuse(reply, error),
            },
            ClientRequest::CommandTerminate(params) => {
                reply.give(thread(&params.thread_id).and_then(|thread| command::terminate(&thread, &params)));
            }
            ClientRequest::TurnDiff(params) => apart(Work::waiting(server, client, bytes), reply, {
                let found = thread(&params.thread_id);
                move || {
                    let thread = found?;
                    let diff = thread.diff(&*thread.turn_or_past(&params.turn_id)?);
                    Ok(TurnDiffResult { diff })
                }
            }),
            ClientRequest::PatchApply(params) => match thread(&params.thread_id) {
                Ok(thread) => patch::apply(server, &thread, params, bytes, reply),
                Err(error) => refuse(reply, error),
            },
            ClientRequest::PermissionsRequest(params) => match thread(&params.thread_id) {
                Ok(thread) => permission::request(server, &thread, params, bytes, reply),
                Err(error) => refuse(reply, error),
            },
            ClientRequest::NetworkRequest(params) => match thread(&params.thread_id) {
                Ok(thread) => permission::connect(server, &thread, params, bytes, reply),
                Err(error) => refuse(reply, error),
            },
            ClientRequest::PolicyReload(_) => {
                reply.give(Ok(PolicyReloadResult {
                    changed: server.reload(),
                    policy: server.policy_version(),
                }));
            }
        }
    }
}

fn refuse(reply: Reply, error: ErrorObject) {
    reply.give(Err::<(), _>(error));
}

/// Answers from a thread of its own: what has to wait must not keep the next line from being read.
fn apart<R: Serialize>(
    room: Result<Work, ErrorObject>,
    reply: Reply,
    work: impl FnOnce() -> Result<R, ErrorObject> + Send + 'static,
) {
    match room {
        // Where it panics or no thread can be started, the reply is dropped, which answers.
        Ok(room) => drop(room.start("wait", move || reply.give(work()), || ())),
        Err(error) => refuse(reply, error),
    }
}
