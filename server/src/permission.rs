//! Wishes for more than a profile gives, and what was given.

mod asking;
mod connection;
mod desk;
mod wishes;

use std::sync::Arc;

use gatekeeper::sandbox::Grant;
use gatekeeper::{Context, Gatekeeper, Wish};

use crate::protocol::{ErrorObject, NetworkRequestParams, PermissionsRequestParams};
use crate::reply::Reply;
use crate::server::Server;
use crate::thread::{Thread, Turn};
use crate::work::Work;
use desk::Desk;

/// Takes a wish, of a request of so many bytes; it is answered once it is decided.
pub(crate) fn request(
    server: &Arc<Server>,
    thread: &Arc<Thread>,
    params: PermissionsRequestParams,
    bytes: usize,
    reply: Reply,
) {
    let desk = Desk::open(server, thread, &params.turn_id);
    decide(desk, bytes, reply, move |desk, reply| {
        reply.give(asking::decide(&desk, &params));
    });
}

/// Takes the question whether the host may connect somewhere; it is answered once it is decided.
pub(crate) fn connect(
    server: &Arc<Server>,
    thread: &Arc<Thread>,
    params: NetworkRequestParams,
    bytes: usize,
    reply: Reply,
) {
    let desk = Desk::open(server, thread, &params.turn_id);
    decide(desk, bytes, reply, move |desk, reply| {
        let decided = connection::decide(&desk, &params);
        let is_cancelled = decided.as_ref().is_ok_and(|(_, is_cancelled)| *is_cancelled);
        reply.give(decided.map(|(result, _)| result));
        if is_cancelled {
            desk.cancel();
        }
    });
}

/// Decides in a thread of its own: a person takes their time.
fn decide(
    desk: Result<Desk, ErrorObject>,
    bytes: usize,
    reply: Reply,
    work: impl FnOnce(Desk, Reply) + Send + 'static,
) {
    let room = desk.and_then(|desk| {
        let room = Work::waiting(&desk.server, &desk.thread.client, bytes)?;
        Ok((desk, room))
    });
    match room {
        // Where it panics or no thread can be started, the reply is dropped, which answers.
        Ok((desk, room)) => drop(room.start("wish", move || work(desk, reply), || ())),
        Err(error) => reply.give(Err::<(), _>(error)),
    }
}

/// What the commands of a turn get beyond their profile. What policy has come to forbid is not had any more, whoever granted
/// it. The context is that of the commands, with their profile.
pub(crate) fn given(
    server: &Server,
    thread: &Thread,
    turn: &Turn,
    gatekeeper: &Gatekeeper,
    context: &Context,
) -> Vec<Grant> {
    let mut given = thread.permissions().grants(&turn.id);
    given.retain(|grant| {
        let (path, writes) = match grant {
            Grant::Readable(path) => (path, false),
            Grant::Writable(path) => (path, true),
            Grant::Unprotected(_) | Grant::Shown(_) | Grant::Device(_) | Grant::Loopback | Grant::Host(_) => {
                return true;
            }
        };
        let wish = gatekeeper.path_wish(path, writes, context, &server.options.variables);
        !matches!(wish, Wish::Refused(_))
    });
    given
}
