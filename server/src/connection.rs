//! One connection: its lines are read in order, and each is answered or handed on.

mod dispatch;

use std::io::{BufRead, Write};
use std::sync::Arc;

use crate::client::Client;
use crate::lines::{Line, Reader};
use crate::protocol::{Envelope, ErrorCode, ErrorObject, Kind};
use crate::server::Server;
use dispatch::Dispatch;

/// Bytes of one line; a patch may be long.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// Serves one connection to its end. Then nothing that it started runs, and nothing that it was asked is open.
///
/// # Errors
/// Where no thread can be started or no descriptor opened, or the stream cannot be read.
pub(crate) fn serve(
    server: &Arc<Server>,
    input: impl BufRead,
    output: impl Write + Send + 'static,
) -> std::io::Result<()> {
    let client = Client::new(output)?;
    let mut dispatch = Dispatch::new(server, &client);
    let mut lines = Reader::new(input, LONGEST_LINE);
    let ended = loop {
        match lines.next_line() {
            Ok(Some(line)) if line.is_blank() => {}
            Ok(Some(line)) => take(&mut dispatch, &client, &line),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if client.gone().is_ordered() {
            break Ok(());
        }
    };
    // What is asked is denied, and what runs is ended.
    client.gone().order();
    server.threads.leave(&client);
    client.flush();
    client.leave();
    ended
}

/// Takes one line. Whatever is wrong with it costs its sender an error.
fn take(dispatch: &mut Dispatch, client: &Client, line: &Line<'_>) {
    let wrong = |code, why: String| {
        let _gone = client.answer(None, Err::<(), _>(&ErrorObject::new(code, why)));
    };
    let bytes = match line {
        Line::Whole(bytes) => *bytes,
        Line::TooLong => {
            return wrong(
                ErrorCode::Parse,
                format!("the line is longer than {LONGEST_LINE} bytes"),
            );
        }
    };
    let envelope: Envelope = match serde_json::from_slice(bytes) {
        Ok(envelope) => envelope,
        Err(error) if error.is_data() => return wrong(ErrorCode::InvalidRequest, error.to_string()),
        Err(error) => return wrong(ErrorCode::Parse, error.to_string()),
    };
    match envelope.kind() {
        Some(Kind::Request(id, method)) => dispatch.request(id, &method, bytes),
        // `initialized` and whatever else clients tell needs no answer, and JSON-RPC gives none.
        Some(Kind::Notification(_)) => {}
        Some(Kind::Answer(id, answer)) => {
            if !client.take_answer(&id, answer) {
                wrong(
                    ErrorCode::InvalidRequest,
                    "an answer to nothing that is asked".to_owned(),
                );
            }
        }
        None => wrong(
            ErrorCode::InvalidRequest,
            "a message has `id` and `method`, `method` alone, or `id` and either `result` or `error`"
                .to_owned(),
        ),
    }
}
