//! The life of a command: judged, asked about, confined, run, told.

mod again;
mod approver;
mod ended;
mod life;
mod output;
mod pump;
mod reason;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gatekeeper::request;

use crate::protocol::{
    CommandExecParams, CommandExecResult, CommandTerminateParams, Empty, ErrorCode, ErrorObject,
};
use crate::reply::Reply;
use crate::server::Server;
use crate::thread::{Thread, new_id};
use crate::work::Work;
use life::{Life, Subject};

pub use output::{Output, Piece};
pub use pump::{Pipes, Tell, wiring};
pub use reason::{of_judgement, of_status, short, violations};

/// The longest time of a command, and what it gets that says nothing.
const LONGEST: Duration = Duration::from_secs(3600);

/// Bytes of its output that are streamed where nothing is said, and at most.
const CAP: u64 = 1024 * 1024;
const MOST_CAP: u64 = 64 * 1024 * 1024;

/// Bytes of a command. No kernel takes a longer text in one argument, nor more in all of them.
const LONGEST_COMMAND: usize = 2 * 1024 * 1024;

/// Takes a command, of a request of so many bytes, and answers with its item. What becomes of it is told by
/// notifications, from a thread of its own.
pub(crate) fn exec(
    server: &Arc<Server>,
    thread: &Arc<Thread>,
    params: CommandExecParams,
    bytes: usize,
    reply: Reply,
) {
    match life(server, thread, params, bytes) {
        Ok((life, work)) => {
            let (of_life, of_turn, lost) = (life.thread.clone(), life.turn.clone(), life.lost());
            // Where no thread can be started the reply is dropped, which answers, and the item, of which nobody has heard.
            let _started = work.start(
                "command",
                move || {
                    let item_id = life.id().to_owned();
                    reply.give(Ok(CommandExecResult { item_id }));
                    life.live();
                },
                move || of_life.item_completed(&of_turn, &lost),
            );
        }
        Err(error) => reply.give(Err::<(), _>(error)),
    }
}

/// Ends one command, whatever it does at the moment. What becomes of it is told by `item/completed`.
///
/// # Errors
/// [`ErrorCode::NotFound`], also where it is over.
pub(crate) fn terminate(thread: &Thread, params: &CommandTerminateParams) -> Result<Empty, ErrorObject> {
    if thread.terminate(&params.item_id) {
        return Ok(Empty {});
    }
    let message = "there is no such item in this thread, or it is over";
    Err(ErrorObject::new(ErrorCode::NotFound, message))
}

/// Checks what is asked for, and gives it a place in its turn.
fn life(
    server: &Arc<Server>,
    thread: &Arc<Thread>,
    params: CommandExecParams,
    bytes: usize,
) -> Result<(Life, Work), ErrorObject> {
    let wrong = |why: &dyn std::fmt::Display| ErrorObject::new(ErrorCode::InvalidParams, why.to_string());
    let failed = |error: std::io::Error| ErrorObject::new(ErrorCode::Failed, error.to_string());
    let turn = thread.turn(&params.turn_id)?;
    let words = params.argv.iter().flatten().map(String::len).sum::<usize>();
    if words.max(params.command.as_ref().map_or(0, String::len)) > LONGEST_COMMAND {
        return Err(wrong(&format!(
            "the command is longer than {LONGEST_COMMAND} bytes"
        )));
    }
    let timeout = params.timeout_ms.map_or(LONGEST, Duration::from_millis);
    if timeout > LONGEST {
        return Err(wrong(&"`timeoutMs` is longer than an hour"));
    }
    let cap = params.output_bytes_cap.unwrap_or(CAP);
    if cap > MOST_CAP {
        return Err(wrong(&format!("`outputBytesCap` is more than {MOST_CAP}")));
    }
    let command = request::command(
        params.command.as_deref(),
        params.argv.as_deref(),
        thread.surroundings.dialect,
    );
    let command = command.map_err(|error| wrong(&error))?;
    let mut surroundings = thread.surroundings.clone();
    if let Some(cwd) = params.cwd {
        surroundings.cwd = Some(entered(&thread.cwd, &cwd)?);
    }
    let context = surroundings.context().map_err(|error| wrong(&error))?;
    let policy = server.policy_of_late(surroundings.workspace.as_deref());
    let policy = policy.map_err(|error| wrong(&error))?;
    let work = Work::item(server, &thread.client, bytes)?;
    let id = new_id("item").map_err(failed)?;
    let over = || ErrorObject::new(ErrorCode::TurnOver, "the turn is over; start another one");
    let guard = turn.begin(&id).map_err(failed)?.ok_or_else(over)?;
    let life = Life {
        server: server.clone(),
        thread: thread.clone(),
        turn,
        guard,
        subject: Subject {
            id,
            command,
            cwd: surroundings.cwd.unwrap_or_default(),
            context,
            policy,
            timeout,
            cap,
        },
    };
    Ok((life, work))
}

/// The real directory of a path from another one, so that what a shell calls it is what was judged.
fn entered(from: &Path, path: &Path) -> Result<String, ErrorObject> {
    let wrong = |why: String| ErrorObject::new(ErrorCode::InvalidParams, why);
    let real = std::fs::canonicalize(from.join(path))
        .map_err(|error| wrong(format!("`cwd` cannot be entered: {error}")))?;
    let text = |path: PathBuf| path.into_os_string().into_string();
    text(real).map_err(|_| wrong("`cwd` is not UTF-8".to_owned()))
}
