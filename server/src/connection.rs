//! One connection: its lines are read in order, and each is answered or handed on.

mod dispatch;
mod input;

use std::io::{BufReader, Read, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::client::Client;
use crate::limits::{FLUSHING, LINE_BYTES};
use crate::lines::{Line, Reader};
use crate::protocol::{Envelope, ErrorCode, ErrorObject, Kind, Remains, RequestId};
use crate::server::Server;
use dispatch::Dispatch;
use input::Input;

/// Bytes that are read at once.
const BUFFER: usize = 64 * 1024;

/// Serves one connection to its end: that of what is read, of who reads, or of the server. Then nothing that it started
/// runs, and nothing that it was asked is open.
///
/// # Errors
/// Where no thread can be started or no descriptor opened, or the stream cannot be read.
pub(crate) fn serve(
    server: &Arc<Server>,
    input: impl Read + AsFd,
    output: impl Write + Send + 'static,
    at_end: impl FnOnce(),
) -> std::io::Result<()> {
    let client = Client::new(output)?;
    let mut dispatch = Dispatch::new(server, &client);
    let input = Input::new(input, [client.gone().clone(), server.stop.clone()]);
    let mut lines = Reader::new(BufReader::with_capacity(BUFFER, input), LINE_BYTES);
    let ended = loop {
        let next = lines.next_line();
        // What was cut off by the order is no line.
        if client.gone().is_ordered() || server.stop.is_ordered() {
            break Ok(());
        }
        match next {
            Ok(Some(line)) if line.is_blank() => {}
            Ok(Some(line)) => take(&mut dispatch, &client, &line),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    at_end();
    // What is asked is denied, and what runs is ended.
    client.gone().order();
    server.leave(&client);
    client.flush(FLUSHING);
    client.leave();
    ended
}

/// Takes one line. Whatever is wrong with it costs its sender an error.
fn take(dispatch: &mut Dispatch, client: &Client, line: &Line<'_>) {
    let wrong = |id: Option<&RequestId>, code, why: String| {
        let _gone = client.answer(id, Err::<(), _>(&ErrorObject::new(code, why)));
    };
    let bytes = match line {
        Line::Whole(bytes) => *bytes,
        Line::TooLong => {
            return wrong(
                None,
                ErrorCode::Parse,
                format!("the line is longer than {LINE_BYTES} bytes"),
            );
        }
    };
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let why = "a message is an object; there are no batches";
        return wrong(None, ErrorCode::InvalidRequest, why.to_owned());
    }
    let envelope: Envelope = match serde_json::from_slice(bytes) {
        Ok(envelope) => envelope,
        Err(error) => {
            let Ok(remains) = serde_json::from_slice::<Remains>(bytes) else {
                let code = if error.is_data() {
                    ErrorCode::InvalidRequest
                } else {
                    ErrorCode::Parse
                };
                return wrong(None, code, error.to_string());
            };
            return broken(client, &remains, error.to_string());
        }
    };
    match envelope.kind() {
        Ok(Kind::Request(id, method)) => {
            // The reply answers when it is dropped, and nothing of ours is half done: what is shared is changed as a
            // whole.
            let _answered = catch_unwind(AssertUnwindSafe(|| dispatch.request(id, &method, bytes)));
        }
        // `initialized` and whatever else clients tell needs no answer, and JSON-RPC gives none.
        Ok(Kind::Notification(_)) => {}
        Ok(Kind::Answer(id, answer)) => {
            if !client.take_answer(&id, answer) {
                wrong(
                    None,
                    ErrorCode::InvalidRequest,
                    "an answer to nothing that is asked".to_owned(),
                );
            }
        }
        Err(remains) => broken(
            client,
            &remains,
            "a message has `id` and `method`, `method` alone, or `id` and either `result` or `error`"
                .to_owned(),
        ),
    }
}

/// Takes what is no message. Whoever waits for it learns that it is lost: the client for its answer, the server for its
/// own, for which it is a no. What has a method is none of these: the client counts its requests for itself.
fn broken(client: &Client, remains: &Remains, why: String) {
    let error = ErrorObject::new(ErrorCode::InvalidRequest, why);
    let _gone = client.answer(remains.id.as_ref(), Err::<(), _>(&error));
    if let (Some(id), None) = (&remains.id, &remains.method) {
        client.take_answer(id, Err(error));
    }
}
